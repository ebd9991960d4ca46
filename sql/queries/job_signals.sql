-- name: job_signals
-- What a job was told, in order. For people.
--
-- $1 job uuid
select g.name, g.payload, g.key, g.actor, g.sent_at, g.handled_at, g.answer
from lockstep.signals g
where g.job_id = $1::uuid
order by g.id
