-- Locks: none.
--
-- Pausing what is paused, and resuming what is not, answer as they do for a workflow or an account.
create or replace function lockstep.pause_schedule(name text) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    perform lockstep.require_schedule(name);
    update lockstep.schedule s set paused = true where s.name = pause_schedule.name and not s.paused;
    return case when found then 'paused' else 'already paused' end;
end
$$;

create or replace function lockstep.resume_schedule(name text) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    perform lockstep.require_schedule(name);
    update lockstep.schedule s
    set paused = false, next_at = lockstep.next_cron(s.cron, s.time_zone, lockstep.now())
    where s.name = resume_schedule.name and s.paused;
    return case when found then 'resumed' else 'not paused' end;
end
$$;

comment on function lockstep.pause_schedule(text) is
    'Lets a recurring job rest until resume_schedule; returns paused or already paused.';
comment on function lockstep.resume_schedule(text) is
    'Lets a recurring job go on, from the next instant after now; returns resumed or not paused.';
comment on function lockstep.schedule(text, text, jsonb, text, text, text, text) is
    'Writes a recurring job, or writes it anew under its name, and returns its next instant. A paused one stays so.';
