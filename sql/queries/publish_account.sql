-- name: publish_account
-- Says that an account is configured: operators then see it, and can pause it.
--
-- $1 provider text   $2 account text
--
-- The race. Daemons that start together write the same row one after the other; they say the same.
insert into lockstep.account as a (provider, name, published_at)
values ($1::text, $2::text, lockstep.now())
on conflict (provider, name) do update set published_at = excluded.published_at
