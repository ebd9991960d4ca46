-- Locks: nothing for long; it adds a type, functions and procedures.
--
-- Many jobs are told something at once: retry, cancel, pause or resume all that a filter lets through. Like the
-- requests for single jobs these only insert into inboxes, so that no daemon waits. Then a file of jobs, and bounds of
-- the clock.
--
--   call lockstep.retry_jobs('{"workflow": "dfns_payout", "error_like": "%timeout%"}', dry_run => true);
--   call lockstep.retry_jobs('{"workflow": "dfns_payout", "error_like": "%timeout%"}');
--
-- A filter is a JSON object; a job has to fit all its members:
--
--   workflow, version, state, tenant, tag      those of the job
--   status                                     queued, running, waiting, parked or paused, as in job_status
--   error_like                                 a pattern of LIKE for its last_error
--   enqueued_before, enqueued_after            instants
--   all                                        true: needed where nothing else is said, so that nobody asks all jobs
--                                              by mistake
--
-- Jobs that are over are never asked, nor those that wait for an answer to the same request.

create type lockstep.job_filter as (
    workflow text, version int, state text, status text, tenant text, tag text, error_like text,
    enqueued_before timestamptz, enqueued_after timestamptz, "all" boolean);
comment on type lockstep.job_filter is
    'Which unfinished jobs are meant: those that fit every member that is not null; see lockstep.read_filter.';

-- Raises LK009 about a filter.
create function lockstep.refuse_filter(problem text) returns void
    language plpgsql immutable parallel safe
as $$
begin
    raise exception 'the filter %', problem
        using errcode = 'LK009', hint = 'A filter is a JSON object, such as {"workflow": "dfns_payout", "status": '
            || '"parked"}. It may have: workflow, version, state, status, tenant, tag, error_like, enqueued_before, '
            || 'enqueued_after, all.';
end
$$;
comment on function lockstep.refuse_filter(text) is 'Raises LK009 about a filter.';

-- A filter from JSON. Raises LK009 where it has a member that is not known, or of another type, or none at all without
-- "all": true; LK001 for a workflow that does not exist; LK006 for a tenant that the caller may not act for.
create function lockstep.read_filter(filter jsonb) returns lockstep.job_filter
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    types constant jsonb := '{"workflow": "string", "version": "number", "state": "string", "status": "string",
        "tenant": "string", "tag": "string", "error_like": "string", "enqueued_before": "string",
        "enqueued_after": "string", "all": "boolean"}';
    member record;
    wanted lockstep.job_filter;
begin
    if filter is null or jsonb_typeof(filter) <> 'object' then
        perform lockstep.refuse_filter('is not a JSON object');
    end if;
    for member in
        select m.key, jsonb_typeof(m.value) as type, types ->> m.key as wanted from jsonb_each(filter) as m
    loop
        if member.wanted is null then
            perform lockstep.refuse_filter(format('has a member that is not known: %s', member.key));
        elsif member.type not in (member.wanted, 'null') then
            perform lockstep.refuse_filter(format('has %s as its %s, which must be %s',
                lockstep.type_in_words(member.type), member.key, lockstep.type_in_words(member.wanted)));
        end if;
        begin
            wanted := jsonb_populate_record(wanted, jsonb_build_object(member.key, filter -> member.key));
        exception
            when data_exception then
                perform lockstep.refuse_filter(format('has no %s that can be read: %s', member.key, sqlerrm));
        end;
    end loop;
    if wanted.status not in ('queued', 'running', 'waiting', 'parked', 'paused') then
        perform lockstep.refuse_filter(format(
            'has the status %s, which must be one of queued, running, waiting, parked, paused', wanted.status));
    elsif not isfinite(wanted.enqueued_before) or not isfinite(wanted.enqueued_after) then
        perform lockstep.refuse_filter('has an infinite instant');
    elsif wanted.workflow is not null and not exists (
        select from lockstep.workflow w where w.workflow = wanted.workflow) then
        raise exception 'unknown workflow "%"', wanted.workflow
            using errcode = 'LK001', hint = 'select workflow from lockstep.workflows lists them.';
    elsif jsonb_strip_nulls(filter) - 'all' = '{}' and wanted."all" is not true then
        perform lockstep.refuse_filter('is empty, and would ask all jobs: say {"all": true} if that is meant');
    end if;
    if wanted.tenant is not null then
        perform lockstep.check_tenant(wanted.tenant);
    end if;
    return wanted;
end
$$;
comment on function lockstep.read_filter(jsonb) is
    'A filter from JSON; raises LK009 where it makes no sense, or is empty without "all": true.';

-- Raises LK009 for a request that is not known or can't be made of jobs of the status that a filter names, and 42501
-- for one that the caller may not make: apps may cancel their own tenants' jobs, and no more.
create function lockstep.check_request(request text, wanted lockstep.job_filter) returns void
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    if request is null or request not in ('retry', 'cancel', 'pause', 'resume') then
        raise exception 'unknown request %', coalesce('"' || request || '"', 'null')
            using errcode = 'LK009', hint = 'Requests are retry, cancel, pause and resume.';
    elsif request <> 'cancel' and not lockstep.acts_for_all() then
        raise exception 'role "%" may not % jobs', lockstep.caller(), request
            using errcode = 'insufficient_privilege', hint = 'An operator may: grant lockstep_ops to the role.';
    elsif (request = 'retry' and wanted.status <> 'parked') or (request = 'resume' and wanted.status <> 'paused')
        or (request = 'pause' and wanted.status = 'paused') then
        raise exception 'jobs that are % can not be asked to %', wanted.status, request
            using errcode = 'LK009', hint = 'Parked jobs are retried, paused ones resumed, and others paused.';
    end if;
end
$$;
comment on function lockstep.check_request(text, lockstep.job_filter) is
    'Raises LK009 or 42501 for a request that can''t be made of the jobs that a filter names.';

-- The jobs that a filter lets through and that a request can be made of, in order of id, after the job `after`. For
-- functions of this schema that have checked who asks.
create function lockstep.jobs_to_ask(request text, wanted lockstep.job_filter, after uuid, at_most int)
    returns table (bucket smallint, id uuid)
    language plpgsql stable security definer
    -- Each filter has its own best plan, and compiling it takes longer than a batch.
    set search_path = pg_catalog, lockstep, pg_temp set plan_cache_mode = force_custom_plan set jit = off
as $$
declare
    moment timestamptz := lockstep.now();
    everybody boolean := lockstep.acts_for_all();
    tenants text[] := lockstep.own_tenants();
begin
    return query
        select s.bucket, s.id
        from lockstep.job_state s
        where s.finished_at is null
            and (jobs_to_ask.after is null or s.id > jobs_to_ask.after)
            and (everybody or s.tenant = any (tenants))
            and case jobs_to_ask.request
                when 'retry' then s.status = 'parked'
                when 'resume' then s.status = 'paused'
                when 'pause' then s.status <> 'paused'
                else true
            end
            and (wanted.workflow is null or s.workflow = wanted.workflow)
            and (wanted.version is null or s.version = wanted.version)
            and (wanted.state is null or s.state = wanted.state)
            and (wanted.tenant is null or s.tenant = wanted.tenant)
            and (wanted.status is null or wanted.status = case
                when s.leased_by is not null and s.due_at > moment then 'running'
                else s.status
            end)
            and (wanted.error_like is null or s.last_error like wanted.error_like)
            and ((wanted.tag is null and wanted.enqueued_before is null and wanted.enqueued_after is null) or exists (
                select from lockstep.job j
                where j.id = s.id and j.bucket = s.bucket
                    and (wanted.tag is null or wanted.tag = any (j.tags))
                    and (wanted.enqueued_before is null or j.enqueued_at < wanted.enqueued_before)
                    and (wanted.enqueued_after is null or j.enqueued_at > wanted.enqueued_after)))
            and not exists (
                select from lockstep.signal g
                where g.job_id = s.id and g.bucket = s.bucket and g.handled_at is null
                    and g.name = '$' || jobs_to_ask.request)
        order by s.id
        limit jobs_to_ask.at_most;
end
$$;
comment on function lockstep.jobs_to_ask(text, lockstep.job_filter, uuid, int) is
    'The jobs that a filter lets through and that a request can be made of, in order of id.';

-- What a request (retry, cancel, pause or resume) would ask: how many jobs, and some of them. Changes nothing.
create function lockstep.preview_request(request text, filter jsonb, sample_size int default 5)
    returns table (jobs bigint, samples jsonb)
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    wanted lockstep.job_filter := lockstep.read_filter(filter);
begin
    perform lockstep.check_request(request, wanted);
    return query
        with found as materialized (
            select a.bucket, a.id from lockstep.jobs_to_ask(preview_request.request, wanted, null, null) as a
        ),
        first as (
            select f.bucket, f.id from found f order by f.id limit least(greatest(sample_size, 0), 1000)
        )
        select (select count(*) from found), coalesce((
            select jsonb_agg(jsonb_build_object(
                'id', s.id, 'key', j.key, 'tenant', s.tenant, 'workflow', s.workflow, 'state', s.state,
                'status', s.status, 'since', s.entered_at, 'last_error', s.last_error) order by s.id)
            from first f
            join lockstep.job_state s on s.id = f.id and s.bucket = f.bucket
            join lockstep.job j on j.id = f.id and j.bucket = f.bucket), '[]');
end
$$;
comment on function lockstep.preview_request(text, jsonb, int) is
    'What a request to many jobs would ask: how many, and some of them. Changes nothing.';

-- Makes a request of one batch of jobs, those after the job `after` in order of id; returns how many were asked, and
-- the last of them: null where there are no more. Call it again with that, in a transaction of its own each time, or
-- use the procedures below.
create function lockstep.request_batch(
    request text, filter jsonb, after uuid default null, at_most int default 500, reason text default null,
    out asked int, out last uuid)
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    wanted lockstep.job_filter := lockstep.read_filter(filter);
begin
    perform lockstep.check_request(request, wanted);
    if at_most is null or at_most not between 1 and 10000 then
        raise exception 'a batch has % jobs, and must have from 1 to 10000', coalesce(at_most::text, 'null')
            using errcode = 'LK009', hint = 'A few hundred is a good number.';
    end if;
    with chosen as materialized (
        select a.bucket, a.id
        from lockstep.jobs_to_ask(request_batch.request, wanted, request_batch.after, request_batch.at_most) as a
    ),
    told as (
        insert into lockstep.signal (bucket, job_id, name, payload, actor, sent_at)
        select c.bucket, c.id, '$' || request_batch.request,
            jsonb_strip_nulls(jsonb_build_object('reason', request_batch.reason)), lockstep.caller(), lockstep.now()
        from chosen c
    )
    select count(*), (select c.id from chosen c order by c.id desc limit 1) into asked, last from chosen;
    if asked > 0 then
        perform lockstep.ring();
    end if;
end
$$;
comment on function lockstep.request_batch(text, jsonb, uuid, int, text) is
    'Makes a request of one batch of jobs; returns how many were asked, and the last of them.';

-- Makes a request of all jobs that a filter lets through, in batches: it commits after each, says how far it is, and
-- may be stopped and called again at any time: who has been asked is not asked twice while that waits. Call it outside
-- of a transaction. Jobs that come while it runs are asked too, if their id is higher than the last.
create procedure lockstep.request_jobs(
    request text, filter jsonb, reason text, dry_run boolean, batch int, inout jobs bigint, inout samples jsonb)
    language plpgsql
as $$
declare
    total bigint;
    step record;
    last uuid;
begin
    select p.jobs, p.samples into total, samples from lockstep.preview_request(request, filter) as p;
    if dry_run is not false then
        jobs := total;
        return;
    end if;
    jobs := 0;
    loop
        step := lockstep.request_batch(request, filter, last, batch, reason);
        commit;
        jobs := jobs + step.asked;
        last := step.last;
        exit when step.asked < batch;
        raise notice '%: asked % of % jobs', request, jobs, greatest(total, jobs);
    end loop;
end
$$;
comment on procedure lockstep.request_jobs(text, jsonb, text, boolean, int, bigint, jsonb) is
    'Makes a request of all jobs that a filter lets through, in batches.';

create procedure lockstep.retry_jobs(
    filter jsonb, dry_run boolean default false, batch int default 500,
    inout jobs bigint default null, inout samples jsonb default null)
    language plpgsql
as $$
begin
    call lockstep.request_jobs('retry', filter, null, dry_run, batch, jobs, samples);
end
$$;
comment on procedure lockstep.retry_jobs(jsonb, boolean, int, bigint, jsonb) is
    'Sets parked jobs going again; returns how many (with dry_run: how many it would be), and some of them.';

create procedure lockstep.cancel_jobs(
    filter jsonb, reason text default null, dry_run boolean default false, batch int default 500,
    inout jobs bigint default null, inout samples jsonb default null)
    language plpgsql
as $$
begin
    call lockstep.request_jobs('cancel', filter, reason, dry_run, batch, jobs, samples);
end
$$;
comment on procedure lockstep.cancel_jobs(jsonb, text, boolean, int, bigint, jsonb) is
    'Asks jobs to stop, and their flows decide; returns how many (with dry_run: it would be), and some of them.';

create procedure lockstep.pause_jobs(
    filter jsonb, dry_run boolean default false, batch int default 500,
    inout jobs bigint default null, inout samples jsonb default null)
    language plpgsql
as $$
begin
    call lockstep.request_jobs('pause', filter, null, dry_run, batch, jobs, samples);
end
$$;
comment on procedure lockstep.pause_jobs(jsonb, boolean, int, bigint, jsonb) is
    'Holds jobs where they rest; returns how many (with dry_run: how many it would be), and some of them.';

create procedure lockstep.resume_jobs(
    filter jsonb, dry_run boolean default false, batch int default 500,
    inout jobs bigint default null, inout samples jsonb default null)
    language plpgsql
as $$
begin
    call lockstep.request_jobs('resume', filter, null, dry_run, batch, jobs, samples);
end
$$;
comment on procedure lockstep.resume_jobs(jsonb, boolean, int, bigint, jsonb) is
    'Lets paused jobs go on; returns how many (with dry_run: how many it would be), and some of them.';

-- Enqueues a job for each line of a file of JSON: an object with its input, and if wanted its key, tenant, run_at,
-- priority and tags; the arguments are for lines that say nothing else. All or none: the first line that is wrong is
-- named, counted from `first_line`, so that a long file can be sent in pieces, in one transaction. Empty lines are
-- passed over. Returns how many jobs it were.
--
-- The race. That of enqueue, for each key, in the order of the lines: two files with the same keys in another order may
-- wait for each other crosswise, and PostgreSQL then ends one of them (40P01).
create function lockstep.enqueue_lines(
    workflow text, lines text[], first_line bigint default 1, tenant text default null,
    run_at timestamptz default null, priority int default null, tags text[] default null) returns bigint
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    schema constant jsonb := '{"type": "object", "additionalProperties": false, "required": ["input"],
        "properties": {"input": {}, "key": {"type": "string"}, "tenant": {"type": "string"},
        "run_at": {"type": "string"}, "priority": {"type": "integer"},
        "tags": {"type": "array", "items": {"type": "string"}}}}';
    accepts constant jsonpath := lockstep.accepting_path(schema);
    members constant text[] := lockstep.closed_members(schema);
    number bigint := first_line - 1;
    jobs bigint := 0;
    line text;
    content jsonb;
    problem text;
    problem_code text;
    problem_detail text;
    problem_hint text;
begin
    foreach line in array lines loop
        number := number + 1;
        continue when line !~ '\S';
        content := lockstep.parse_input(line);
        if lockstep.fits(content, accepts, members) is not true then
            problem := lockstep.violation(schema, content, '');
            if problem is not null then
                raise exception '%', problem
                    using errcode = 'LK009',
                        hint = 'A line is an object, such as {"key": "payout-42", "input": {…}}.';
            end if;
        end if;
        perform lockstep.add_job(
            enqueue_lines.workflow, content -> 'input', content ->> 'key', coalesce(content ->> 'tenant', tenant),
            coalesce((content ->> 'run_at')::timestamptz, run_at), coalesce((content ->> 'priority')::int, priority),
            case jsonb_typeof(content -> 'tags')
                when 'array' then array(select jsonb_array_elements_text(content -> 'tags'))
                else tags
            end);
        jobs := jobs + 1;
    end loop;
    perform lockstep.ring();
    return jobs;
exception
    when others then
        get stacked diagnostics problem = message_text, problem_code = returned_sqlstate,
            problem_detail = pg_exception_detail, problem_hint = pg_exception_hint;
        raise exception 'line %: %', number, problem
            using errcode = problem_code, detail = problem_detail, hint = problem_hint;
end
$$;
comment on function lockstep.enqueue_lines(text, text[], bigint, text, timestamptz, int, text[]) is
    'Enqueues a job for each line of a file of JSON, all or none; returns how many.';

-- As before, but within bounds: what a slip of the finger adds to the clock can't be taken back.
create or replace function lockstep.move_clock(span interval) returns timestamptz
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    current lockstep.clock := lockstep.virtual_clock();
    goal timestamptz;
begin
    if span is null or span < interval '0' then
        raise exception 'the clock can not move by %', coalesce(span::text, 'null')
            using errcode = 'LK009', hint = 'Time goes forward: give an interval such as ''24 hours''.';
    elsif span > interval '10 years' then
        raise exception 'the clock can not move by %: ten years at a time at most', span
            using errcode = 'LK009', hint = 'Time does not go back. Is the interval what was meant?';
    end if;
    select c.* into strict current from lockstep.clock c for update;
    goal := coalesce(current.target, current.virtual_now) + span;
    perform lockstep.check_instant(goal);
    if goal > current.virtual_now then
        update lockstep.clock c set target = goal;
        perform pg_notify('lockstep_clock', '');
    end if;
    return goal;
end
$$;

-- Raises LK009 for an instant that no clock should show.
create function lockstep.check_instant(at timestamptz) returns void
    language plpgsql immutable parallel safe
as $$
begin
    if at not between '1970-01-01 00:00:00+00' and '2999-12-31 23:59:59+00' then
        raise exception 'the clock can not be set to %: it goes from 1970 to 2999', at
            using errcode = 'LK009', hint = 'Is the year what was meant?';
    end if;
end
$$;
comment on function lockstep.check_instant(timestamptz) is 'Raises LK009 for an instant that no clock should show.';

-- As before, but within bounds.
create or replace function lockstep.set_clock(mode text, at timestamptz default null, auto boolean default null)
    returns void
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    current lockstep.clock;
    moment timestamptz := lockstep.now();
begin
    perform lockstep.check_instant(at);
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

revoke all on type lockstep.job_filter from public;
revoke all on function
    lockstep.refuse_filter(text), lockstep.read_filter(jsonb), lockstep.check_request(text, lockstep.job_filter),
    lockstep.jobs_to_ask(text, lockstep.job_filter, uuid, int), lockstep.preview_request(text, jsonb, int),
    lockstep.request_batch(text, jsonb, uuid, int, text),
    lockstep.enqueue_lines(text, text[], bigint, text, timestamptz, int, text[]), lockstep.check_instant(timestamptz)
    from public;
revoke all on procedure
    lockstep.request_jobs(text, jsonb, text, boolean, int, bigint, jsonb),
    lockstep.retry_jobs(jsonb, boolean, int, bigint, jsonb),
    lockstep.cancel_jobs(jsonb, text, boolean, int, bigint, jsonb),
    lockstep.pause_jobs(jsonb, boolean, int, bigint, jsonb), lockstep.resume_jobs(jsonb, boolean, int, bigint, jsonb)
    from public;
-- Apps cancel jobs of their own tenants; check_request sees to it that they ask for nothing else.
grant execute on function
    lockstep.preview_request(text, jsonb, int), lockstep.request_batch(text, jsonb, uuid, int, text),
    lockstep.enqueue_lines(text, text[], bigint, text, timestamptz, int, text[])
    to lockstep_app, lockstep_ops, lockstep_daemon;
grant execute on procedure
    lockstep.request_jobs(text, jsonb, text, boolean, int, bigint, jsonb),
    lockstep.cancel_jobs(jsonb, text, boolean, int, bigint, jsonb)
    to lockstep_app, lockstep_ops, lockstep_daemon;
grant execute on procedure
    lockstep.retry_jobs(jsonb, boolean, int, bigint, jsonb), lockstep.pause_jobs(jsonb, boolean, int, bigint, jsonb),
    lockstep.resume_jobs(jsonb, boolean, int, bigint, jsonb)
    to lockstep_ops, lockstep_daemon;
