-- name: job_history
-- The transitions of a job, in order. For people.
--
-- $1 job uuid   $2 after int (only those with a higher number)
select h.seq, h.at, h.from_state, h.event, h.to_state, h.actor, h.attempt, h.detail
from lockstep.history h
where h.job_id = $1::uuid and h.seq > $2::int
order by h.seq
