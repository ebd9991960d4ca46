-- name: heartbeat
-- Says that a daemon is alive, which flows it knows and what it is at; once a second.
--
-- $1 node uuid   $2 name text   $3 build text   $4 workflows text[]   $5 versions int[] (at the same place)
-- $6 buckets int (from how many it claims)   $7 draining boolean (whether it takes no new jobs)
--
-- Returns the live daemons that share the buckets (uuid[], in order), lockstep.now() and the clock's mode, so that a
-- daemon learns of a change without asking again.
select lockstep.heartbeat($1::uuid, $2::text, $3::text, $4::text[], $5::int[], $6::int, $7::boolean) as sharing,
    lockstep.now() as now, c.mode, c.auto
from lockstep.clock c
