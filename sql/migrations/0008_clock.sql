-- Locks: nothing for long; it adds functions.
--
-- The virtual clock: twenty-four hours in milliseconds, with nothing skipped. It stands still while anybody is at work,
-- and then goes from one due instant to the next. The walk is done by whoever notices that all is quiet: a daemon, or
-- the one who waits in advance_clock. All of it refuses a real clock with LK004.
--
--   call lockstep.advance_clock('24 hours')                 goes there, and commits as it goes; or, where the driver
--   select lockstep.move_clock('24 hours'); commit;         wraps everything in transactions: says how far to go,
--   select lockstep.await_quiet('30 s');                    and waits until it is there and quiet.
--
-- Quiet means, in one snapshot: no participant is busy or due, no job is owned by a living daemon, none is due that a
-- living daemon could claim, and no signal or webhook waits that could be taken. Work moves from one of these to
-- another in single transactions, so that in a single snapshot it is always in one of them.

-- Chooses the clock. `at` is where a virtual one starts (default: now); `auto`: it then jumps to the next due instant
-- by itself whenever all is quiet (default: as before). Refused where time would go back, or where jobs are under way
-- on the real clock.
create function lockstep.set_clock(mode text, at timestamptz default null, auto boolean default null) returns void
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    current lockstep.clock;
    moment timestamptz := lockstep.now();
begin
    select c.* into strict current from lockstep.clock c for update;
    if set_clock.mode is null or set_clock.mode not in ('real', 'virtual') then
        raise exception 'the clock''s mode is %, and must be real or virtual', coalesce(set_clock.mode, 'null')
            using errcode = 'LK009', hint = 'select lockstep.set_clock(''virtual'').';
    elsif set_clock.mode = 'real' and moment > clock_timestamp() and exists (select from lockstep.job) then
        raise exception 'the virtual clock is ahead of the real one, and time must not go back'
            using errcode = 'LK009', hint = 'Take a fresh database.';
    elsif set_clock.mode = 'virtual' and coalesce(set_clock.at, moment) < moment
        and exists (select from lockstep.job) then
        raise exception 'the clock can not be set back from % to %', lockstep.in_words(moment),
            lockstep.in_words(set_clock.at) using errcode = 'LK009', hint = 'Take a fresh database.';
    elsif set_clock.mode = 'virtual' and current.mode = 'real' and exists (
        select from lockstep.job_state s where s.finished_at is null) then
        raise exception 'jobs are under way on the real clock'
            using errcode = 'LK009', hint = 'A virtual clock would stop them. Take a database of its own for tests.';
    end if;
    update lockstep.clock c
    set mode = set_clock.mode,
        virtual_now = case when set_clock.mode = 'virtual' then coalesce(set_clock.at, moment) end,
        target = null, auto = set_clock.mode = 'virtual' and coalesce(set_clock.auto, current.auto);
    perform pg_notify('lockstep_clock', '');
end
$$;
comment on function lockstep.set_clock(text, timestamptz, boolean) is 'Chooses the clock: real or virtual.';

-- The clock's row; raises LK004 where it is real.
create function lockstep.virtual_clock() returns lockstep.clock
    language plpgsql volatile security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    current lockstep.clock;
begin
    select c.* into strict current from lockstep.clock c;
    if current.mode <> 'virtual' then
        raise exception 'the clock is real, and can not be moved'
            using errcode = 'LK004',
                hint = 'A database of its own for tests gets a virtual one: select lockstep.set_clock(''virtual'').';
    end if;
    return current;
end
$$;
comment on function lockstep.virtual_clock() is 'The clock''s row; raises LK004 where it is real.';

-- Says when a participant's next timer is due, and whether it is at work. Busy is said before the work begins, and
-- taken back in the transaction (or after the answer) that hands the work on.
create function lockstep.join_clock(
    name text, next_due timestamptz default null, busy boolean default false) returns void
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    insert into lockstep.clock_participants as p (name, next_due, busy, seen_at)
    values (join_clock.name, join_clock.next_due, join_clock.busy, clock_timestamp())
    on conflict on constraint clock_participants_pkey do update
    set next_due = excluded.next_due, busy = excluded.busy, seen_at = excluded.seen_at;
end
$$;
comment on function lockstep.join_clock(text, timestamptz, boolean) is
    'Says when a participant''s next timer on the virtual clock is due, and whether it is at work.';

-- Takes a participant off the list.
create function lockstep.leave_clock(name text) returns void
    language sql security definer set search_path = pg_catalog, lockstep, pg_temp
begin atomic
    delete from lockstep.clock_participants p where p.name = leave_clock.name;
end;
comment on function lockstep.leave_clock(text) is 'Takes a participant off the list.';

-- The due jobs that come first, of each bucket and priority, that a living daemon could claim: a probe of the index for
-- each, however many jobs wait. A job whose owner is dead is due at the end of its lease. While no daemon is alive at
-- all, every job counts, so that the clock waits for one instead of running away.
create view lockstep.first_due as
select first.id, first.due_at, first.leased_by
from lockstep.settings c
cross join lateral generate_series(0, c.buckets - 1) as b (bucket)
cross join generate_series(1, 4) as level (priority)
cross join lateral (
    select s.id, s.due_at, s.leased_by
    from lockstep.job_state s
    where s.bucket = b.bucket::smallint
        and s.priority = level.priority
        and s.due_at is not null
        and (not exists (select from lockstep.known_versions)
            or (s.workflow, s.version) in (select k.workflow, k.version from lockstep.known_versions k))
        and (s.workflow in (select p.name from lockstep.pause p where p.kind = 'workflow')) is not true
        and (s.tenant in (select p.name from lockstep.pause p where p.kind = 'tenant')) is not true
    order by s.due_at
    limit 1
) first;
comment on view lockstep.first_due is
    'The jobs that come first, of each bucket and priority, that a living daemon could claim.';
comment on column lockstep.first_due.id is 'The job.';
comment on column lockstep.first_due.due_at is 'When it is due; while leased, the end of the lease.';
comment on column lockstep.first_due.leased_by is 'The daemon that owns it.';

-- Jobs that a living daemon owns (while none is alive: any daemon), one of each bucket and priority. Leases last five
-- minutes at most, and the clock stands still meanwhile: so they end within five minutes from now, and the index on
-- due_at finds them.
create view lockstep.owned_jobs as
select first.id, first.owner
from (select lockstep.now() as now) as moment
cross join lockstep.settings c
cross join lateral generate_series(0, c.buckets - 1) as b (bucket)
cross join generate_series(1, 4) as level (priority)
cross join lateral (
    select s.id, coalesce(n.name, s.leased_by::text) as owner
    from lockstep.job_state s
    left join lockstep.node n on n.id = s.leased_by
    where s.bucket = b.bucket::smallint
        and s.priority = level.priority
        and s.due_at > moment.now
        and s.due_at <= moment.now + interval '5 minutes'
        and s.leased_by is not null
        and (n.seen_at > clock_timestamp() - interval '5 seconds' or not exists (select from lockstep.known_versions))
    order by s.due_at
    limit 1
) first;
comment on view lockstep.owned_jobs is
    'Jobs that a living daemon owns, on a virtual clock: one of each bucket and priority.';
comment on column lockstep.owned_jobs.id is 'The job.';
comment on column lockstep.owned_jobs.owner is 'The daemon''s name.';

-- What is not quiet, in words; null if all is. One statement, and so one snapshot.
create function lockstep.unquiet() returns text
    -- Compiling this would take longer than a thousand calls.
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp set jit = off
as $$
begin
    return coalesce(
        (select format('participant %s is busy', p.name) from lockstep.clock_participants p where p.busy limit 1),
        (select format('participant %s is due since %s', p.name, lockstep.in_words(p.next_due))
            from lockstep.clock_participants p where p.next_due <= lockstep.now() limit 1),
        (select format('job %s is run by %s', o.id, o.owner) from lockstep.owned_jobs o limit 1),
        (select format('job %s is due since %s', d.id, lockstep.in_words(d.due_at))
            from lockstep.first_due d where d.due_at <= lockstep.now() limit 1),
        (select format('signal %s waits for job %s', g.name, g.job_id)
            from lockstep.signal g
            join lockstep.job_state s on s.id = g.job_id and s.bucket = g.bucket
            join lockstep.known_versions k on k.workflow = s.workflow and k.version = s.version
            where g.handled_at is null
                and (s.status <> 'paused' or exists (
                    select from lockstep.signal r
                    where r.job_id = s.id and r.bucket = s.bucket and r.name = '$resume' and r.handled_at is null))
                    -- These come with the next look that is due, as claim_signaled has it.
                and (s.attempt_status is distinct from 'unknown' or s.status in ('parked', 'paused'))
                -- What a dead daemon owns can be told nothing before its lease ends.
                and (s.leased_by is null or s.due_at <= lockstep.now())
                and (s.workflow in (select p.name from lockstep.pause p where p.kind = 'workflow')) is not true
                and (s.tenant in (select p.name from lockstep.pause p where p.kind = 'tenant')) is not true
            limit 1),
        (select format('webhook %s waits for job %s', m.id, m.job_id) from lockstep.matching_webhooks m limit 1));
end
$$;
comment on function lockstep.unquiet() is 'What is not quiet, in words; null if all is.';

-- The next instant at which something is due, of jobs and participants; null if nothing is.
create function lockstep.next_due() returns timestamptz
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp set jit = off
as $$
begin
    return least(
        (select min(d.due_at) from lockstep.first_due d),
        (select min(p.next_due) from lockstep.clock_participants p));
end
$$;
comment on function lockstep.next_due() is 'The next instant at which something is due.';

-- Takes one step of the virtual clock if all is quiet: to the next due instant, but not beyond `target` (left out: what
-- move_clock asked for; without that, and with `auto`, to the next due instant whenever it is). Returns the instant
-- that the clock then shows, or null where it is not quiet or somebody else takes a step now. For whoever is idle; a
-- step is one short transaction.
create function lockstep.clock_step(target timestamptz default null) returns timestamptz
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    current lockstep.clock := lockstep.virtual_clock();
    goal timestamptz;
    instant timestamptz;
begin
    select c.* into current from lockstep.clock c for update skip locked;
    if not found or lockstep.unquiet() is not null then
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
comment on function lockstep.clock_step(timestamptz) is
    'Takes one step of the virtual clock if all is quiet; returns the instant, or null where nothing moved.';

-- Says how far the virtual clock is to go, and returns that instant. The way there is walked, step by step, by daemons
-- once this is committed, and by await_quiet. What was asked before and not yet walked is added to.
create function lockstep.move_clock(span interval) returns timestamptz
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    current lockstep.clock := lockstep.virtual_clock();
    goal timestamptz;
begin
    if span is null or span < interval '0' then
        raise exception 'the clock can not move by %', coalesce(span::text, 'null')
            using errcode = 'LK009', hint = 'Time goes forward: give an interval such as ''24 hours''.';
    end if;
    select c.* into strict current from lockstep.clock c for update;
    goal := coalesce(current.target, current.virtual_now) + span;
    if goal > current.virtual_now then
        update lockstep.clock c set target = goal;
        perform pg_notify('lockstep_clock', '');
    end if;
    return goal;
end
$$;
comment on function lockstep.move_clock(interval) is
    'Says how far the virtual clock is to go; commit, then await_quiet walks there.';

-- Raises LK008: what was not quiet when the time had run out.
create function lockstep.raise_unquiet(timeout interval) returns void
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    raise exception 'not quiet within %, at %', lockstep.in_words(timeout), lockstep.in_words(lockstep.now())
        using errcode = 'LK008',
            detail = coalesce(lockstep.unquiet(), format('the clock has not reached %s',
                (select lockstep.in_words(c.target) from lockstep.clock c))) || '.',
            hint = case
                when exists (select from lockstep.known_versions) then
                    'Whoever is named there is still at work, or has stopped without a word: see lockstep.why(job), '
                    || 'and lockstep.leave_clock(name) for a participant that is gone.'
                else 'No daemon is alive. To go through an outage: select lockstep.set_clock(''virtual'', at => …).'
            end;
end
$$;
comment on function lockstep.raise_unquiet(interval) is 'Raises LK008: what was not quiet when the time had run out.';

-- Waits until the virtual clock has reached what move_clock asked for, and all is quiet there; returns the instant.
-- Raises LK008, naming what is not quiet, when nothing has moved for `timeout` of real time. Call it in a transaction
-- of its own: what the caller has not committed, nobody can work on.
--
-- It takes the last step itself where nothing is due on the way; other steps have to be committed as they are taken,
-- and are left to the daemons. It looks every millisecond at first, then every five.
create function lockstep.await_quiet(timeout interval default '30 s') returns timestamptz
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    current lockstep.clock := lockstep.virtual_clock();
    seen timestamptz := current.virtual_now;
    patience timestamptz := clock_timestamp() + timeout;
    pause_ms int := 1;
begin
    loop
        current := lockstep.virtual_clock();
        if current.virtual_now > seen then
            seen := current.virtual_now;
            patience := clock_timestamp() + timeout;
            pause_ms := 1;
        end if;
        if lockstep.unquiet() is null then
            if current.target is null then
                return current.virtual_now;
            elsif lockstep.next_due() > current.target or lockstep.next_due() is null then
                -- Null where a daemon takes a step just now.
                continue when lockstep.clock_step() is not null;
            end if;
        end if;
        if clock_timestamp() > patience then
            perform lockstep.raise_unquiet(timeout);
        end if;
        perform pg_sleep(pause_ms / 1000.0);
        pause_ms := least(pause_ms + 1, 5);
    end loop;
end
$$;
comment on function lockstep.await_quiet(interval) is
    'Waits until the virtual clock is where move_clock asked for, and all is quiet; raises LK008 after the time-out.';

-- Moves the virtual clock: goes through every due instant in order, waits at each until all is quiet, and commits as it
-- goes. Raises LK008, naming what is not quiet, when nothing has moved for `timeout` of real time; the clock then stays
-- where it is. Call it outside of a transaction.
create procedure lockstep.advance_clock(span interval, timeout interval default '30 s')
    language plpgsql
as $$
declare
    goal timestamptz := lockstep.move_clock(span);
    seen timestamptz;
    instant timestamptz;
    patience timestamptz := clock_timestamp() + timeout;
    pause_ms int := 1;
begin
    commit;
    loop
        instant := lockstep.clock_step(goal);
        commit;
        exit when instant >= goal and lockstep.unquiet() is null;
        if lockstep.now() > coalesce(seen, '-infinity') then
            seen := lockstep.now();
            patience := clock_timestamp() + timeout;
            pause_ms := 1;
        elsif clock_timestamp() > patience then
            perform lockstep.stop_clock();
            commit;
            perform lockstep.raise_unquiet(timeout);
        else
            perform pg_sleep(pause_ms / 1000.0);
            pause_ms := least(pause_ms + 1, 5);
        end if;
    end loop;
end
$$;
comment on procedure lockstep.advance_clock(interval, interval) is
    'Moves the virtual clock through every due instant in order, and waits at each until all is quiet.';

-- Takes back what move_clock asked for and is not yet walked: the clock stays where it is.
create function lockstep.stop_clock() returns timestamptz
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    current lockstep.clock := lockstep.virtual_clock();
begin
    update lockstep.clock c set target = null returning c.* into current;
    return current.virtual_now;
end
$$;
comment on function lockstep.stop_clock() is 'Takes back what move_clock asked for: the clock stays where it is.';
