-- name: cancel
-- Asks a job to stop, from the command line.
--
-- $1 job uuid  $2 reason text
select lockstep.cancel($1::uuid, reason => $2::text) as answer
