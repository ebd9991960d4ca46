-- name: claim_turns
-- Takes due jobs of one bucket from tenant to tenant, a few of each, and leases them to a daemon: so that one tenant's
-- hundred thousand jobs don't stand before another's one. For a daemon that has found more due than it takes at once.
--
-- $1 bucket     smallint
-- $2 workflows  text[]    the flows that the daemon knows, each with the version
-- $3 versions   int[]     at the same place here
-- $4 limit      int       at most so many jobs
-- $5 quantum    int       at most so many of one tenant and priority
-- $6 after      text      the turn begins with the tenant behind this one; '' begins with the first
-- $7 without    text[]    tenants that are passed over: they have more than their share already
-- $8 node       uuid      the daemon
-- $9 lease      interval  how long it owns them, five minutes at most
--
-- Returns the columns of claim, and `turned_to`: behind which tenant the next turn begins, '' from the beginning.
-- There is always a row: where nothing was taken, its id is null.
--
-- What wins. A job of a higher priority goes before one of a lower, whoever's they are; within a priority, tenants take
-- turns, and each tenant's jobs come by due time.
--
-- The walk. Each step looks up the next tenant in the index job_state_turns, and then those of its jobs that are due:
-- two probes, however many jobs it has. A walk ends after 200 tenants of a priority, and the next begins there.
--
-- The races. Those of claim, met in the same way.
with recursive moment as materialized (select lockstep.now() as now),
visited as (
    (select level.priority, first.tenant, 1 as place
    from generate_series(1, 4) as level (priority)
    cross join lateral (
        select s.tenant
        from lockstep.job_state s
        where s.bucket = $1::smallint and s.priority = level.priority and s.tenant > $6::text and s.due_at is not null
        order by s.tenant
        limit 1
    ) first)
    union all
    select v.priority, next.tenant, v.place + 1
    from visited v
    cross join lateral (
        select s.tenant
        from lockstep.job_state s
        where s.bucket = $1::smallint and s.priority = v.priority and s.tenant > v.tenant and s.due_at is not null
        order by s.tenant
        limit 1
    ) next
    where v.place < 200
),
turn as materialized (
    select v.priority, v.tenant
    from visited v
    where (v.tenant in (select * from unnest($7::text[]))) is not true
        and (v.tenant in (select p.name from lockstep.pause p where p.kind = 'tenant')) is not true
    order by v.priority, v.place
),
due as materialized (
    select picked.*
    from turn
    cross join lateral (
        select s.id, s.ctid as seen_version, s.lease, s.due_at, s.leased_by
        from lockstep.job_state s
        where s.bucket = $1::smallint
            and s.priority = turn.priority
            and s.tenant = turn.tenant
            and s.due_at <= (select now from moment)
            and ((s.workflow, s.version) in (select * from unnest($2::text[], $3::int[]))) is true
            and (s.workflow in (select p.name from lockstep.pause p where p.kind = 'workflow')) is not true
        order by s.due_at
        limit $5::int
        for update skip locked
    ) picked
    limit $4::int
),
claimed as (
    update lockstep.job_state s
    set lease = s.lease + 1, leased_by = $8::uuid, due_at = moment.now + least($9::interval, interval '5 minutes')
    from due, moment
    where s.bucket = $1::smallint and s.id = due.id and s.ctid = due.seen_version
        and due.lease between 0 and 2147483647
    returning s.*, due.due_at as was_due, due.leased_by as previous_owner
)
select c.id, c.lease, c.seq, c.commits, c.tenant, c.workflow, c.version, c.priority, c.status, c.state, c.data,
    c.output, c.plan, c.attempt, c.attempt_status, c.attempt_at, c.first_attempt_at, c.entered_seq, c.entered_at,
    c.deadline_at, c.deadline_event, c.overdue_at, c.desk, c.last_error, c.finished_at, c.held_by, c.held_since,
    c.was_due, c.previous_owner, c.due_at as leased_until, moment.now,
    case when c.data is null then j.input end as input, j.key, j.parent_id, j.parent_seq,
    coalesce(inbox.signals, '[]') as signals,
    coalesce((select min(v.tenant) from visited v where v.place = 200), '') as turned_to
from moment
left join claimed c on true
left join lateral (
    select k.input, k.key, k.parent_id, k.parent_seq
    from lockstep.job k
    where k.bucket = $1::smallint and k.id = c.id
    limit 1
) j on true
left join lateral (
    select jsonb_agg(jsonb_build_object(
        'id', g.id, 'name', g.name, 'payload', g.payload, 'key', g.key, 'actor', g.actor, 'sent_at', g.sent_at)
        order by g.id) as signals
    from lockstep.signal g
    where g.bucket = $1::smallint and g.job_id = c.id and g.handled_at is null
) inbox on true
order by c.priority, c.was_due
