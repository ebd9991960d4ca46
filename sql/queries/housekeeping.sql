-- name: housekeeping
-- What a daemon does once a minute: partitions for the months to come, statistics for the planner, webhooks that
-- nobody asked for in a week, the sweep that matches what a crash left unmatched, and jobs that never started and whose
-- version nobody knows any more. Takes no parameter.
--
-- Returns how many partitions were made, which tables were analysed, how many webhooks were given up and matched, how
-- many jobs went to another version.
select lockstep.ensure_partitions(3) as partitions_made, array(select lockstep.refresh_statistics()) as analysed,
    lockstep.match_webhooks() as webhooks_matched, lockstep.give_up_webhooks() as webhooks_given_up,
    lockstep.adopt_unstarted() as jobs_adopted
