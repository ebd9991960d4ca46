-- name: unschedule
-- Takes a recurring job away, from the command line.
--
-- $1 name text
--
-- Returns unscheduled, or unknown schedule.
select lockstep.unschedule($1::text) as answer
