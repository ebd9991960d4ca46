-- name: resume
-- Lets a paused job go on, from the command line.
--
-- $1 job uuid
select lockstep.resume($1::uuid) as answer
