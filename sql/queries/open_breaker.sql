-- name: open_breaker
-- Opens an account's breaker for all daemons.
--
-- $1 provider text   $2 account text   $3 failures int   $4 error text   $5 rest interval (before the first probe)
--
-- The race. Of daemons that see the same failures the first opens it; for the others it is open already.
insert into lockstep.account as a (
    provider, name, breaker, breaker_since, failures, last_error, rest, probe_at, version)
values (
    $1::text, $2::text, 'open', lockstep.now(), $3::int, $4::text, $5::interval, lockstep.now() + $5::interval, 1)
on conflict (provider, name) do update
set breaker = excluded.breaker, breaker_since = excluded.breaker_since, failures = excluded.failures,
    last_error = excluded.last_error, rest = excluded.rest, probe_at = excluded.probe_at, version = a.version + 1
where a.breaker = 'closed'
