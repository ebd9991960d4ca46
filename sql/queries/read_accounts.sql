-- name: read_accounts
-- How the accounts at providers stand: what daemons look at about once a second. Takes no parameter.
--
-- Returns a row for each account, with `paused`: whether an operator paused it or its provider; and `places`: how many
-- calls at once are each living daemon's share, at least one.
select a.provider, a.name, a.version, a.breaker, a.probe_at, a.probing_by, a.held_until, a.last_error, a.rate,
    case when a.concurrency is not null then greatest(1, a.concurrency / greatest(1, (
        select count(*)::int from lockstep.node n where n.seen_at > clock_timestamp() - interval '5 seconds')))
    end as places,
    exists (
        select from lockstep.pause p
        where (p.kind, p.name) in (('provider', a.provider), ('account', a.provider || '/' || a.name))) as paused
from lockstep.account a
order by a.provider, a.name
