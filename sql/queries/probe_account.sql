-- name: probe_account
-- Gives a daemon leave to try an account whose breaker is open, with one call.
--
-- $1 provider text   $2 account text   $3 node uuid   $4 patience interval (after which somebody else may try)
--
-- The race. The first daemon whose update finds the probe due gets it, and moves it into the future; the others wait
-- for its lock, look again, and find it not due. One that vanishes is followed by another when its time is over.
update lockstep.account a
set breaker = 'probing', probing_by = $3::uuid, probe_at = lockstep.now() + $4::interval, version = a.version + 1
where a.provider = $1::text and a.name = $2::text and a.breaker <> 'closed' and a.probe_at <= lockstep.now()
