-- name: receive_webhook
-- Stores a verified webhook; commit, then match_webhooks.
--
-- $1 provider text   $2 account text   $3 kind text   $4 dedupe_key text   $5 refs text[]   $6 headers jsonb
-- $7 body bytea
--
-- Returns stored, or duplicate where it came before.
select lockstep.receive_webhook(
    $1::text, $2::text, $3::text, $4::text, $5::text[], $6::jsonb, $7::bytea) as result
