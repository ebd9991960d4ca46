-- name: take_permits
-- Takes permits for calls to an account with a rate, from the one bucket of tokens of all daemons.
--
-- $1 provider text   $2 account text   $3 wanted int
--
-- Returns `permits`, how many were granted, and `next`, when one more can be had: null where all were granted. No row
-- where the account has no rate.
--
-- The race. Daemons take one after the other: the second waits for the row, and counts from what the first has left. If
-- it read the time before the first one did, no time counts as passed for it.
with bucket as materialized (
    select a.provider, a.name, a.rate, greatest(moment.now, a.tokens_at) as now,
        least(a.burst, a.tokens + a.rate * greatest(0, extract(epoch from moment.now - a.tokens_at)::float8)) as tokens
    from (select lockstep.now() as now) as moment
    cross join lockstep.account a
    where a.provider = $1::text and a.name = $2::text and a.rate is not null
    for update of a
),
granted as materialized (
    select b.*, least($3::int, floor(b.tokens + 0.000001)::int) as permits
    from bucket b
)
update lockstep.account a
set tokens = greatest(0, g.tokens - g.permits), tokens_at = g.now
from granted g
where a.provider = g.provider and a.name = g.name
returning g.permits, case
    when g.permits < $3::int then g.now + interval '1 second' * (greatest(0, 1 - (g.tokens - g.permits)) / g.rate)
end as next
