-- Locks: nothing; it replaces a function.
--
-- A webhook that was stored and not matched, because its daemon died or lost the database in between, waits for the
-- next sweep: a minute of real time. The virtual clock waits for the webhook, and whoever advances it gave up before
-- that. Now whoever wants to take a step, and finds that only a webhook is in the way, matches it.
create or replace function lockstep.clock_step(target timestamptz default null) returns timestamptz
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    current lockstep.clock := lockstep.virtual_clock();
    goal timestamptz;
    instant timestamptz;
    unquiet text;
begin
    select c.* into current from lockstep.clock c for update skip locked;
    if not found then
        return null;
    end if;
    unquiet := lockstep.unquiet();
    if unquiet is not null then
        if unquiet like 'webhook %' then
            perform lockstep.match_webhooks();
        end if;
        return null;
    end if;
    goal := coalesce(clock_step.target, current.target);
    instant := least(lockstep.next_due(), goal);
    if instant is null or instant <= current.virtual_now or (goal is null and not current.auto) then
        return current.virtual_now;
    end if;
    -- A crash of the server may take back the last step, and it is taken again: nothing to wait for a disk for.
    perform set_config('synchronous_commit', 'off', true);
    update lockstep.clock c
    set virtual_now = instant, target = case when c.target > instant then c.target end;
    perform pg_notify('lockstep_clock', '');
    return instant;
end
$$;
