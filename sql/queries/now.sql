-- name: now
-- The instant, for whoever has to judge or stamp something.
select lockstep.now() as now
