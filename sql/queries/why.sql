-- name: why
-- What a job waits for, in one sentence. For people.
--
-- $1 job uuid
select lockstep.why($1::uuid) as why
