-- name: claim
-- Takes jobs of one bucket that are due, those of higher priority and longer due first, and leases them to a daemon.
--
-- $1 bucket       smallint
-- $2 workflows    text[]         the flows that the daemon knows, each with the version
-- $3 versions     int[]          at the same place here
-- $4 limit        int            at most so many jobs
-- $5 marks        timestamptz[]  four instants, one for each priority: jobs due at or before the mark are not looked at
-- $6 node         uuid           the daemon
-- $7 lease        interval       how long it owns them, five minutes at most
--
-- Returns a row for each job, with everything that the daemon needs to go on. `previous_owner` is not null where the
-- lease of another daemon ran out: what that one had in flight may have happened. `was_due` is when it was due.
-- `signals` is what waits in its inbox, in order. `input` comes where the job has no state yet: before the start, and
-- also after it was parked because it could not start.
--
-- The marks. A claimed row leaves a dead index entry at its old place, and the next claim would wade through them all.
-- So the daemon remembers, for each priority, how far it has taken everything, and starts there; it passes '-infinity'
-- now and then (and when it finds nothing), for jobs whose transaction committed after the mark had passed their due
-- instant, and for those of a workflow or tenant that was paused. A mark is where to look, never what is true.
--
-- The races. Two daemons never wait for each other (skip locked). A row that changed between this statement's snapshot
-- and its lock is judged again by PostgreSQL in its newest version; but the signals would still be read from the older
-- snapshot, and one that has just been handled would come a second time. So the update demands that the version locked
-- is the version seen (ctid): such a row is left for the next claim.
--
-- `in (…) is true` keeps the lists hashed filters of the index scan: as joins, they could cost the index's order. The
-- levels come in order, and a level is opened only when those before it gave fewer than the limit. `between` always
-- holds, and is there for the planner: see commit.
with moment as materialized (select lockstep.now() as now),
due as materialized (
    select picked.*
    from generate_series(1, 4) as level (priority)
    cross join lateral (
        select s.id, s.ctid as seen_version, s.lease, s.due_at, s.leased_by
        from lockstep.job_state s
        where s.bucket = $1::smallint
            and s.priority = level.priority
            and s.due_at > ($5::timestamptz[])[level.priority]
            and s.due_at <= (select now from moment)
            and ((s.workflow, s.version) in (select * from unnest($2::text[], $3::int[]))) is true
            and (s.workflow in (select p.name from lockstep.pause p where p.kind = 'workflow')) is not true
            and (s.tenant in (select p.name from lockstep.pause p where p.kind = 'tenant')) is not true
        order by s.due_at
        limit $4::int
        for update skip locked
    ) picked
    limit $4::int
),
claimed as (
    update lockstep.job_state s
    set lease = s.lease + 1, leased_by = $6::uuid, due_at = moment.now + least($7::interval, interval '5 minutes')
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
order by c.priority, c.was_due
