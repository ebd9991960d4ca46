-- name: ring
-- Wakes the daemons that sleep. Takes no parameter.
select lockstep.ring()
