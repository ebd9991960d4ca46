-- name: find_commit
-- Looks up what became of commits whose answer was lost with the connection.
--
-- $1 bucket  smallint
-- $2 ids     uuid[]
--
-- Returns each job's fence as it stands: a commit that was sent with new_seq n has happened iff the lease is still its
-- own and seq is n, or somebody else has gone on from there. Ask on a new connection, after the old one's backend is
-- surely gone or by sending the commit again: the fence makes that safe.
select s.id, s.seq, s.lease, s.leased_by
from lockstep.job_state s
where s.bucket = $1::smallint and s.id = any ($2::uuid[])
