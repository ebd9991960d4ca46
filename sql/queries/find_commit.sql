-- name: find_commit
-- Looks up what became of commits whose answer was lost with the connection.
--
-- $1 bucket  smallint
-- $2 ids     uuid[]
--
-- Returns each job's fence as it stands. A commit that was sent with `commits` n has been made iff the lease is still
-- its own and `commits` is n + 1. Where it is n, it has not been made yet: the old connection's backend may still be at
-- it. Sent again, one of the two copies is taken, and the other refused.
select s.id, s.seq, s.commits, s.lease, s.leased_by
from lockstep.job_state s
where s.bucket = $1::smallint and s.id = any ($2::uuid[])
