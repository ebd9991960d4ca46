-- name: clock_step
-- Takes a step of the virtual clock, if all is quiet: what a daemon on a virtual clock does when it is idle and
-- read_clock shows a target, or auto. Takes no parameter.
--
-- Returns the instant that the clock then shows, or null where it is not quiet or somebody else takes a step now.
select lockstep.clock_step() as now
