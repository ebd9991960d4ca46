-- name: hold_account
-- Says that a provider asked to be left alone at an account (Retry-After).
--
-- $1 provider text   $2 account text   $3 how_long interval   $4 reason text
--
-- The race. Of two answers the one that asks for longer counts, whichever comes first.
insert into lockstep.account as a (provider, name, held_until, held_reason, version)
values ($1::text, $2::text, lockstep.now() + $3::interval, $4::text, 1)
on conflict (provider, name) do update
set held_until = excluded.held_until, held_reason = excluded.held_reason, version = a.version + 1
where a.held_until is null or a.held_until < excluded.held_until
