-- name: heartbeat
-- Says that a daemon is alive, and which flows it knows; once a second.
--
-- $1 node uuid   $2 name text   $3 build text   $4 workflows text[]   $5 versions int[] (at the same place)
--
-- Returns lockstep.now() and the clock's mode, so that a daemon learns of a change without asking again.
select lockstep.heartbeat($1::uuid, $2::text, $3::text, $4::text[], $5::int[]), lockstep.now() as now, c.mode, c.auto
from lockstep.clock c
