-- name: publish_account
-- Says that an account is configured, and what it is allowed: operators then see it, and can pause it.
--
-- $1 provider text   $2 account text   $3 concurrency int   $4 rate int (per second)   $5 burst int
-- What is null has no limit.
--
-- The race. Daemons that start together write the same row one after the other; they say the same. While a deploy
-- changes a limit, the last one that started counts.
insert into lockstep.account as a (
    provider, name, published_at, concurrency, rate, burst, tokens, tokens_at)
values (
    $1::text, $2::text, lockstep.now(), $3::int, $4::int, $5::int, $5::int,
    case when $4::int is not null then lockstep.now() end)
on conflict (provider, name) do update
set published_at = excluded.published_at, concurrency = excluded.concurrency, rate = excluded.rate,
    burst = excluded.burst,
    tokens = case when excluded.rate is not null then least(coalesce(a.tokens, excluded.tokens), excluded.tokens) end,
    tokens_at = case when excluded.rate is not null then coalesce(a.tokens_at, excluded.tokens_at) end
