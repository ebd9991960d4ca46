-- name: match_webhooks
-- Wakes the jobs that parked webhooks belong to. Call it after a webhook was stored, and after a commit that wrote
-- references: whichever of the two commits second sees the other.
--
-- $1 refs  text[]  the names in question; null: all, for the sweep
--
-- Returns how many webhooks were settled.
select lockstep.match_webhooks($1::text[]) as settled
