-- name: forget_node
-- Takes a daemon off the list as it shuts down. Release its leases first.
--
-- $1 node  uuid
select lockstep.forget_node($1::uuid)
