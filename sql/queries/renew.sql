-- name: renew
-- Prolongs leases while work is in flight.
--
-- $1 bucket  smallint
-- $2 ids     uuid[]    the jobs, each with the token
-- $3 leases  int[]     at the same place here
-- $4 node    uuid      the daemon
-- $5 lease   interval  how long from now, five minutes at most
--
-- Returns the ids that are still owned. One that is missing was taken over: what is in flight for it must not be
-- committed, and would be refused.
--
-- The race. Against a claim after the lease ran out: whoever gets the row's lock first wins. If the claim was first,
-- the token no longer fits; if this was first, the claim sees a due_at in the future and leaves the job alone.
--
-- `between` always holds, and is there for the planner: see commit.
update lockstep.job_state s
set due_at = lockstep.now() + least($5::interval, interval '5 minutes')
from unnest($2::uuid[], $3::int[]) as held (id, lease)
where s.bucket = $1::smallint and s.id = held.id and held.lease between 0 and 2147483647
    and s.lease = held.lease and s.leased_by = $4::uuid
returning s.id
