-- name: join_clock
-- Says when a participant's next timer on the virtual clock is due, and whether it is at work.
--
-- $1 name text   $2 next_due timestamptz (null: none)   $3 busy boolean
select lockstep.join_clock($1::text, $2::timestamptz, $3::boolean)
