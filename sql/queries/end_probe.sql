-- name: end_probe
-- Says what came of a probe: the breaker closes, or rests twice as long as before.
--
-- $1 provider text   $2 account text   $3 node uuid   $4 error text (null: the call got through)
-- $5 longest interval (that it rests)
--
-- The race. Only the daemon whose turn it is may say so: one that took too long has been followed by another.
update lockstep.account a
set breaker = case when $4::text is null then 'closed' else 'open' end,
    breaker_since = case when $4::text is null then lockstep.now() else a.breaker_since end,
    failures = case when $4::text is null then 0 else a.failures + 1 end,
    last_error = coalesce($4::text, a.last_error),
    rest = case when $4::text is not null then least(a.rest * 2, $5::interval) end,
    probe_at = case when $4::text is not null then lockstep.now() + least(a.rest * 2, $5::interval) end,
    probing_by = null, version = a.version + 1
where a.provider = $1::text and a.name = $2::text and a.breaker = 'probing' and a.probing_by = $3::uuid
