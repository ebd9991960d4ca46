-- name: job_calls
-- What providers were asked for a job, in order. For people.
--
-- $1 job uuid
select c.seq, c.attempt, c.activity, c.key, c.started_at, c.finished_at, c.outcome, c.error
from lockstep.provider_calls c
where c.job_id = $1::uuid
order by c.started_at nulls last, c.seq, c.finished_at nulls last
