-- name: schedule
-- Writes a recurring job, from the command line.
--
-- $1 name text   $2 workflow text   $3 input text (JSON)   $4 cron text   $5 time_zone text   $6 overlap text
-- $7 tenant text
--
-- Returns its next instant, as text.
select lockstep.in_words(
    lockstep.schedule($1::text, $2::text, lockstep.parse_input($3::text), $4::text, $5::text, $6::text, $7::text))
    as next
