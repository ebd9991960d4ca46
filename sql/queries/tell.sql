-- name: tell
-- Tells a job something from the command line.
--
-- $1 job uuid  $2 name text  $3 payload jsonb  $4 key text
select lockstep.signal($1::uuid, $2::text, $3::jsonb, key => $4::text) as answer
