-- name: pause
-- Holds a job where it rests, from the command line.
--
-- $1 job uuid
select lockstep.pause($1::uuid) as answer
