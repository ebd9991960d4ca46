-- Locks: none.
--
-- A schedule's input lies in its row as it is, for as long as the schedule is there. What a flow marks as sensitive is
-- sealed by daemons, which alone have the keys: so an input with that in it is refused, until schedules can be sealed
-- too.
create or replace function lockstep.schedule(
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
    if lockstep.redacted(request.input_schema, input) is distinct from input then
        perform lockstep.refuse_schedule(
            'input', format('has what %s seals in each job, and would lie in clear here', workflow),
            'Enqueue such jobs by yourself: a schedule keeps its input as it is.');
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
