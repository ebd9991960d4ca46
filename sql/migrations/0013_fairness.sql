-- Locks: job_state against writers while it builds an index: one reading of the table, and a sort of what is due some
-- time.
-- account exclusively for the moment in which it adds columns.
--
-- Tenants take turns: when more is due than a daemon takes at once, now and then a claim goes from tenant to tenant
-- instead of by due time alone (claim_turns). This index lets it skip from one tenant to the next, however many jobs
-- each of them has. It costs each claim and each commit that gives a job back one more entry.
create index job_state_turns on lockstep.job_state (bucket, priority, tenant, due_at) where due_at is not null;

-- What the configuration allows at an account, as daemons publish it: calls at once, divided among the daemons that are
-- alive, and calls per second, from one bucket of tokens for all of them.
alter table lockstep.account
    add column concurrency int,
    add column rate int,
    add column burst int,
    add column tokens float8,
    add column tokens_at timestamptz,
    add constraint account_limits_are_positive check (concurrency > 0 and rate > 0 and burst > 0),
    add constraint account_rate_has_tokens check (
        (rate is null) = (burst is null) and (rate is null) = (tokens is null)
        and (rate is null) = (tokens_at is null));
comment on column lockstep.account.concurrency is 'The most calls at once, of all daemons together; null: any number.';
comment on column lockstep.account.rate is 'The most calls per second, of all daemons together; null: no limit.';
comment on column lockstep.account.burst is 'The most calls at once after a time without any.';
comment on column lockstep.account.tokens is 'How many calls could be made at tokens_at; `rate` more each second.';
comment on column lockstep.account.tokens_at is 'When they were counted.';

create or replace view lockstep.accounts as
select a.provider, a.name as account,
    case
        when pause.since is not null then 'paused'
        when a.held_until > moment.now then 'held'
        when a.breaker = 'open' then 'failing'
        when a.breaker = 'probing' then 'probing'
        else 'free'
    end as status,
    coalesce(pause.since, a.breaker_since) as since,
    case
        when pause.since is not null then null
        when a.held_until > moment.now then a.held_until
        else a.probe_at
    end as until,
    lockstep.account_trouble(a.provider, a.name) as trouble,
    a.breaker, a.failures, a.last_error, a.probe_at, n.name as probing_by, a.held_until, pause.since as paused_since,
    pause.paused_by, pause.reason as pause_reason,
    (select count(*) from lockstep.job_state s where s.held_by = a.provider || '/' || a.name) as held_jobs,
    a.published_at, a.concurrency, a.rate, a.burst
from (select lockstep.now() as now) as moment
cross join lockstep.account a
left join lockstep.node n on n.id = a.probing_by
left join lateral (
    select p.since, p.paused_by, p.reason
    from lockstep.pause p
    where (p.kind, p.name) in (('provider', a.provider), ('account', a.provider || '/' || a.name))
    order by p.since
    limit 1
) pause on true;
comment on column lockstep.accounts.concurrency is 'The most calls at once, of all daemons together; null: no limit.';
comment on column lockstep.accounts.rate is 'The most calls per second, of all daemons together; null: no limit.';
comment on column lockstep.accounts.burst is 'The most calls at once after a time without any.';
