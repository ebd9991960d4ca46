-- name: release
-- Gives leases back without a change, so that another daemon goes on at once: what a daemon does as it shuts down.
--
-- $1 bucket  smallint
-- $2 ids     uuid[]  the jobs, each with the token
-- $3 leases  int[]   at the same place here
-- $4 node    uuid    the daemon
--
-- Returns the ids that were given back.
--
-- A job whose call is in flight goes back with its attempt standing as started: the next owner, who finds
-- `previous_owner` null and the attempt open, treats its outcome as unknown, as after a crash. Whoever releases it must
-- send nothing more for that call. Parked, paused and finished jobs
-- (claimed for a signal) go back to having nothing due: their signal is still unhandled and brings them up again. What
-- is watched after its end is looked at by the next owner, since its signal may have been handled already.
-- `between` always holds, and is there for the planner: see commit.
update lockstep.job_state s
set leased_by = null,
    due_at = case
        when s.status in ('queued', 'waiting') or (s.finished_at is not null and s.plan like 'watch %')
            then lockstep.now()
    end
from unnest($2::uuid[], $3::int[]) as held (id, lease)
where s.bucket = $1::smallint and s.id = held.id and held.lease between 0 and 2147483647
    and s.lease = held.lease and s.leased_by = $4::uuid
returning s.id
