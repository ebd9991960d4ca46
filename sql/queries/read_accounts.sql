-- name: read_accounts
-- How the accounts at providers stand: what daemons look at about once a second. Takes no parameter.
--
-- Returns a row for each account, with `paused`: whether an operator paused it or its provider.
select a.provider, a.name, a.version, a.breaker, a.probe_at, a.probing_by, a.held_until, a.last_error,
    exists (
        select from lockstep.pause p
        where (p.kind, p.name) in (('provider', a.provider), ('account', a.provider || '/' || a.name))) as paused
from lockstep.account a
order by a.provider, a.name
