-- name: reclaim
-- Ends the leases of jobs that a daemon was given and doesn't know of, because a claim's answer was lost on the way, so
-- that the next claim finds them due. Without it they would wait until the leases end.
--
-- $1 bucket  smallint
-- $2 node    uuid         the daemon
-- $3 held    uuid[]       the jobs of the bucket that it knows that it owns
-- $4 until   timestamptz  when it asked, and a lease's term: only leases that end by then
--
-- The races. This may be carried out late itself, after a lost connection, when the daemon has claimed other jobs: the
-- leases of those end later than `until`. Should the lost claim be carried out after this, its jobs come back when
-- their leases end.
with mine as (
    select owned.id
    from (select lockstep.now() as now) as moment
    cross join generate_series(1, 4) as level (priority)
    cross join lateral (
        select s.id
        from lockstep.job_state s
        where s.bucket = $1::smallint
            and s.priority = level.priority
            and s.due_at > moment.now
            and s.due_at <= $4::timestamptz
            and s.leased_by = $2::uuid
            and s.id <> all ($3::uuid[])
    ) owned
)
update lockstep.job_state s
set due_at = lockstep.now()
from mine
where s.bucket = $1::smallint and s.id = mine.id and s.leased_by = $2::uuid
