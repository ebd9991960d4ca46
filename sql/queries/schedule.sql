-- name: schedule
-- Writes a recurring job, from the command line.
--
-- $1 name text   $2 workflow text   $3 input text (JSON)   $4 cron text   $5 time_zone text   $6 overlap text
-- $7 tenant text
--
-- Returns its next instant, as text; of one that is paused, and stays so, “paused”: its row is as it was before.
select case when s.paused then 'paused' else lockstep.in_words(written.next) end as next
from (
    select lockstep.schedule(
        $1::text, $2::text, lockstep.parse_input($3::text), $4::text, $5::text, $6::text, $7::text)
) as written (next)
left join lockstep.schedules s on s.name = $1::text
