-- name: set_clock
-- Chooses the clock; `auto` makes a virtual one jump by itself whenever all is quiet.
--
-- $1 mode text (real, virtual)  $2 auto boolean
select lockstep.set_clock($1::text, auto => $2::boolean)
