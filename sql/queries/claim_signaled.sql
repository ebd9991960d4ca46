-- name: claim_signaled
-- Takes jobs of one bucket that were told something, whenever they are due, and leases them to a daemon: waiting,
-- parked and finished ones too; paused ones only where a $resume is among what they were told. Jobs with an attempt
-- whose outcome is unknown are left alone, unless they are parked or paused: nothing is delivered to them before the
-- outcome has been looked up, so that what waits comes with the next look that is due.
--
-- $1 bucket       smallint
-- $2 workflows    text[]    the flows that the daemon knows, each with the version
-- $3 versions     int[]     at the same place here
-- $4 limit        int       at most so many jobs
-- $5 node         uuid      the daemon
-- $6 lease        interval  how long it owns them, five minutes at most
--
-- Returns the columns of claim.
--
-- The races. Those of claim, met in the same way. A job that somebody owns is left alone: its owner's commit does not
-- touch signals that it was not given, so they are still unhandled when it lets go, and are found here.
with moment as materialized (select lockstep.now() as now),
told as materialized (
    select g.job_id, min(g.id) as first_signal, bool_or(g.name = '$resume') as resumes
    from lockstep.signal g
    where g.bucket = $1::smallint and g.handled_at is null
    group by g.job_id
    order by first_signal
),
due as materialized (
    select picked.*
    from told
    cross join lateral (
        select s.id, s.ctid as seen_version, s.lease, s.due_at, s.leased_by
        from lockstep.job_state s
        where s.bucket = $1::smallint
            and s.id = told.job_id
            and (s.leased_by is null or s.due_at <= (select now from moment))
            and (s.status <> 'paused' or told.resumes)
            and (s.attempt_status is distinct from 'unknown' or s.status in ('parked', 'paused'))
            and ((s.workflow, s.version) in (select * from unnest($2::text[], $3::int[]))) is true
            and (s.workflow in (select p.name from lockstep.pause p where p.kind = 'workflow')) is not true
            and (s.tenant in (select p.name from lockstep.pause p where p.kind = 'tenant')) is not true
        for update skip locked
    ) picked
    limit $4::int
),
claimed as (
    update lockstep.job_state s
    set lease = s.lease + 1, leased_by = $5::uuid, due_at = moment.now + least($6::interval, interval '5 minutes')
    from due, moment
    where s.bucket = $1::smallint and s.id = due.id and s.ctid = due.seen_version
        and due.lease between 0 and 2147483647
    returning s.*, due.due_at as was_due, due.leased_by as previous_owner, moment.now
)
select c.id, c.lease, c.seq, c.commits, c.tenant, c.workflow, c.version, c.priority, c.status, c.state, c.data,
    c.output, c.plan, c.attempt, c.attempt_status, c.attempt_at, c.first_attempt_at, c.entered_seq, c.entered_at,
    c.deadline_at, c.deadline_event, c.overdue_at, c.desk, c.last_error, c.finished_at, c.held_by, c.held_since,
    c.was_due, c.previous_owner, c.due_at as leased_until, c.now,
    case when c.data is null then j.input end as input, j.key, j.parent_id, j.parent_seq,
    coalesce(inbox.signals, '[]') as signals
from claimed c
cross join lateral (
    select k.input, k.key, k.parent_id, k.parent_seq
    from lockstep.job k
    where k.bucket = $1::smallint and k.id = c.id
    limit 1
) j
left join lateral (
    select jsonb_agg(jsonb_build_object(
        'id', g.id, 'name', g.name, 'payload', g.payload, 'key', g.key, 'actor', g.actor, 'sent_at', g.sent_at)
        order by g.id) as signals
    from lockstep.signal g
    where g.bucket = $1::smallint and g.job_id = c.id and g.handled_at is null
) inbox on true
