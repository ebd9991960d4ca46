-- name: read_clock
-- What the clock shows, and how it goes.
--
-- Returns now, mode (real, virtual), target (how far move_clock asked to go) and auto.
select lockstep.now() as now, c.mode, c.target, c.auto
from lockstep.clock c
