-- name: retry
-- Takes a job up again, from the command line.
--
-- $1 job uuid
select lockstep.retry($1::uuid) as answer
