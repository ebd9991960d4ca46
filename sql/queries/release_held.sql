-- name: release_held
-- Makes jobs of one bucket due that are held because of an account: when it is free again, a batch at a time; or a
-- single one, that tries it.
--
-- $1 bucket  smallint
-- $2 held_by text      the account, as provider/name
-- $3 limit   int       at most so many, those of higher priority and older ones first
-- $4 after   interval  due so long after now; a job that is due earlier stays as it is
--
-- Returns how many.
--
-- The race. A job that is just being claimed is skipped, and one with a lease is never touched: its due_at is the end
-- of that lease. A job that is held at this moment by a daemon that has not yet heard of the end is missed: it comes
-- back by itself within minutes.
with held as materialized (
    select s.id
    from lockstep.job_state s
    where s.bucket = $1::smallint and s.held_by = $2::text and s.leased_by is null
        and s.due_at > lockstep.now() + $4::interval
    order by s.priority, s.id
    limit $3::int
    for update skip locked
),
released as (
    update lockstep.job_state s
    set due_at = lockstep.now() + $4::interval
    from held
    where s.bucket = $1::smallint and s.id = held.id
    returning s.id
)
select count(*) as jobs from released
