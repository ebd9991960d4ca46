-- Locks: job_state exclusively for the moment in which it adds two columns, and against writers while it builds an
-- index (which holds nothing yet: one reading of the table); pause exclusively for a moment.
--
-- Accounts at providers: what daemons share about them, and what operators pause.
--
--   breaker   a daemon that sees several jobs fail in a row at an account opens it for all; while it is open no call is
--             made, and now and then one daemon tries it with one call
--   hold      the provider asked to be left alone until an instant (Retry-After)
--   pause     an operator's, of one account or of all of a provider
--
-- Meanwhile the jobs whose next step is a call to the account are held: they rest without an attempt, their deadlines
-- and signals go on, and the time counts for no retry policy. `held_by` says for what a job waits. When the account is
-- free again, daemons make held jobs due, a batch at a time.

create table lockstep.account (
    provider text not null,
    name text not null,
    breaker text not null default 'closed',
    breaker_since timestamptz,
    failures int not null default 0,
    last_error text,
    rest interval,
    probe_at timestamptz,
    probing_by uuid,
    held_until timestamptz,
    held_reason text,
    published_at timestamptz,
    version bigint not null default 0,
    constraint account_pkey primary key (provider, name),
    constraint account_names_are_plain check (provider <> '' and name <> '' and strpos(provider, '/') = 0),
    constraint account_breaker_is_known check (breaker in ('closed', 'open', 'probing')),
    constraint account_open_has_probe check ((breaker = 'closed') = (probe_at is null)),
    constraint account_probing_has_node check ((breaker = 'probing') = (probing_by is not null))
) with (fillfactor = 50);
comment on table lockstep.account is 'What daemons share about the accounts at providers: a row for each.';
comment on column lockstep.account.provider is 'The provider, such as dfns.';
comment on column lockstep.account.name is 'The account''s name in the configuration.';
comment on column lockstep.account.breaker is
    'closed: calls go through; open: none does; probing: one daemon tries the account with one call.';
comment on column lockstep.account.breaker_since is 'Since when the breaker is closed, or not closed; null: always.';
comment on column lockstep.account.failures is 'How many calls had failed in a row when it opened, and probes since.';
comment on column lockstep.account.last_error is 'The last failure that opened it, or kept it open.';
comment on column lockstep.account.rest is 'How long it rests before the next probe: twice as long after each in vain.';
comment on column lockstep.account.probe_at is
    'When a daemon may try it; while one does, when another may, should the first have vanished.';
comment on column lockstep.account.probing_by is 'The daemon that tries it.';
comment on column lockstep.account.held_until is 'Until when the provider asked to be left alone (Retry-After).';
comment on column lockstep.account.held_reason is 'With which words.';
comment on column lockstep.account.published_at is 'When a daemon said last that this account is configured.';
comment on column lockstep.account.version is 'One more with each change, so that daemons know the newer reading.';

alter table lockstep.job_state add column held_by text, add column held_since timestamptz;
comment on column lockstep.job_state.held_by is
    'The account whose breaker, hold or pause it waits for, such as dfns/main; null: it does not wait for one.';
comment on column lockstep.job_state.held_since is 'Since when; this time counts for no retry policy.';
-- For whoever makes them due again. Its columns stay the same while a job is held.
create index job_state_held on lockstep.job_state (bucket, held_by, priority, id) where held_by is not null;

alter table lockstep.pause drop constraint pause_kind_is_known;
alter table lockstep.pause add constraint pause_kind_is_known
    check (kind in ('workflow', 'tenant', 'provider', 'account'));
comment on table lockstep.pause is
    'What operators paused: jobs of paused workflows and tenants are not claimed, calls to paused accounts not made.';
comment on column lockstep.pause.kind is 'workflow, tenant, provider or account.';
comment on column lockstep.pause.name is 'Which one; accounts as provider/name.';

-- Pauses something as a whole; returns paused, or already paused. Rings, so that daemons see at once what not to call.
create or replace function lockstep.hold(kind text, name text, reason text) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    if coalesce(name, '') = '' then
        raise exception 'no % is named', kind using errcode = 'LK009', hint = 'Say which one, by its name.';
    elsif kind = 'workflow' and not exists (select from lockstep.workflow w where w.workflow = hold.name) then
        raise exception 'unknown workflow "%"', name
            using errcode = 'LK001', hint = 'select workflow from lockstep.workflows lists them.';
    elsif kind in ('provider', 'account') and not exists (
        select from lockstep.account a where hold.name in (a.provider, a.provider || '/' || a.name))
    then
        raise exception 'unknown % "%"', kind, name
            using errcode = 'LK009', hint = 'select provider, account from lockstep.accounts lists them.';
    end if;
    insert into lockstep.pause (kind, name, since, paused_by, reason)
    values (hold.kind, hold.name, lockstep.now(), lockstep.caller(), hold.reason)
    on conflict do nothing;
    if not found then
        return 'already paused';
    end if;
    perform lockstep.ring();
    return 'paused';
end
$$;

create function lockstep.pause_provider(provider text, reason text default null) returns text
    language sql security definer set search_path = pg_catalog, lockstep, pg_temp
return lockstep.hold('provider', provider, reason);
comment on function lockstep.pause_provider(text, text) is
    'Stops calls to all accounts of a provider; their jobs wait, and none fails.';

create function lockstep.resume_provider(provider text) returns text
    language sql security definer set search_path = pg_catalog, lockstep, pg_temp
return lockstep.let_go('provider', provider);
comment on function lockstep.resume_provider(text) is 'Ends the pause of a provider.';

create function lockstep.pause_account(provider text, account text, reason text default null) returns text
    language sql security definer set search_path = pg_catalog, lockstep, pg_temp
return lockstep.hold('account', provider || '/' || account, reason);
comment on function lockstep.pause_account(text, text, text) is
    'Stops calls to an account of a provider; its jobs wait, and none fails.';

create function lockstep.resume_account(provider text, account text) returns text
    language sql security definer set search_path = pg_catalog, lockstep, pg_temp
return lockstep.let_go('account', provider || '/' || account);
comment on function lockstep.resume_account(text, text) is 'Ends the pause of an account.';

-- What keeps calls away from an account, in words; null if nothing does.
create function lockstep.account_trouble(provider text, account text) returns text
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    moment timestamptz := lockstep.now();
    pause lockstep.pause;
    known lockstep.account;
begin
    select p.* into pause
    from lockstep.pause p
    where (p.kind, p.name) in (
        ('provider', account_trouble.provider),
        ('account', account_trouble.provider || '/' || account_trouble.account))
    order by p.since
    limit 1;
    if found then
        return format('the %s %s was paused %s ago by %s%s', pause.kind, pause.name,
            lockstep.in_words(moment - pause.since), pause.paused_by, coalesce(': ' || pause.reason, ''));
    end if;
    select a.* into known
    from lockstep.account a
    where a.provider = account_trouble.provider and a.name = account_trouble.account;
    if known.held_until > moment then
        return format('the provider asked to be left alone until %s (%s)', lockstep.in_words(known.held_until),
            known.held_reason);
    elsif known.breaker <> 'closed' then
        return format('its breaker opened at %s after %s failures (last: %s); %s',
            lockstep.in_words(known.breaker_since), known.failures, known.last_error, case
                when known.breaker = 'probing' and known.probe_at > moment then 'it is tried now'
                when known.probe_at > moment then 'next probe at ' || lockstep.in_words(known.probe_at)
                else 'it is tried with the next call'
            end);
    end if;
    return null;
end
$$;
comment on function lockstep.account_trouble(text, text) is
    'What keeps calls away from an account, in words; null if nothing does.';

-- Why a job that waits for an account waits.
create function lockstep.why_held(state lockstep.job_state) returns text
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    trouble text := lockstep.account_trouble(
        split_part(state.held_by, '/', 1), substr(state.held_by, strpos(state.held_by, '/') + 1));
begin
    if trouble is null then
        return format('it waited for account %s, which is free again, and goes on %s', state.held_by, case
            when state.due_at > lockstep.now() then 'in ' || lockstep.in_words(state.due_at - lockstep.now())
            else 'now'
        end);
    end if;
    return format('it waits because account %s is held: %s', state.held_by, trouble);
end
$$;
comment on function lockstep.why_held(lockstep.job_state) is 'Why a job that waits for an account waits.';

-- Says in one sentence or two what a job waits for, since when, until when, and what happens then.
create or replace function lockstep.why(job uuid) returns text
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    state lockstep.job_state := lockstep.find_job(job);
    moment timestamptz := lockstep.now();
    place text;
    answer text;
    hindrance text;
begin
    if state.id is null then
        return format('No job has the id %s.', coalesce(job::text, 'null'));
    end if;
    place := case
        when state.state is null then format('Enqueued %s ago', lockstep.in_words(moment - state.entered_at))
        else format('In %s for %s', state.state, lockstep.in_words(moment - state.entered_at))
    end;
    if state.finished_at is not null then
        return format('It ended as %s %s ago, at %s, in %s%s%s.', state.status,
            lockstep.in_words(moment - state.finished_at), lockstep.in_words(state.finished_at),
            coalesce(state.state, 'no state'),
            coalesce(': ' || coalesce(state.last_error, state.output ->> 'reason'), ''),
            coalesce('; funds: ' || (state.output ->> 'funds'), ''));
    end if;
    answer := lockstep.why_running(state);
    if answer is not null then
        return format('%s: %s.', place, answer);
    end if;
    hindrance := lockstep.why_unclaimed(state);
    if state.status = 'parked' then
        return format('%s: parked for %s: %s. When the cause is gone: select lockstep.retry(%L).', place,
            coalesce(state.desk, 'a person'), state.last_error, state.id);
    elsif state.status = 'paused' then
        return format('%s: paused. To go on: select lockstep.resume(%L).', place, state.id);
    elsif hindrance is not null then
        return format('%s: %s.', place, hindrance);
    elsif state.state is null then
        return format('%s: it starts %s.', place, case
            when state.due_at > moment
                then format('in %s, at %s', lockstep.in_words(state.due_at - moment), lockstep.in_words(state.due_at))
            else 'as soon as a daemon has room'
        end);
    end if;
    answer := case
        when state.held_by is not null then lockstep.why_held(state)
        else lockstep.why_waiting(state)
    end;
    return format('%s: %s%s.', place, answer, case
        when state.deadline_at is null then ', without a deadline'
        when state.deadline_at <= moment then format('; %s is due now', coalesce(state.deadline_event, 'its deadline'))
        else format('; in %s, at %s, %s', lockstep.in_words(state.deadline_at - moment),
            lockstep.in_words(state.deadline_at), coalesce(state.deadline_event, 'it ends'))
    end);
end
$$;

create or replace view lockstep.job_status with (security_barrier) as
select s.id, j.key, s.tenant, s.workflow, s.version, s.state,
    case when s.leased_by is not null and s.due_at > moment.now then 'running' else s.status end as status,
    s.plan, s.entered_at as since,
    case when s.leased_by is null or s.due_at <= moment.now then s.due_at end as due,
    s.deadline_at as deadline, s.deadline_event,
    s.finished_at is null and coalesce(s.overdue_at <= moment.now, false) as overdue, s.desk,
    s.attempt, s.last_error,
    case when s.finished_at is not null then s.status end as outcome,
    s.output, s.seq, s.priority::int as priority, j.tags, j.parent_id as parent, j.enqueued_at, j.enqueued_by,
    s.finished_at, s.held_by
from (select lockstep.now() as now) as moment
cross join lockstep.job_state s
join lockstep.job j on j.id = s.id and j.bucket = s.bucket
where (select lockstep.acts_for_all()) or s.tenant = any ((select lockstep.own_tenants())::text[]);
comment on column lockstep.job_status.held_by is
    'The account that takes no calls for now, and that it waits for; null: it waits for none.';

create view lockstep.accounts as
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
    a.published_at
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
comment on view lockstep.accounts is 'The accounts at providers: whether calls go through, and if not, why not.';
comment on column lockstep.accounts.provider is 'The provider.';
comment on column lockstep.accounts.account is 'The account''s name in the configuration.';
comment on column lockstep.accounts.status is
    'free, paused (by an operator), held (the provider asked to be left alone), failing (breaker is open), probing.';
comment on column lockstep.accounts.since is 'Since when it is paused, or its breaker open or closed.';
comment on column lockstep.accounts.until is 'When it is called or tried again; null: free, or until an operator acts.';
comment on column lockstep.accounts.trouble is 'Why no calls go through, in words; null: they do.';
comment on column lockstep.accounts.breaker is 'closed, open or probing.';
comment on column lockstep.accounts.failures is 'How many failures opened it or kept it open; 0: closed.';
comment on column lockstep.accounts.last_error is 'The last of these failures; kept when it closes.';
comment on column lockstep.accounts.probe_at is 'When it is tried next.';
comment on column lockstep.accounts.probing_by is 'The daemon that tries it now.';
comment on column lockstep.accounts.held_until is 'Until when the provider last asked to be left alone.';
comment on column lockstep.accounts.paused_since is 'When an operator paused it or its provider.';
comment on column lockstep.accounts.paused_by is 'Who did.';
comment on column lockstep.accounts.pause_reason is 'Why.';
comment on column lockstep.accounts.held_jobs is 'How many jobs wait for it.';
comment on column lockstep.accounts.published_at is 'When a daemon said last that it is configured.';

revoke all on lockstep.account, lockstep.accounts from public;
revoke all on function
    lockstep.pause_provider(text, text), lockstep.resume_provider(text),
    lockstep.pause_account(text, text, text), lockstep.resume_account(text, text),
    lockstep.account_trouble(text, text), lockstep.why_held(lockstep.job_state)
    from public;
grant select on lockstep.account, lockstep.accounts to lockstep_ops, lockstep_daemon;
grant execute on function lockstep.account_trouble(text, text) to lockstep_ops, lockstep_daemon;
grant execute on function
    lockstep.pause_provider(text, text), lockstep.resume_provider(text),
    lockstep.pause_account(text, text, text), lockstep.resume_account(text, text)
    to lockstep_ops, lockstep_daemon;
grant insert, update on lockstep.account to lockstep_daemon;
