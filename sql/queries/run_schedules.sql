-- name: run_schedules
-- Enqueues the recurring jobs that are due: what a daemon does every second. Takes no parameter.
--
-- Returns how many jobs were enqueued.
select lockstep.run_schedules() as enqueued
