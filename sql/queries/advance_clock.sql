-- name: advance_clock
-- Moves a virtual clock through everything that falls due. It commits as it goes: not inside a transaction.
--
-- $1 interval
call lockstep.advance_clock($1::interval)
