-- name: list_schedules
-- All recurring jobs by name, for people. Takes no parameter.
--
-- Returns rows of schedules, instants as texts.
select s.name, s.workflow, s.input::text, s.tenant, s.cron, s.time_zone, s.overlap, s.paused,
    lockstep.in_words(s.next_at) as next, lockstep.in_words(s.last_at) as last, s.last_job::text, s.last_status,
    lockstep.in_words(s.last_skipped_at) as last_skipped, s.last_error
from lockstep.schedules s
order by s.name
