-- name: next_due
-- When the next job of one bucket is due that this daemon could claim: until then it may sleep, or until the bell.
--
-- $1 bucket     smallint
-- $2 workflows  text[]  the flows that the daemon knows, each with the version
-- $3 versions   int[]   at the same place here
--
-- Returns one row: the instant (null: nothing is due by itself), and lockstep.now().
--
-- Four probes of the index, one for each priority, however many jobs wait.
select min(first.due_at) as due_at, lockstep.now() as now
from generate_series(1, 4) as level (priority)
cross join lateral (
    select s.due_at
    from lockstep.job_state s
    where s.bucket = $1::smallint
        and s.priority = level.priority
        and s.due_at is not null
        and ((s.workflow, s.version) in (select * from unnest($2::text[], $3::int[]))) is true
        and (s.workflow in (select p.name from lockstep.pause p where p.kind = 'workflow')) is not true
        and (s.tenant in (select p.name from lockstep.pause p where p.kind = 'tenant')) is not true
    order by s.due_at
    limit 1
) first
