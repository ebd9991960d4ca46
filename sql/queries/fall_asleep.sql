-- name: fall_asleep
-- Hangs up the bell of a daemon that is about to sleep: the next enqueue or signal rings it on the channel `lockstep`.
--
-- $1 node  uuid
--
-- Call it, then claim once more, then sleep: what was committed before the bell hung is found by that claim. What was
-- rung before the bell hung but is committed after that claim rings nobody; so a sleeper also wakes by itself, soon
-- after it fell asleep, and then less and less often.
select lockstep.fall_asleep($1::uuid)
