-- Locks: nothing for long; it adds a table and functions, and replaces two of the clock's.
--
-- Recurring jobs. A schedule says which job is enqueued when: five fields as in cron, in a time zone. Its next instant
-- stands in its row, so that a virtual clock sees it like anything else that is due. Whoever is at hand enqueues what
-- is due: daemons look every second, and whoever walks a virtual clock. The row's lock, and the job's key
-- (schedule:<name>:<instant>), make it one job for each instant, however many look.
--
-- Local time is what counts. A time that a change of clocks leaves out is made up for once, as soon as the clocks have
-- changed; a time that comes twice counts the first time. Only where the hour is * (every hour, or every few) do real
-- hours count: then nothing is made up for, and what comes twice counts twice.

-- Raises LK009 for what a schedule can't be, naming the field.
create function lockstep.refuse_schedule(field text, problem text, advice text) returns void
    language plpgsql immutable parallel safe
as $$
begin
    raise exception 'the schedule''s % %', field, problem using errcode = 'LK009', hint = advice;
end
$$;
comment on function lockstep.refuse_schedule(text, text, text) is
    'Raises LK009 for what a schedule can''t be, naming the field.';

-- A value of a cron field: a number, or a name's first three letters.
create function lockstep.cron_value(field text, item text, low int, high int, names text[]) returns int
    language plpgsql immutable parallel safe
as $$
declare
    value int := array_position(names, lower(item)) + low - 1;
begin
    if value is null and item ~ '^[0-9]{1,2}$' then
        value := item::int;
    end if;
    if value is null or value not between low and high then
        perform lockstep.refuse_schedule(
            field, format('has "%s", which is not %s from %s to %s', item, case
                when names is null then 'a number' else format('a name (%s to %s) or a number',
                    names[1], names[cardinality(names)]) end, low, high),
            'Fields are lists of values, ranges and steps: 0,30 or 9-17 or */5 or 10-50/20.');
    end if;
    return value;
end
$$;
comment on function lockstep.cron_value(text, text, int, int, text[]) is 'A value of a cron field.';

-- The values that a cron field stands for, in order; raises LK009 for what is none.
create function lockstep.cron_field(field text, value text, low int, high int, names text[] default null)
    returns int[]
    language plpgsql immutable parallel safe
as $$
declare
    item text;
    span text;
    step int;
    first int;
    last int;
    found int[] := '{}';
begin
    foreach item in array string_to_array(value, ',') loop
        span := split_part(item, '/', 1);
        step := 1;
        if strpos(item, '/') > 0 then
            if substr(item, length(span) + 2) !~ '^[1-9][0-9]?$' or (span <> '*' and strpos(span, '-') = 0) then
                perform lockstep.refuse_schedule(field, format('has "%s", which is no step', item),
                    'A step follows * or a range, and is from 1 to 99: */15 or 0-30/10.');
            end if;
            step := substr(item, length(span) + 2)::int;
        end if;
        if span = '*' then
            first := low;
            last := high;
        elsif strpos(span, '-') > 0 then
            first := lockstep.cron_value(field, split_part(span, '-', 1), low, high, names);
            last := lockstep.cron_value(field, substr(span, strpos(span, '-') + 1), low, high, names);
            if last < first then
                perform lockstep.refuse_schedule(field, format('has "%s", which ends before it begins', item),
                    'Write two ranges: 22-23,0-4.');
            end if;
        else
            first := lockstep.cron_value(field, span, low, high, names);
            last := first;
        end if;
        found := found || array(select generate_series(first, last, step));
    end loop;
    return array(select distinct v from unnest(found) as v order by v);
end
$$;
comment on function lockstep.cron_field(text, text, int, int, text[]) is
    'The values that a cron field stands for; raises LK009 for what is none.';

-- A cron expression, read: raises LK009 where it is none. As in Vixie's cron, a day counts that fits either of the two
-- fields for days where both are restricted, and both of them where one begins with *.
create function lockstep.read_cron(
    cron text, out minutes int[], out hours int[], out days int[], out months int[], out weekdays int[],
    out every_hour boolean, out either_day boolean)
    language plpgsql immutable parallel safe
as $$
declare
    fields text[] := regexp_split_to_array(btrim(cron, E' \t'), '[ \t]+');
begin
    if coalesce(cardinality(fields), 0) <> 5 or fields[1] = '' then
        perform lockstep.refuse_schedule('cron expression',
            format('is %s, and must have five fields', coalesce('"' || cron || '"', 'null')),
            'Minute, hour, day of month, month, day of week: ''0 9 1 * *'' is nine o''clock on the first of a month.');
    end if;
    minutes := lockstep.cron_field('minute', fields[1], 0, 59);
    hours := lockstep.cron_field('hour', fields[2], 0, 23);
    days := lockstep.cron_field('day of month', fields[3], 1, 31);
    months := lockstep.cron_field(
        'month', fields[4], 1, 12,
        array['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']);
    -- 7 is Sunday too.
    weekdays := array(
        select distinct v % 7
        from unnest(lockstep.cron_field(
            'day of week', fields[5], 0, 7, array['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'])) as v
        order by 1);
    every_hour := fields[2] like '*%';
    either_day := fields[3] not like '*%' and fields[5] not like '*%';
end
$$;
comment on function lockstep.read_cron(text) is 'A cron expression, read; raises LK009 where it is none.';

-- The instant at which a local time is shown: the first of two, or the end of the gap that leaves it out.
create function lockstep.local_instant(local_time timestamp, time_zone text) returns timestamptz
    language plpgsql stable parallel safe
as $$
declare
    instant timestamptz := local_time at time zone time_zone;
    -- With the offset of the day before: of two, that is the first.
    earlier timestamptz := (local_time - ((instant - interval '1 day') at time zone time_zone
        - (instant - interval '1 day') at time zone 'UTC')) at time zone 'UTC';
    zone_offset interval;
begin
    if earlier at time zone time_zone = local_time then
        return least(earlier, instant);
    elsif instant at time zone time_zone = local_time then
        return instant;
    end if;
    -- Nobody's clock shows it: back from later to the first minute with the new offset.
    instant := greatest(earlier, instant);
    zone_offset := instant at time zone time_zone - instant at time zone 'UTC';
    while (instant - interval '1 minute') at time zone time_zone - (instant - interval '1 minute') at time zone 'UTC'
        = zone_offset
    loop
        instant := instant - interval '1 minute';
    end loop;
    return instant;
end
$$;
comment on function lockstep.local_instant(timestamp, text) is
    'The instant at which a local time is shown: the first of two, or the end of the gap that leaves it out.';

-- The first instant after `after` that a cron expression names; null where there is none within nine years, such as
-- for the 30th of February.
create function lockstep.next_cron(cron text, time_zone text, after timestamptz) returns timestamptz
    language plpgsql stable parallel safe
as $$
declare
    wanted record;
    -- From the day before: where clocks change at midnight, a day may begin late.
    day date := (after at time zone time_zone)::date - 1;
    last_day date := day + 3300;
    in_month boolean;
    in_week boolean;
    midnight timestamptz;
    instant timestamptz;
begin
    select r.* into wanted from lockstep.read_cron(cron) r;
    while day <= last_day loop
        if not extract(month from day)::int = any (wanted.months) then
            day := (date_trunc('month', day::timestamp) + interval '1 month')::date;
            continue;
        end if;
        in_month := extract(day from day)::int = any (wanted.days);
        in_week := extract(dow from day)::int = any (wanted.weekdays);
        if (in_month and in_week) or (wanted.either_day and (in_month or in_week)) then
            if wanted.every_hour then
                midnight := lockstep.local_instant(day::timestamp, time_zone);
                select t into instant
                from generate_series(
                    greatest(midnight, date_trunc('minute', after) + interval '1 minute'),
                    lockstep.local_instant((day + 1)::timestamp, time_zone) - interval '1 minute',
                    interval '1 minute') as t
                where extract(minute from t at time zone time_zone)::int = any (wanted.minutes)
                    and extract(hour from t at time zone time_zone)::int = any (wanted.hours)
                order by t
                limit 1;
            else
                select at.instant into instant
                from unnest(wanted.hours) as h
                cross join unnest(wanted.minutes) as m
                cross join lateral lockstep.local_instant(day + make_time(h, m, 0), time_zone) as at (instant)
                where at.instant > after
                order by at.instant
                limit 1;
            end if;
            if instant is not null then
                return instant;
            end if;
        end if;
        day := day + 1;
    end loop;
    return null;
end
$$;
comment on function lockstep.next_cron(text, text, timestamptz) is
    'The first instant after another that a cron expression names in a time zone; null where there is none.';

create table lockstep.schedule (
    name text not null,
    workflow text not null,
    input jsonb not null,
    tenant text not null,
    cron text not null,
    time_zone text not null,
    overlap text not null,
    paused boolean not null default false,
    next_at timestamptz,
    last_at timestamptz,
    last_job uuid,
    last_skipped_at timestamptz,
    last_error text,
    created_at timestamptz not null,
    created_by text not null,
    constraint schedule_pkey primary key (name),
    constraint schedule_name_is_short check (char_length(name) between 1 and 100),
    constraint schedule_overlap_is_known check (overlap in ('skip', 'allow')),
    constraint schedule_runs_at_an_instant check ((last_at is null) = (last_job is null))
);
comment on table lockstep.schedule is 'Recurring jobs; people read lockstep.schedules.';
comment on column lockstep.schedule.name is 'Its name: once in a database.';
comment on column lockstep.schedule.workflow is 'Which flow its jobs are of.';
comment on column lockstep.schedule.input is 'What each of them is asked.';
comment on column lockstep.schedule.tenant is 'On whose behalf.';
comment on column lockstep.schedule.cron is 'When: minute, hour, day of month, month, day of week.';
comment on column lockstep.schedule.time_zone is 'Where, as the IANA names it.';
comment on column lockstep.schedule.overlap is
    'skip: no job while the last one is unfinished; allow: one each time.';
comment on column lockstep.schedule.paused is 'Whether it rests until resume_schedule.';
comment on column lockstep.schedule.next_at is 'When its next job is enqueued; null: never.';
comment on column lockstep.schedule.last_at is 'For which instant its last job was enqueued.';
comment on column lockstep.schedule.last_job is 'That job.';
comment on column lockstep.schedule.last_skipped_at is
    'The last instant for which no job was enqueued, because the one before was unfinished.';
comment on column lockstep.schedule.last_error is 'Why the last job could not be enqueued; null: it could.';
comment on column lockstep.schedule.created_at is 'When it was written last.';
comment on column lockstep.schedule.created_by is 'Who wrote it.';

create view lockstep.schedules as
select s.name, s.workflow, s.input, s.tenant, s.cron, s.time_zone, s.overlap, s.paused,
    case when not s.paused then s.next_at end as next_at, s.last_at, s.last_job, j.status as last_status,
    s.last_skipped_at, s.last_error, s.created_at, s.created_by
from lockstep.schedule s
left join lockstep.job_state j on j.id = s.last_job;
comment on view lockstep.schedules is 'Recurring jobs: what is enqueued when, and what became of it last time.';
comment on column lockstep.schedules.name is 'Its name. Its jobs have the tag schedule:<name>.';
comment on column lockstep.schedules.workflow is 'Which flow its jobs are of.';
comment on column lockstep.schedules.input is 'What each of them is asked.';
comment on column lockstep.schedules.tenant is 'On whose behalf.';
comment on column lockstep.schedules.cron is 'When: minute, hour, day of month, month, day of week.';
comment on column lockstep.schedules.time_zone is 'Where, as the IANA names it.';
comment on column lockstep.schedules.overlap is 'skip: no job while the last one is unfinished; allow: one each time.';
comment on column lockstep.schedules.paused is 'Whether it rests until resume_schedule.';
comment on column lockstep.schedules.next_at is
    'When its next job is enqueued; null: never, or not while it is paused.';
comment on column lockstep.schedules.last_at is 'For which instant its last job was enqueued; null: there was none.';
comment on column lockstep.schedules.last_job is 'That job.';
comment on column lockstep.schedules.last_status is 'That job''s status.';
comment on column lockstep.schedules.last_skipped_at is
    'The last instant for which no job was enqueued, because the one before was unfinished.';
comment on column lockstep.schedules.last_error is 'Why the last job could not be enqueued; null: it could.';
comment on column lockstep.schedules.created_at is 'When it was written last.';
comment on column lockstep.schedules.created_by is 'Who wrote it.';

-- Writes a schedule, or writes it anew under its name, and returns its next instant. Raises LK001 for an unknown
-- workflow, LK002 for an input that it doesn't take, LK009 for a name, cron expression, time zone or overlap policy
-- that is none: each with the field's name.
create function lockstep.schedule(
    name text, workflow text, input jsonb, cron text, time_zone text default 'UTC', overlap text default 'skip',
    tenant text default null) returns timestamptz
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    request record;
    problem text;
    next_at timestamptz;
begin
    if name is null or char_length(name) not between 1 and 100 then
        perform lockstep.refuse_schedule('name', 'must have 1 to 100 characters', 'Name it for what it does.');
    elsif overlap is null or overlap not in ('skip', 'allow') then
        perform lockstep.refuse_schedule(
            'overlap', format('is %s, and must be skip or allow', coalesce('"' || overlap || '"', 'null')),
            'skip leaves a time out while the last job is unfinished.');
    elsif time_zone is null or not exists (
        select from pg_timezone_names z where z.name = schedule.time_zone and z.name !~ '^(posix|right)/')
    then
        perform lockstep.refuse_schedule(
            'time_zone', format('is %s, which is no time zone', coalesce('"' || time_zone || '"', 'null')),
            'Use an IANA name, such as Europe/Berlin or UTC.');
    end if;
    next_at := lockstep.next_cron(cron, time_zone, lockstep.now());
    if next_at is null then
        perform lockstep.refuse_schedule(
            'cron expression', format('is "%s", which never comes', cron), 'Is there such a day?');
    end if;
    request := lockstep.open_request(workflow, tenant, null, null, null);
    problem := lockstep.violation(request.input_schema, input);
    if problem is not null then
        raise exception 'invalid input for %: %', workflow, problem
            using errcode = 'LK002', hint = 'select input_schema from lockstep.workflows says what it accepts.';
    end if;
    insert into lockstep.schedule as s (
        name, workflow, input, tenant, cron, time_zone, overlap, next_at, created_at, created_by)
    values (
        schedule.name, schedule.workflow, schedule.input, request.tenant, schedule.cron, schedule.time_zone,
        schedule.overlap, next_at, lockstep.now(), lockstep.caller())
    on conflict on constraint schedule_pkey do update
    set workflow = excluded.workflow, input = excluded.input, tenant = excluded.tenant, cron = excluded.cron,
        time_zone = excluded.time_zone, overlap = excluded.overlap, next_at = excluded.next_at, last_error = null,
        created_at = excluded.created_at, created_by = excluded.created_by;
    perform pg_notify('lockstep_clock', '');
    return next_at;
end
$$;
comment on function lockstep.schedule(text, text, jsonb, text, text, text, text) is
    'Writes a recurring job, or writes it anew under its name, and returns its next instant.';

-- The schedule of a name; raises LK009 where there is none.
create function lockstep.require_schedule(name text) returns lockstep.schedule
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    found_row lockstep.schedule;
begin
    select s.* into found_row from lockstep.schedule s where s.name = require_schedule.name;
    if not found then
        raise exception 'there is no schedule %', coalesce('"' || name || '"', 'null')
            using errcode = 'LK009', hint = 'select name from lockstep.schedules lists them.';
    end if;
    return found_row;
end
$$;
comment on function lockstep.require_schedule(text) is 'The schedule of a name; raises LK009 where there is none.';

-- Takes a schedule away; jobs that it has enqueued go on. Returns unscheduled, or unknown schedule.
create function lockstep.unschedule(name text) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    delete from lockstep.schedule s where s.name = unschedule.name;
    return case when found then 'unscheduled' else 'unknown schedule' end;
end
$$;
comment on function lockstep.unschedule(text) is 'Takes a recurring job away; what it has enqueued goes on.';

-- Lets a schedule rest; returns paused. Raises LK009 where there is none of this name.
create function lockstep.pause_schedule(name text) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    perform lockstep.require_schedule(name);
    update lockstep.schedule s set paused = true where s.name = pause_schedule.name;
    return 'paused';
end
$$;
comment on function lockstep.pause_schedule(text) is 'Lets a recurring job rest until resume_schedule.';

-- Lets it go on, from the next instant after now; returns resumed. Raises LK009 where there is none of this name.
create function lockstep.resume_schedule(name text) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    perform lockstep.require_schedule(name);
    update lockstep.schedule s
    set paused = false, next_at = lockstep.next_cron(s.cron, s.time_zone, lockstep.now())
    where s.name = resume_schedule.name and s.paused;
    return 'resumed';
end
$$;
comment on function lockstep.resume_schedule(text) is
    'Lets a recurring job go on, from the next instant after now.';

-- Enqueues what is due, and returns how many jobs that were. Instants that were missed, while nobody looked, are one.
-- What can't be enqueued is noted in the schedule's row, and tried again at its next instant.
create function lockstep.run_schedules() returns int
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    due lockstep.schedule;
    following timestamptz;
    job uuid;
    enqueued int := 0;
begin
    for due in
        select s.*
        from lockstep.schedule s
        where not s.paused and s.next_at <= lockstep.now()
        order by s.next_at, s.name
        for update skip locked
    loop
        following := lockstep.next_cron(due.cron, due.time_zone, lockstep.now());
        if due.overlap = 'skip' and exists (
            select from lockstep.job_state j where j.id = due.last_job and j.finished_at is null)
        then
            update lockstep.schedule s set next_at = following, last_skipped_at = due.next_at
            where s.name = due.name;
            continue;
        end if;
        begin
            job := lockstep.enqueue(
                due.workflow, due.input,
                key => format('schedule:%s:%s', due.name,
                    to_char(due.next_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"')),
                tenant => due.tenant, tags => array['schedule:' || due.name]);
            update lockstep.schedule s
            set next_at = following, last_at = due.next_at, last_job = job, last_error = null
            where s.name = due.name;
            enqueued := enqueued + 1;
        exception when others then
            -- Ours say what is wrong with the schedule; anything else is not about it, and is tried again.
            if sqlstate not like 'LK%' then
                raise;
            end if;
            update lockstep.schedule s set next_at = following, last_error = sqlerrm
            where s.name = due.name;
        end;
    end loop;
    return enqueued;
end
$$;
comment on function lockstep.run_schedules() is 'Enqueues the recurring jobs that are due, and returns how many.';

-- As before, but that a schedule that is due has to be run.
create or replace function lockstep.unquiet() returns text
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
        (select format('webhook %s waits for job %s', m.id, m.job_id) from lockstep.matching_webhooks m limit 1),
        (select format('schedule %s is due since %s', c.name, lockstep.in_words(c.next_at))
            from lockstep.schedule c where not c.paused and c.next_at <= lockstep.now() limit 1));
end
$$;
comment on function lockstep.unquiet() is 'What is not quiet, in words; null if all is.';

-- As before, and of schedules.
create or replace function lockstep.next_due() returns timestamptz
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp set jit = off
as $$
begin
    return least(
        (select min(d.due_at) from lockstep.first_due d),
        (select min(p.next_due) from lockstep.clock_participants p),
        (select min(c.next_at) from lockstep.schedule c where not c.paused));
end
$$;
comment on function lockstep.next_due() is
    'The next instant at which something is due: a job, a participant, a schedule.';

-- As before; and whoever wants to take a step, and finds that only a schedule is in the way, runs it.
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
        elsif unquiet like 'schedule %' then
            perform lockstep.run_schedules();
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

revoke all on lockstep.schedule, lockstep.schedules from public;
revoke all on function
    lockstep.refuse_schedule(text, text, text), lockstep.cron_value(text, text, int, int, text[]),
    lockstep.cron_field(text, text, int, int, text[]), lockstep.read_cron(text),
    lockstep.local_instant(timestamp, text), lockstep.next_cron(text, text, timestamptz),
    lockstep.schedule(text, text, jsonb, text, text, text, text), lockstep.require_schedule(text),
    lockstep.unschedule(text), lockstep.pause_schedule(text), lockstep.resume_schedule(text), lockstep.run_schedules()
    from public;
grant select on lockstep.schedules to lockstep_ops, lockstep_daemon;
grant execute on function
    lockstep.refuse_schedule(text, text, text), lockstep.cron_value(text, text, int, int, text[]),
    lockstep.cron_field(text, text, int, int, text[]), lockstep.read_cron(text),
    lockstep.local_instant(timestamp, text), lockstep.next_cron(text, text, timestamptz),
    lockstep.schedule(text, text, jsonb, text, text, text, text), lockstep.unschedule(text),
    lockstep.pause_schedule(text), lockstep.resume_schedule(text), lockstep.run_schedules()
    to lockstep_ops, lockstep_daemon;
