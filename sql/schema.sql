-- The whole schema as the migrations make it, for reading and for review. Written by scripts/dump-schema.

CREATE SCHEMA lockstep;

COMMENT ON SCHEMA lockstep IS 'Lockstep: payment flows as state machines. Call enqueue, signal, cancel; read job_status, history, why(job).';

CREATE TYPE lockstep.job_filter AS (
	workflow text,
	version integer,
	state text,
	status text,
	tenant text,
	tag text,
	error_like text,
	enqueued_before timestamp with time zone,
	enqueued_after timestamp with time zone,
	"all" boolean
);

COMMENT ON TYPE lockstep.job_filter IS 'Which unfinished jobs are meant: those that fit every member that is not null; see lockstep.read_filter.';

CREATE FUNCTION lockstep.accepting_path(schema jsonb) RETURNS jsonpath
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
begin
    return lockstep.path_of(schema, '$', false)::jsonpath;
exception
    when others then
        return null;
end
$_$;

COMMENT ON FUNCTION lockstep.accepting_path(schema jsonb) IS 'A schema as one jsonpath predicate, which leaves out members that it does not know; null where there is none.';

CREATE FUNCTION lockstep.account_trouble(provider text, account text) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION lockstep.account_trouble(provider text, account text) IS 'What keeps calls away from an account, in words; null if nothing does.';

CREATE FUNCTION lockstep.acts_for_all() RETURNS boolean
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
declare
    caller text := lockstep.caller();
begin
    return pg_has_role(caller, 'lockstep_ops', 'member') or pg_has_role(caller, 'lockstep_daemon', 'member')
        or pg_has_role(caller, (select nspowner from pg_namespace where nspname = 'lockstep'), 'member');
end
$$;

COMMENT ON FUNCTION lockstep.acts_for_all() IS 'Whether the caller is an operator or a daemon, and so acts for every tenant.';

CREATE FUNCTION lockstep.add_job(workflow text, input jsonb, key text, tenant text, run_at timestamp with time zone, priority integer, tags text[]) RETURNS uuid
    LANGUAGE plpgsql
    AS $$
declare
    caller text := lockstep.caller();
    request record;
    asked text;
    problem text;
    job_bucket smallint;
    job_id uuid;
    existing record;
begin
    select w.version, coalesce(add_job.priority, 2) as priority, coalesce(add_job.tags, '{}') as tags,
        (select s.buckets from lockstep.settings s) as buckets,
        -- As lockstep.now() does.
        (select case c.mode when 'real' then clock_timestamp() else c.virtual_now end from lockstep.clock c) as now,
        array(select t.tenant from lockstep.tenant_role t where t.role = caller) as tenants,
        lockstep.fits(add_job.input, w.accepts, w.members)
            and (add_job.key is null or char_length(add_job.key) between 1 and 255)
            and (add_job.priority is null or add_job.priority between 1 and 4)
            and (add_job.run_at is null or isfinite(add_job.run_at))
            and (add_job.tags is null or array_position(add_job.tags, null) is null) as is_fine
    into request
    from lockstep.workflow w
    where w.workflow = add_job.workflow
    -- As lockstep.open_workflow does.
    order by w.takes_new_jobs desc, w.version desc
    limit 1;
    asked := coalesce(tenant, case cardinality(request.tenants) when 1 then request.tenants[1] else 'default' end);
    if request.is_fine is not true
        or asked <> all (request.tenants) and (asked <> 'default' or request.tenants <> '{}')
            and not lockstep.acts_for_all()
    then
        request := lockstep.open_request(workflow, tenant, run_at, priority, tags);
        perform lockstep.check_key(key);
        problem := lockstep.violation(request.input_schema, input);
        if problem is not null then
            raise exception 'invalid input for %: %', workflow, problem
                using errcode = 'LK002', hint = 'select input_schema from lockstep.workflows says what it accepts.';
        end if;
    end if;
    job_bucket := lockstep.new_bucket(asked, workflow, key, request.buckets);
    job_id := lockstep.new_id(request.now, job_bucket);
    insert into lockstep.job (
        bucket, id, tenant, workflow, version, key, input, tags, run_at, enqueued_at, enqueued_by)
    values (
        job_bucket, job_id, asked, add_job.workflow, request.version, add_job.key, add_job.input, request.tags,
        add_job.run_at, request.now, caller)
    on conflict do nothing;
    if not found then
        select j.id, j.input into strict existing
        from lockstep.job j
        where j.bucket = job_bucket and j.tenant = asked and j.workflow = add_job.workflow and j.key = add_job.key;
        perform lockstep.check_same_input(existing.id, add_job.key, existing.input, add_job.input);
        return existing.id;
    end if;
    insert into lockstep.job_state (bucket, id, workflow, version, tenant, priority, due_at, entered_at)
    values (
        job_bucket, job_id, add_job.workflow, request.version, asked, request.priority,
        -- What was due before now would lie behind the mark from which daemons look.
        greatest(add_job.run_at, request.now), request.now);
    return job_id;
end
$$;

COMMENT ON FUNCTION lockstep.add_job(workflow text, input jsonb, key text, tenant text, run_at timestamp with time zone, priority integer, tags text[]) IS 'Inserts one job, and returns its id, or that of the job that has its key.';

CREATE FUNCTION lockstep.adopt_unstarted(at_most integer DEFAULT 1000) RETURNS integer
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
    with orphaned as materialized (
        select s.bucket, s.id, s.version as old_version, w.version as new_version
        from lockstep.live_versions l
        join lockstep.workflow w on w.workflow = l.workflow and w.takes_new_jobs
        join lockstep.known_versions k on k.workflow = w.workflow and k.version = w.version
        join lockstep.job_state s on s.workflow = l.workflow and s.version = l.version
        join lockstep.job j on j.id = s.id and j.bucket = s.bucket
        where not l.runs and s.finished_at is null and s.status = 'queued' and s.data is null
            and s.leased_by is null and lockstep.violation(w.input_schema, j.input) is null
        limit adopt_unstarted.at_most
        for update of s skip locked
    ),
    adopted as (
        update lockstep.job_state s
        set version = o.new_version, seq = s.seq + 1, commits = s.commits + 1,
            due_at = greatest(s.due_at, lockstep.now())
        from orphaned o
        where s.id = o.id and s.bucket = o.bucket and s.leased_by is null
        returning s.bucket, s.id, s.seq, o.old_version, o.new_version
    ),
    noted as (
        insert into lockstep.history_entry (bucket, job_id, seq, at, event, actor, detail)
        select a.bucket, a.id, a.seq, lockstep.now(), 'migrated', 'engine',
            jsonb_build_object('from_version', a.old_version, 'to_version', a.new_version)
        from adopted a
        returning 1
    )
    select count(*)::int from noted
$$;

COMMENT ON FUNCTION lockstep.adopt_unstarted(at_most integer) IS 'Gives jobs that never started, and whose version nobody knows any more, to the version that takes new jobs.';

CREATE PROCEDURE lockstep.advance_clock(IN span interval, IN timeout interval DEFAULT '00:00:30'::interval)
    LANGUAGE plpgsql
    AS $$
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

COMMENT ON PROCEDURE lockstep.advance_clock(IN span interval, IN timeout interval) IS 'Moves the virtual clock through every due instant in order, and waits at each until all is quiet.';

CREATE FUNCTION lockstep.await_quiet(timeout interval DEFAULT '00:00:30'::interval) RETURNS timestamp with time zone
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION lockstep.await_quiet(timeout interval) IS 'Waits until the virtual clock is where move_clock asked for, and all is quiet; raises LK008 after the time-out.';

CREATE FUNCTION lockstep.is_sound(status text, state text, has_data boolean, priority smallint, seq integer, entered_seq integer, due_at timestamp with time zone, leased_by uuid, finished_at timestamp with time zone, last_error text, attempt integer, attempt_status text, plan text) RETURNS boolean
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
begin
    return priority between 1 and 4
        and case
            when status in ('queued', 'waiting', 'parked', 'paused') then finished_at is null
            when status in ('completed', 'failed', 'rejected', 'expired', 'canceled', 'refunded', 'reversed')
                -- What is over has nothing due, unless it is watched or somebody owns it.
                then finished_at is not null and (due_at is null or leased_by is not null or plan like 'watch %')
            else false
        end
        and (status <> 'parked' or last_error is not null)
        and (leased_by is null or due_at is not null)
        and (state is not null) = has_data
        and entered_seq between 0 and seq
        and attempt >= 0 and (attempt_status is null or attempt_status in ('started', 'unknown'));
end
$$;

COMMENT ON FUNCTION lockstep.is_sound(status text, state text, has_data boolean, priority smallint, seq integer, entered_seq integer, due_at timestamp with time zone, leased_by uuid, finished_at timestamp with time zone, last_error text, attempt integer, attempt_status text, plan text) IS 'What holds for every row of job_state.';

CREATE TABLE lockstep.job_state (
    bucket smallint NOT NULL,
    id uuid NOT NULL,
    workflow text NOT NULL,
    version integer NOT NULL,
    tenant text NOT NULL,
    priority smallint DEFAULT 2 NOT NULL,
    status text DEFAULT 'queued'::text NOT NULL,
    state text,
    data jsonb,
    output jsonb,
    seq integer DEFAULT 0 NOT NULL,
    due_at timestamp with time zone,
    lease integer DEFAULT 0 NOT NULL,
    leased_by uuid,
    plan text,
    attempt integer DEFAULT 0 NOT NULL,
    attempt_status text,
    attempt_at timestamp with time zone,
    first_attempt_at timestamp with time zone,
    entered_seq integer DEFAULT 0 NOT NULL,
    entered_at timestamp with time zone NOT NULL,
    deadline_at timestamp with time zone,
    deadline_event text,
    overdue_at timestamp with time zone,
    desk text,
    last_error text,
    finished_at timestamp with time zone,
    commits integer DEFAULT 0 NOT NULL,
    held_by text,
    held_since timestamp with time zone,
    CONSTRAINT job_state_is_sound CHECK (
CASE
    WHEN ((status = 'waiting'::text) AND (finished_at IS NULL) AND (state IS NOT NULL) AND (data IS NOT NULL) AND ((leased_by IS NULL) OR (due_at IS NOT NULL)) AND ((attempt_status IS NULL) OR (attempt_status = 'started'::text)) AND ((priority >= 1) AND (priority <= 4)) AND ((entered_seq >= 0) AND (entered_seq <= seq)) AND (attempt >= 0)) THEN true
    ELSE lockstep.is_sound(status, state, (data IS NOT NULL), priority, seq, entered_seq, due_at, leased_by, finished_at, last_error, attempt, attempt_status, plan)
END)
)
WITH (fillfactor='50', autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0', autovacuum_analyze_scale_factor='0.05');

COMMENT ON TABLE lockstep.job_state IS 'Where each job rests: one narrow row, updated by each commit of its owner.';

COMMENT ON COLUMN lockstep.job_state.bucket IS 'The job''s bucket, as its id has it.';

COMMENT ON COLUMN lockstep.job_state.id IS 'The job.';

COMMENT ON COLUMN lockstep.job_state.workflow IS 'Which flow.';

COMMENT ON COLUMN lockstep.job_state.version IS 'The version of the flow whose states `data` speaks; a migration of the job raises it.';

COMMENT ON COLUMN lockstep.job_state.tenant IS 'On whose behalf.';

COMMENT ON COLUMN lockstep.job_state.priority IS '1 first, 4 last, 2 unless said otherwise.';

COMMENT ON COLUMN lockstep.job_state.status IS 'queued, waiting, parked (needs a person), paused, or the outcome. A job with a lease shows as running.';

COMMENT ON COLUMN lockstep.job_state.state IS 'The name of the state; null before the start.';

COMMENT ON COLUMN lockstep.job_state.data IS 'The whole state as the flow encodes it; null before the start.';

COMMENT ON COLUMN lockstep.job_state.output IS 'What the app may show its customer.';

COMMENT ON COLUMN lockstep.job_state.seq IS 'Number of transitions so far, and of history rows: half of the fence.';

COMMENT ON COLUMN lockstep.job_state.due_at IS 'When a daemon must look next; while leased, the end of the lease; null: only a signal moves it.';

COMMENT ON COLUMN lockstep.job_state.lease IS 'The lease''s token, one more with each claim: the other half of the fence.';

COMMENT ON COLUMN lockstep.job_state.leased_by IS 'The daemon that owns it now; null: nobody.';

COMMENT ON COLUMN lockstep.job_state.plan IS 'What is done in this state, such as: perform confirm, poll readPayout, wait, end, watch readPayout (an end).';

COMMENT ON COLUMN lockstep.job_state.attempt IS 'Number of the last attempt at the plan''s activity; 0: none yet. Of an ended job: looks in a row that failed.';

COMMENT ON COLUMN lockstep.job_state.attempt_status IS 'started: the call may be in flight; unknown: it may have happened, look it up; null: nothing is open.';

COMMENT ON COLUMN lockstep.job_state.attempt_at IS 'When the last attempt started.';

COMMENT ON COLUMN lockstep.job_state.first_attempt_at IS 'When the first attempt in this state started.';

COMMENT ON COLUMN lockstep.job_state.entered_seq IS 'The transition that entered the state; the provider''s key is derived from it.';

COMMENT ON COLUMN lockstep.job_state.entered_at IS 'When the state was entered.';

COMMENT ON COLUMN lockstep.job_state.deadline_at IS 'When waiting here ends by itself; of an ended job: until when it is looked at; null: never.';

COMMENT ON COLUMN lockstep.job_state.deadline_event IS 'The event that the deadline then is.';

COMMENT ON COLUMN lockstep.job_state.overdue_at IS 'From when on the job counts as overdue; null: never.';

COMMENT ON COLUMN lockstep.job_state.desk IS 'Who looks at it then.';

COMMENT ON COLUMN lockstep.job_state.last_error IS 'What went wrong last; why a parked job is parked.';

COMMENT ON COLUMN lockstep.job_state.finished_at IS 'When it ended.';

COMMENT ON COLUMN lockstep.job_state.commits IS 'Number of commits so far, with and without a transition: the fence''s third part, so that a copy is taken once.';

COMMENT ON COLUMN lockstep.job_state.held_by IS 'The account whose breaker, hold or pause it waits for, such as dfns/main; null: it does not wait for one.';

COMMENT ON COLUMN lockstep.job_state.held_since IS 'Since when; this time counts for no retry policy.';

COMMENT ON CONSTRAINT job_state_is_sound ON lockstep.job_state IS 'A known status and priority; finished exactly if the status is an outcome, and then with something due only if it is watched; a parked job has its error, a lease its end, a state its data; the entry is past; the attempt''s status is known.';

CREATE FUNCTION lockstep.awaited_signals(state lockstep.job_state) RETURNS text[]
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
    select array(select jsonb_array_elements_text(described.value -> 'signals'))
    from lockstep.workflow w
    cross join jsonb_array_elements(w.states) as described
    where w.workflow = state.workflow and w.version = state.version
        and described.value ->> 'state' = state.state and described.value ? 'signals'
    limit 1
$$;

COMMENT ON FUNCTION lockstep.awaited_signals(state lockstep.job_state) IS 'The signals that would bring a job on from where it rests; null where its daemon did not say.';

CREATE FUNCTION lockstep.bucket_for(value text, buckets integer) RETURNS smallint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN ((((('x'::text || "left"(encode(sha256(convert_to(value, 'UTF8'::name)), 'hex'::text), 8)))::bit(32))::bigint % (buckets)::bigint))::smallint;

COMMENT ON FUNCTION lockstep.bucket_for(value text, buckets integer) IS 'The bucket of a text, by the first four bytes of its SHA-256.';

CREATE FUNCTION lockstep.bucket_of(job uuid) RETURNS smallint
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (((('x'::text || substr((job)::text, 16, 3)))::bit(12))::integer)::smallint;

COMMENT ON FUNCTION lockstep.bucket_of(job uuid) IS 'The bucket in a job''s id: the twelve bits after the UUID''s version.';

CREATE FUNCTION lockstep.caller() RETURNS text
    LANGUAGE sql STABLE PARALLEL SAFE
    RETURN COALESCE(NULLIF(current_setting('role'::text), 'none'::text), (SESSION_USER)::text);

COMMENT ON FUNCTION lockstep.caller() IS 'Who is asking: the role of SET ROLE, else of the login.';

CREATE FUNCTION lockstep.cancel(job uuid, reason text DEFAULT NULL::text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $_$
begin
    perform lockstep.require_job(job);
    return lockstep.request(job, '$cancel', jsonb_strip_nulls(jsonb_build_object('reason', reason)));
end
$_$;

COMMENT ON FUNCTION lockstep.cancel(job uuid, reason text) IS 'Asks a job to stop; the flow decides.';

CREATE PROCEDURE lockstep.cancel_jobs(IN filter jsonb, IN reason text DEFAULT NULL::text, IN dry_run boolean DEFAULT false, IN batch integer DEFAULT 500, INOUT jobs bigint DEFAULT NULL::bigint, INOUT samples jsonb DEFAULT NULL::jsonb)
    LANGUAGE plpgsql
    AS $$
begin
    call lockstep.request_jobs('cancel', filter, reason, dry_run, batch, jobs, samples);
end
$$;

COMMENT ON PROCEDURE lockstep.cancel_jobs(IN filter jsonb, IN reason text, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) IS 'Asks jobs to stop, and their flows decide; returns how many (with dry_run: it would be), and some of them.';

CREATE FUNCTION lockstep.check_instant(at timestamp with time zone) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
begin
    if at not between '1970-01-01 00:00:00+00' and '2999-12-31 23:59:59+00' then
        raise exception 'the clock can not be set to %: it goes from 1970 to 2999', at
            using errcode = 'LK009', hint = 'Is the year what was meant?';
    end if;
end
$$;

COMMENT ON FUNCTION lockstep.check_instant(at timestamp with time zone) IS 'Raises LK009 for an instant that no clock should show.';

CREATE FUNCTION lockstep.check_key(key text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
begin
    if char_length(key) not between 1 and 255 then
        raise exception 'the key has % characters, and must have from 1 to 255', char_length(key)
            using errcode = 'LK009', hint = 'Use your own id of the payment; leave it out if there is none.';
    end if;
end
$$;

COMMENT ON FUNCTION lockstep.check_key(key text) IS 'Raises LK009 unless a key can be one.';

CREATE FUNCTION lockstep.check_request(request text, wanted lockstep.job_filter) RETURNS void
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION lockstep.check_request(request text, wanted lockstep.job_filter) IS 'Raises LK009 or 42501 for a request that can''t be made of the jobs that a filter names.';

CREATE FUNCTION lockstep.check_same_input(job uuid, key text, known jsonb, input jsonb) RETURNS void
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
begin
    if known is distinct from input and not exists (
        select from lockstep.job j
        where j.id = check_same_input.job and j.bucket = lockstep.bucket_of(check_same_input.job)
            and j.input_digest = lockstep.input_digest(check_same_input.job, check_same_input.input))
    then
        raise exception 'the key "%" was used before with other input', key
            using errcode = 'LK003', detail = format('The job %s has it.', job),
                hint = 'A key names one request for ever: use another key for another request, or send the same input.';
    end if;
end
$$;

COMMENT ON FUNCTION lockstep.check_same_input(job uuid, key text, known jsonb, input jsonb) IS 'Raises LK003 where a key was used before with other input.';

CREATE FUNCTION lockstep.check_status(state lockstep.job_state, wanted text[], asked text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
begin
    if not state.status = any (wanted) then
        raise exception 'job % is %, and can not be %', state.id, state.status, asked
            using errcode = 'LK009', hint = format('select lockstep.why(%L) says what it waits for.', state.id);
    end if;
end
$$;

COMMENT ON FUNCTION lockstep.check_status(state lockstep.job_state, wanted text[], asked text) IS 'Raises LK009 where a job is not in a status in which something can be asked of it.';

CREATE FUNCTION lockstep.check_tenant(tenant text) RETURNS void
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
begin
    if tenant = any (lockstep.own_tenants()) or lockstep.acts_for_all() then
        return;
    end if;
    raise exception 'role "%" may not act for tenant "%"', lockstep.caller(), tenant
        using errcode = 'LK006', hint = format(
            'It may act for %s. An operator grants more: insert into lockstep.tenant_role values (%L, %L).',
            array_to_string(lockstep.own_tenants(), ', '), lockstep.caller(), tenant);
end
$$;

COMMENT ON FUNCTION lockstep.check_tenant(tenant text) IS 'Raises LK006 unless the caller may act for the tenant.';

CREATE FUNCTION lockstep.children(job uuid) RETURNS SETOF uuid
    LANGUAGE sql STABLE
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
    select s.id from lockstep.job_status s where s.parent = children.job order by s.id
$$;

COMMENT ON FUNCTION lockstep.children(job uuid) IS 'The jobs that a job runs or has run as its children, oldest first; each names it as job_status.parent.';

CREATE FUNCTION lockstep.choose_versions() RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
    with living as (
        select n.id, k.workflow, k.version
        from lockstep.node n
        cross join unnest(n.workflows, n.versions) as k (workflow, version)
        join lockstep.workflow w on w.workflow = k.workflow and w.version = k.version
        where n.seen_at > clock_timestamp() - interval '5 seconds' and not n.draining
    ),
    chosen as (
        select distinct on (l.workflow) l.workflow, l.version
        from living l
        group by l.workflow, l.version
        order by l.workflow,
            count(distinct l.id) = (select count(distinct a.id) from living a where a.workflow = l.workflow) desc,
            l.version desc
    )
    update lockstep.workflow w
    set takes_new_jobs = (w.version = chosen.version)
    from chosen
    where w.workflow = chosen.workflow and w.takes_new_jobs <> (w.version = chosen.version)
$$;

COMMENT ON FUNCTION lockstep.choose_versions() IS 'Works out anew which versions new jobs get: the newest that all living daemons of a flow know.';

CREATE FUNCTION lockstep.clock_step(target timestamp with time zone DEFAULT NULL::timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION lockstep.clock_step(target timestamp with time zone) IS 'Takes one step of the virtual clock if all is quiet; returns the instant, or null where nothing moved.';

CREATE FUNCTION lockstep.closed_members(schema jsonb) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN ((NOT (schema ? 'oneOf'::text)) AND ((schema -> 'additionalProperties'::text) = 'false'::jsonb)) THEN ARRAY(SELECT jsonb_object_keys(COALESCE((schema -> 'properties'::text), '{}'::jsonb)) AS jsonb_object_keys) ELSE NULL::text[] END;

COMMENT ON FUNCTION lockstep.closed_members(schema jsonb) IS 'The members that an input may have; null where it may have any.';

CREATE FUNCTION lockstep.cron_field(field text, value text, low integer, high integer, names text[] DEFAULT NULL::text[]) RETURNS integer[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
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
$_$;

COMMENT ON FUNCTION lockstep.cron_field(field text, value text, low integer, high integer, names text[]) IS 'The values that a cron field stands for; raises LK009 for what is none.';

CREATE FUNCTION lockstep.cron_value(field text, item text, low integer, high integer, names text[]) RETURNS integer
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
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
$_$;

COMMENT ON FUNCTION lockstep.cron_value(field text, item text, low integer, high integer, names text[]) IS 'A value of a cron field.';

CREATE FUNCTION lockstep.deliver(job uuid, name text, payload jsonb, key text, actor text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
begin
    insert into lockstep.signal (bucket, job_id, name, payload, key, actor, sent_at)
    values (
        lockstep.bucket_of(deliver.job), deliver.job, deliver.name, coalesce(deliver.payload, '{}'), deliver.key,
        deliver.actor, lockstep.now())
    on conflict do nothing;
    if not found then
        return 'duplicate';
    end if;
    perform lockstep.ring();
    return 'accepted';
end
$$;

COMMENT ON FUNCTION lockstep.deliver(job uuid, name text, payload jsonb, key text, actor text) IS 'Writes into a job''s inbox.';

CREATE FUNCTION lockstep.drop_partitions(before timestamp with time zone) RETURNS SETOF text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    SET lock_timeout TO '2s'
    SET "TimeZone" TO 'UTC'
    AS $_$
declare
    old record;
begin
    if before is null or before > lockstep.now() - interval '1 month' then
        raise exception 'the last month can not be dropped'
            using errcode = 'LK009', hint = 'Give an instant at least one month ago.';
    end if;
    for old in
        select c.relname
        from pg_inherits i
        join pg_class c on c.oid = i.inhrelid
        where i.inhparent in ('lockstep.history_entry'::regclass, 'lockstep.attempt'::regclass)
            and c.relname ~ '_\d{4}_\d{2}$'
            and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before
        order by c.relname
    loop
        execute format('drop table lockstep.%I', old.relname);
        return next old.relname::text;
    end loop;
end
$_$;

COMMENT ON FUNCTION lockstep.drop_partitions(before timestamp with time zone) IS 'Drops the monthly partitions of history and attempts that ended before the instant; returns their names.';

CREATE FUNCTION lockstep.enqueue(workflow text, input jsonb, key text DEFAULT NULL::text, tenant text DEFAULT NULL::text, run_at timestamp with time zone DEFAULT NULL::timestamp with time zone, priority integer DEFAULT NULL::integer, tags text[] DEFAULT NULL::text[]) RETURNS uuid
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
declare
    job_id uuid := lockstep.add_job(workflow, input, key, tenant, run_at, priority, tags);
begin
    perform lockstep.ring();
    return job_id;
end
$$;

COMMENT ON FUNCTION lockstep.enqueue(workflow text, input jsonb, key text, tenant text, run_at timestamp with time zone, priority integer, tags text[]) IS 'Enqueues a job in the caller''s own transaction, once for each (tenant, workflow, key); returns its id.';

CREATE FUNCTION lockstep.enqueue(workflow text, input text, key text DEFAULT NULL::text, tenant text DEFAULT NULL::text, run_at timestamp with time zone DEFAULT NULL::timestamp with time zone, priority integer DEFAULT NULL::integer, tags text[] DEFAULT NULL::text[]) RETURNS uuid
    LANGUAGE plpgsql
    AS $$
begin
    return lockstep.enqueue(workflow, lockstep.parse_input(input), key, tenant, run_at, priority, tags);
end
$$;

COMMENT ON FUNCTION lockstep.enqueue(workflow text, input text, key text, tenant text, run_at timestamp with time zone, priority integer, tags text[]) IS 'Enqueues a job whose input comes as text; malformed JSON is LK007.';

CREATE FUNCTION lockstep.enqueue_inserted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
begin
    if new.id is not null then
        raise exception 'an inserted job must not have an id'
            using errcode = 'LK009', hint = 'Leave it out: INSERT … RETURNING id gives it. Your own id is the key.';
    end if;
    new.id := lockstep.add_job(new.workflow, new.input, new.key, new.tenant, new.run_at, new.priority, new.tags);
    return new;
end
$$;

COMMENT ON FUNCTION lockstep.enqueue_inserted() IS 'Turns an INSERT into the view jobs into a call of enqueue.';

CREATE FUNCTION lockstep.enqueue_lines(workflow text, lines text[], first_line bigint DEFAULT 1, tenant text DEFAULT NULL::text, run_at timestamp with time zone DEFAULT NULL::timestamp with time zone, priority integer DEFAULT NULL::integer, tags text[] DEFAULT NULL::text[]) RETURNS bigint
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION lockstep.enqueue_lines(workflow text, lines text[], first_line bigint, tenant text, run_at timestamp with time zone, priority integer, tags text[]) IS 'Enqueues a job for each line of a file of JSON, all or none; returns how many.';

CREATE FUNCTION lockstep.enqueue_many(workflow text, inputs jsonb[], keys text[] DEFAULT NULL::text[], tenant text DEFAULT NULL::text, run_at timestamp with time zone DEFAULT NULL::timestamp with time zone, priority integer DEFAULT NULL::integer, tags text[] DEFAULT NULL::text[]) RETURNS SETOF uuid
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    SET jit TO 'off'
    AS $$
declare
    caller text := lockstep.caller();
    request record;
    doubtful record;
    problem text;
    ids uuid[];
    number_born int;
    existing record;
begin
    request := lockstep.open_request(workflow, tenant, run_at, priority, tags);
    if cardinality(keys) <> cardinality(inputs) then
        raise exception 'there are % inputs and % keys', cardinality(inputs), cardinality(keys)
            using errcode = 'LK009', hint = 'Give a key (or null) for each input, or leave the keys out.';
    end if;
    for doubtful in
        select given.input, given.key, given.position
        from lockstep.open_workflow w
        cross join unnest(inputs, keys) with ordinality as given (input, key, position)
        where w.workflow = enqueue_many.workflow
            and (lockstep.fits(given.input, w.accepts, w.members) and (
                given.key is null or char_length(given.key) between 1 and 255)) is not true
        order by given.position
    loop
        perform lockstep.check_key(doubtful.key);
        problem := lockstep.violation(request.input_schema, doubtful.input);
        if problem is not null then
            raise exception 'invalid input for %, number % of %: %', workflow, doubtful.position, cardinality(inputs),
                problem
                using errcode = 'LK002', hint = 'select input_schema from lockstep.workflows says what it accepts.';
        end if;
    end loop;
    ids := array(
        select lockstep.new_id(
            request.now, lockstep.new_bucket(request.tenant, enqueue_many.workflow, given.key, request.buckets))
        from unnest(inputs, keys) with ordinality as given (input, key, position)
        order by given.position);
    with born as (
        insert into lockstep.job (
            bucket, id, tenant, workflow, version, key, input, tags, run_at, enqueued_at, enqueued_by)
        select lockstep.bucket_of(given.id), given.id, request.tenant, enqueue_many.workflow, request.version,
            given.key, given.input, request.tags, enqueue_many.run_at, request.now, caller
        from unnest(ids, inputs, keys) with ordinality as given (id, input, key, position)
        order by given.key collate "C", given.position
        on conflict do nothing
        returning bucket, id
    )
    insert into lockstep.job_state (bucket, id, workflow, version, tenant, priority, due_at, entered_at)
    select born.bucket, born.id, enqueue_many.workflow, request.version, request.tenant, request.priority,
        request.due_at, request.now
    from born;
    get diagnostics number_born = row_count;
    if number_born < cardinality(inputs) then
        for existing in
            select j.id, j.input as known, given.input, given.key, given.position
            from unnest(inputs, keys, ids) with ordinality as given (input, key, id, position)
            join lockstep.job j on j.key = given.key and j.workflow = enqueue_many.workflow
                and j.tenant = request.tenant and j.bucket = lockstep.bucket_of(given.id)
            where j.id <> given.id
        loop
            perform lockstep.check_same_input(existing.id, existing.key, existing.known, existing.input);
            ids[existing.position] := existing.id;
        end loop;
    end if;
    perform lockstep.ring();
    return query select unnest(ids);
end
$$;

COMMENT ON FUNCTION lockstep.enqueue_many(workflow text, inputs jsonb[], keys text[], tenant text, run_at timestamp with time zone, priority integer, tags text[]) IS 'Enqueues many jobs of one workflow, all or none; returns their ids in the order of the inputs.';

CREATE FUNCTION lockstep.enqueue_many(workflow text, inputs text[], keys text[] DEFAULT NULL::text[], tenant text DEFAULT NULL::text, run_at timestamp with time zone DEFAULT NULL::timestamp with time zone, priority integer DEFAULT NULL::integer, tags text[] DEFAULT NULL::text[]) RETURNS SETOF uuid
    LANGUAGE plpgsql
    AS $$
begin
    return query select lockstep.enqueue_many(
        workflow, lockstep.parse_inputs(inputs), keys, tenant, run_at, priority, tags);
end
$$;

COMMENT ON FUNCTION lockstep.enqueue_many(workflow text, inputs text[], keys text[], tenant text, run_at timestamp with time zone, priority integer, tags text[]) IS 'Enqueues many jobs whose inputs come as text; malformed JSON is LK007.';

CREATE FUNCTION lockstep.ensure_partitions(months integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    SET lock_timeout TO '2s'
    SET "TimeZone" TO 'UTC'
    AS $_$
declare
    made int := 0;
    parent record;
    first_day timestamptz;
    partition_name text;
    occupied boolean;
begin
    if months is null or months not between 0 and 120 then
        raise exception 'months is %, and must be from 0 to 120', coalesce(months::text, 'null')
            using errcode = 'LK009', hint = 'Three is a good number: lockstep.ensure_partitions(3).';
    end if;
    -- Two daemons that start together: the second finds the work done.
    perform pg_advisory_xact_lock(hashtext('lockstep.ensure_partitions'));
    for parent in select * from (values ('history_entry', 'at'), ('attempt', 'finished_at')) as t (name, by_column) loop
        for month in 0..months loop
            first_day := date_trunc('month', lockstep.now()) + make_interval(months => month);
            partition_name := parent.name || '_' || to_char(first_day, 'YYYY_MM');
            continue when to_regclass('lockstep.' || partition_name) is not null;
            execute format('select exists (select from lockstep.%1$I where %2$I >= %3$L and %2$I < %4$L)',
                parent.name || '_default', parent.by_column, first_day, first_day + interval '1 month') into occupied;
            continue when occupied;
            execute format('create table lockstep.%I (like lockstep.%I including defaults including constraints)',
                partition_name, parent.name);
            execute format('alter table lockstep.%I attach partition lockstep.%I for values from (%L) to (%L)',
                parent.name, partition_name, first_day, first_day + interval '1 month');
            execute format('comment on table lockstep.%I is %L', partition_name,
                'Rows of ' || parent.name || ' of ' || to_char(first_day, 'YYYY-MM') || ' (UTC).');
            made := made + 1;
        end loop;
    end loop;
    return made;
end
$_$;

COMMENT ON FUNCTION lockstep.ensure_partitions(months integer) IS 'Makes the monthly partitions of history and attempts for this month and the next ones; returns how many are new.';

CREATE TABLE lockstep.bell (
    node uuid NOT NULL,
    idle boolean DEFAULT false NOT NULL
)
WITH (fillfactor='50');

COMMENT ON TABLE lockstep.bell IS 'Which daemons sleep. Apart from node, because the transaction of an app that rings holds its row until it ends.';

COMMENT ON COLUMN lockstep.bell.node IS 'The daemon.';

COMMENT ON COLUMN lockstep.bell.idle IS 'It set this before it slept; whoever rings it clears it: one NOTIFY for each sleep.';

CREATE FUNCTION lockstep.fall_asleep(node uuid) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    BEGIN ATOMIC
 UPDATE lockstep.bell b SET idle = true
   WHERE ((b.node IN ( SELECT mine.node
            FROM lockstep.bell mine
           WHERE (mine.node = fall_asleep.node)
          FOR UPDATE OF mine SKIP LOCKED)) AND (NOT b.idle));
END;

COMMENT ON FUNCTION lockstep.fall_asleep(node uuid) IS 'Hangs up the bell of a daemon that is about to sleep.';

CREATE FUNCTION lockstep.find_job(job uuid) RETURNS lockstep.job_state
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
declare
    state lockstep.job_state;
begin
    select s.* into state
    from lockstep.job_state s
    where s.id = find_job.job and s.bucket = lockstep.bucket_of(find_job.job)
        and (s.tenant = any (lockstep.own_tenants()) or lockstep.acts_for_all());
    return state;
end
$$;

COMMENT ON FUNCTION lockstep.find_job(job uuid) IS 'A job that the caller may act for; null for any other.';

CREATE FUNCTION lockstep.fits(input jsonb, accepts jsonpath, members text[]) RETURNS boolean
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE WHEN (input @@ accepts) THEN ((members IS NULL) OR ((input - members) = '{}'::jsonb)) ELSE NULL::boolean END;

COMMENT ON FUNCTION lockstep.fits(input jsonb, accepts jsonpath, members text[]) IS 'Whether an input certainly fits; false or null: violation() knows.';

CREATE FUNCTION lockstep.forget_node(node uuid) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
begin
    delete from lockstep.bell b
    where b.node in (
        select mine.node from lockstep.bell mine where mine.node = forget_node.node for update skip locked);
    delete from lockstep.node n where n.id = forget_node.node;
    perform lockstep.choose_versions();
end
$$;

COMMENT ON FUNCTION lockstep.forget_node(node uuid) IS 'Takes a daemon off the list as it shuts down.';

CREATE FUNCTION lockstep.give_up_webhooks(older interval DEFAULT '7 days'::interval) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
declare
    given_up int;
begin
    update lockstep.webhook w
    set status = 'unknown', handled_at = lockstep.now()
    where w.status = 'parked' and w.received_at < lockstep.now() - give_up_webhooks.older
        and not exists (select from lockstep.matching_webhooks m where m.bucket = w.bucket and m.id = w.id);
    get diagnostics given_up = row_count;
    return given_up;
end
$$;

COMMENT ON FUNCTION lockstep.give_up_webhooks(older interval) IS 'Marks webhooks unknown that no job asked for in time.';

CREATE FUNCTION lockstep.heartbeat(node uuid, name text, build text, workflows text[], versions integer[]) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
begin
    insert into lockstep.node as n (id, name, build, workflows, versions, started_at, seen_at)
    values (heartbeat.node, heartbeat.name, heartbeat.build, heartbeat.workflows, heartbeat.versions,
        clock_timestamp(), clock_timestamp())
    on conflict (id) do update
    set seen_at = excluded.seen_at, name = excluded.name, build = excluded.build, workflows = excluded.workflows,
        versions = excluded.versions;
    -- Not `on conflict`, which would wait for an app that has rung this bell and not yet committed.
    insert into lockstep.bell (node)
    select heartbeat.node
    where not exists (select from lockstep.bell b where b.node = heartbeat.node);
    delete from lockstep.bell b
    where b.node in (
        select lost.node
        from lockstep.bell lost
        left join lockstep.node n on n.id = lost.node
        where n.seen_at is null or n.seen_at < clock_timestamp() - interval '1 day'
        for update of lost skip locked);
    delete from lockstep.node n where n.seen_at < clock_timestamp() - interval '1 day';
    perform lockstep.choose_versions();
end
$$;

COMMENT ON FUNCTION lockstep.heartbeat(node uuid, name text, build text, workflows text[], versions integer[]) IS 'Says that a daemon is alive, and which flows it knows; forgets those that were not seen for a day.';

CREATE FUNCTION lockstep.heartbeat(node uuid, name text, build text, workflows text[], versions integer[], buckets integer, draining boolean) RETURNS uuid[]
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
begin
    perform lockstep.heartbeat(
        heartbeat.node, heartbeat.name, heartbeat.build, heartbeat.workflows, heartbeat.versions);
    update lockstep.node n
    set buckets = heartbeat.buckets, draining = heartbeat.draining
    where n.id = heartbeat.node
        and (n.buckets is distinct from heartbeat.buckets or n.draining <> heartbeat.draining);
    return array(
        select n.id
        from lockstep.node n
        where n.seen_at > clock_timestamp() - interval '5 seconds' and not n.draining
            and n.workflows = heartbeat.workflows and n.versions = heartbeat.versions
        order by n.id);
end
$$;

COMMENT ON FUNCTION lockstep.heartbeat(node uuid, name text, build text, workflows text[], versions integer[], buckets integer, draining boolean) IS 'Says that a daemon is alive, from how many buckets it claims and whether it drains; returns who shares with it.';

CREATE FUNCTION lockstep.hold(kind text, name text, reason text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION lockstep.hold(kind text, name text, reason text) IS 'Pauses something as a whole; returns paused, or already paused.';

CREATE FUNCTION lockstep.in_words(span interval) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
declare
    seconds bigint := floor(extract(epoch from span))::bigint;
    units constant text[] := array['day', 'hour', 'minute', 'second'];
    sizes constant bigint[] := array[86400, 3600, 60, 1];
    words text[] := '{}';
    amount bigint;
begin
    if seconds < 0 then
        seconds := -seconds;
    end if;
    for unit in 1..4 loop
        amount := seconds / sizes[unit];
        if amount > 0 then
            words := words || (amount || ' ' || units[unit] || case when amount = 1 then '' else 's' end);
            seconds := seconds - amount * sizes[unit];
        end if;
        exit when cardinality(words) = 2 or (cardinality(words) = 1 and amount = 0);
    end loop;
    return coalesce(nullif(array_to_string(words, ' '), ''), 'less than a second');
end
$$;

COMMENT ON FUNCTION lockstep.in_words(span interval) IS 'An interval in words, two units at most.';

CREATE FUNCTION lockstep.in_words(at timestamp with time zone) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (to_char((at AT TIME ZONE 'UTC'::text), 'YYYY-MM-DD HH24:MI:SS'::text) || ' UTC'::text);

COMMENT ON FUNCTION lockstep.in_words(at timestamp with time zone) IS 'An instant as people write it, in UTC.';

CREATE FUNCTION lockstep.input_digest(job uuid, input jsonb) RETURNS bytea
    LANGUAGE plpgsql IMMUTABLE STRICT PARALLEL SAFE
    AS $$
declare
    digest bytea := convert_to(job::text || ' ' || input::text, 'UTF8');
begin
    for round in 1..100 loop
        digest := sha256(digest);
    end loop;
    return digest;
end
$$;

COMMENT ON FUNCTION lockstep.input_digest(job uuid, input jsonb) IS 'Tells equal inputs of one job from different ones, when the input itself is sealed.';

CREATE FUNCTION lockstep.jobs_to_ask(request text, wanted lockstep.job_filter, after uuid, at_most integer) RETURNS TABLE(bucket smallint, id uuid)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET jit TO 'off'
    AS $_$
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
$_$;

COMMENT ON FUNCTION lockstep.jobs_to_ask(request text, wanted lockstep.job_filter, after uuid, at_most integer) IS 'The jobs that a filter lets through and that a request can be made of, in order of id.';

CREATE FUNCTION lockstep.join_clock(name text, next_due timestamp with time zone DEFAULT NULL::timestamp with time zone, busy boolean DEFAULT false) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
begin
    insert into lockstep.clock_participants as p (name, next_due, busy, seen_at)
    values (join_clock.name, join_clock.next_due, join_clock.busy, clock_timestamp())
    on conflict on constraint clock_participants_pkey do update
    set next_due = excluded.next_due, busy = excluded.busy, seen_at = excluded.seen_at;
end
$$;

COMMENT ON FUNCTION lockstep.join_clock(name text, next_due timestamp with time zone, busy boolean) IS 'Says when a participant''s next timer on the virtual clock is due, and whether it is at work.';

CREATE TABLE lockstep.clock_participants (
    name text NOT NULL,
    next_due timestamp with time zone,
    busy boolean DEFAULT false NOT NULL,
    seen_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);

COMMENT ON TABLE lockstep.clock_participants IS 'Whoever keeps timers on the virtual clock besides the jobs: the sandbox, or a test''s own fake provider.';

COMMENT ON COLUMN lockstep.clock_participants.name IS 'Who it is.';

COMMENT ON COLUMN lockstep.clock_participants.next_due IS 'Its next due instant; null: none.';

COMMENT ON COLUMN lockstep.clock_participants.busy IS 'Whether it is at work now.';

COMMENT ON COLUMN lockstep.clock_participants.seen_at IS 'When it spoke last, by the server''s own clock.';

CREATE FUNCTION lockstep.leave_clock(name text) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    BEGIN ATOMIC
 DELETE FROM lockstep.clock_participants p
   WHERE (p.name = leave_clock.name);
END;

COMMENT ON FUNCTION lockstep.leave_clock(name text) IS 'Takes a participant off the list.';

CREATE FUNCTION lockstep.let_go(kind text, name text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
begin
    delete from lockstep.pause p where p.kind = let_go.kind and p.name = let_go.name;
    if not found then
        return 'not paused';
    end if;
    perform lockstep.ring();
    return 'resumed';
end
$$;

COMMENT ON FUNCTION lockstep.let_go(kind text, name text) IS 'Ends a pause of something as a whole; returns resumed, or not paused.';

CREATE FUNCTION lockstep.local_instant(local_time timestamp without time zone, time_zone text) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
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

COMMENT ON FUNCTION lockstep.local_instant(local_time timestamp without time zone, time_zone text) IS 'The instant at which a local time is shown: the first of two, or the end of the gap that leaves it out.';

CREATE FUNCTION lockstep.match_webhooks(refs text[] DEFAULT NULL::text[]) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    SET plan_cache_mode TO 'force_custom_plan'
    SET jit TO 'off'
    AS $_$
declare
    hook record;
    told uuid;
    settled int := 0;
begin
    for hook in
        select w.bucket, w.id, w.provider, w.kind
        from lockstep.webhook w
        cross join lateral (
            select from lockstep.reference r
            join lockstep.job_state s on s.id = r.job_id and s.bucket = r.bucket
            where r.provider = w.provider and r.value = any (w.refs)
            limit 1
        ) known
        where w.status = 'parked'
            and (match_webhooks.refs is null or w.refs && match_webhooks.refs)
        order by w.id
        for update of w skip locked
    loop
        for told in
            select m.job_id from lockstep.matching_webhooks m where m.bucket = hook.bucket and m.id = hook.id
        loop
            perform lockstep.deliver(
                told, '$wake', jsonb_build_object('webhook', hook.id, 'provider', hook.provider, 'kind', hook.kind),
                '$webhook:' || hook.bucket || ':' || hook.id, 'webhook');
        end loop;
        -- A job that goes on is preferred to one that has ended; ids rise with time.
        update lockstep.webhook w
        set status = case when found_job.job_ended then 'late' else 'matched' end,
            job_id = found_job.job_id, handled_at = lockstep.now()
        from (
            select m.job_id, m.job_ended
            from lockstep.matching_webhooks m
            where m.bucket = hook.bucket and m.id = hook.id
            order by m.job_ended, m.job_id desc
            limit 1
        ) found_job
        where w.bucket = hook.bucket and w.id = hook.id;
        settled := settled + 1;
    end loop;
    return settled;
end
$_$;

COMMENT ON FUNCTION lockstep.match_webhooks(refs text[]) IS 'Wakes the jobs that parked webhooks belong to; returns how many webhooks it settled.';

CREATE FUNCTION lockstep.move_clock(span interval) RETURNS timestamp with time zone
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION lockstep.move_clock(span interval) IS 'Says how far the virtual clock is to go; commit, then await_quiet walks there.';

CREATE FUNCTION lockstep.new_bucket(tenant text, workflow text, key text, buckets integer) RETURNS smallint
    LANGUAGE sql PARALLEL SAFE
    RETURN CASE WHEN (buckets = 1) THEN (0)::smallint WHEN (key IS NULL) THEN (floor((random() * (buckets)::double precision)))::smallint ELSE lockstep.bucket_for(((((tenant || chr(31)) || workflow) || chr(31)) || key), buckets) END;

COMMENT ON FUNCTION lockstep.new_bucket(tenant text, workflow text, key text, buckets integer) IS 'The bucket of a new job: from its key, else by chance.';

CREATE FUNCTION lockstep.new_id(at timestamp with time zone, bucket smallint) RETURNS uuid
    LANGUAGE sql PARALLEL SAFE
    RETURN ((((lpad(to_hex(((EXTRACT(epoch FROM at) * (1000)::numeric))::bigint), 12, '0'::text) || '7'::text) || lpad(to_hex((bucket)::integer), 3, '0'::text)) || "right"((gen_random_uuid())::text, 17)))::uuid;

COMMENT ON FUNCTION lockstep.new_id(at timestamp with time zone, bucket smallint) IS 'A new job''s id: UUID version 7 with the bucket in it.';

CREATE FUNCTION lockstep.next_cron(cron text, time_zone text, after timestamp with time zone) RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
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

COMMENT ON FUNCTION lockstep.next_cron(cron text, time_zone text, after timestamp with time zone) IS 'The first instant after another that a cron expression names in a time zone; null where there is none.';

CREATE FUNCTION lockstep.next_due() RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    SET jit TO 'off'
    AS $$
begin
    return least(
        (select min(d.due_at) from lockstep.first_due d),
        (select min(p.next_due) from lockstep.clock_participants p),
        (select min(c.next_at) from lockstep.schedule c where not c.paused));
end
$$;

COMMENT ON FUNCTION lockstep.next_due() IS 'The next instant at which something is due: a job, a participant, a schedule.';

CREATE FUNCTION lockstep.now() RETURNS timestamp with time zone
    LANGUAGE plpgsql STABLE PARALLEL SAFE
    AS $$
begin
    return (select case mode when 'real' then clock_timestamp() else virtual_now end from lockstep.clock);
end
$$;

COMMENT ON FUNCTION lockstep.now() IS 'The instant by which every deadline is judged: the server''s, or the virtual one.';

CREATE FUNCTION lockstep.open_request(workflow text, wanted_tenant text, run_at timestamp with time zone, wanted_priority integer, wanted_tags text[], OUT version integer, OUT input_schema jsonb, OUT tenant text, OUT priority smallint, OUT tags text[], OUT buckets integer, OUT now timestamp with time zone, OUT due_at timestamp with time zone) RETURNS record
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
declare
    owned text[];
begin
    select w.version, w.input_schema into version, input_schema
    from lockstep.open_workflow w
    where w.workflow = open_request.workflow;
    if version is null then
        raise exception 'unknown workflow %', coalesce('"' || workflow || '"', 'null')
            using errcode = 'LK001', hint = coalesce(
                'Known are ' || (select string_agg(distinct w.workflow, ', ') from lockstep.workflow w) || '.',
                'None is known yet: daemons publish their workflows when they start. Run `lockstep serve`.');
    end if;
    tenant := wanted_tenant;
    if tenant is null then
        owned := lockstep.own_tenants();
        tenant := case when cardinality(owned) = 1 then owned[1] else 'default' end;
    end if;
    perform lockstep.check_tenant(tenant);
    if wanted_priority not between 1 and 4 then
        raise exception 'the priority is %, and must be from 1 to 4', wanted_priority
            using errcode = 'LK009', hint = '1 goes first, 4 last; 2 is usual.';
    elsif run_at is not null and not isfinite(run_at) then
        raise exception 'run_at is %, and must be an instant', run_at
            using errcode = 'LK009', hint = 'Leave it out for a job that runs at once.';
    elsif array_position(wanted_tags, null) is not null then
        raise exception 'a tag is null' using errcode = 'LK009', hint = 'Leave it out of the array.';
    end if;
    priority := coalesce(wanted_priority, 2);
    tags := coalesce(wanted_tags, '{}');
    buckets := (select s.buckets from lockstep.settings s);
    now := lockstep.now();
    -- What was due before now would lie behind the mark from which daemons look.
    due_at := greatest(run_at, now);
end
$$;

COMMENT ON FUNCTION lockstep.open_request(workflow text, wanted_tenant text, run_at timestamp with time zone, wanted_priority integer, wanted_tags text[], OUT version integer, OUT input_schema jsonb, OUT tenant text, OUT priority smallint, OUT tags text[], OUT buckets integer, OUT now timestamp with time zone, OUT due_at timestamp with time zone) IS 'What has to be known before jobs can be enqueued; raises LK001, LK006 or LK009 where they can not.';

CREATE FUNCTION lockstep.open_transactions(open_for interval, OUT pid integer, OUT role text, OUT application text, OUT state text, OUT since timestamp with time zone, OUT name text) RETURNS SETOF record
    LANGUAGE sql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
    select a.pid, a.usename::text, a.application_name, a.state, a.xact_start, null::text
    from pg_stat_activity a
    where a.datname = current_database() and a.backend_type = 'client backend'
        and a.pid <> pg_backend_pid() and (a.backend_xmin is not null or a.backend_xid is not null)
        and a.xact_start <= clock_timestamp() - open_for
    union all
    select null, p.owner::text, null, 'prepared', p.prepared, p.gid
    from pg_prepared_xacts p
    where p.database = current_database() and p.prepared <= clock_timestamp() - open_for
$$;

COMMENT ON FUNCTION lockstep.open_transactions(open_for interval, OUT pid integer, OUT role text, OUT application text, OUT state text, OUT since timestamp with time zone, OUT name text) IS 'The other transactions of this database that have been open for so long.';

CREATE FUNCTION lockstep.own_tenants() RETURNS text[]
    LANGUAGE plpgsql STABLE SECURITY DEFINER PARALLEL SAFE
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
begin
    return coalesce(
        (select array_agg(t.tenant order by t.tenant) from lockstep.tenant_role t where t.role = lockstep.caller()),
        array['default']);
end
$$;

COMMENT ON FUNCTION lockstep.own_tenants() IS 'The tenants that the caller may act for.';

CREATE FUNCTION lockstep.parse_input(input text) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
begin
    return input::jsonb;
exception
    when data_exception then
        raise exception 'the input is not JSON: %', sqlerrm
            using errcode = 'LK007', hint = 'Send a JSON object, such as {"amount": "100.00"}.';
end
$$;

COMMENT ON FUNCTION lockstep.parse_input(input text) IS 'JSON from text; raises LK007 where it is none.';

CREATE FUNCTION lockstep.parse_inputs(inputs text[]) RETURNS jsonb[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
declare
    position int;
    problem text;
begin
    return inputs::jsonb[];
exception
    when data_exception then
        for position in 1..cardinality(inputs) loop
            begin
                perform inputs[position]::jsonb;
            exception
                when data_exception then
                    raise exception 'input number % of % is not JSON: %', position, cardinality(inputs), sqlerrm
                        using errcode = 'LK007', hint = 'Send a JSON object for each, such as {"amount": "100.00"}.';
            end;
        end loop;
        raise;
end
$$;

COMMENT ON FUNCTION lockstep.parse_inputs(inputs text[]) IS 'JSON from texts; raises LK007 where one is none.';

CREATE FUNCTION lockstep.path_literal(value text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN (to_json(value))::text;

COMMENT ON FUNCTION lockstep.path_literal(value text) IS 'A text as jsonpath writes it.';

CREATE FUNCTION lockstep.path_of(schema jsonb, place text, closes boolean) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
declare
    wanted text := schema ->> 'type';
    items text;
begin
    if schema ? 'oneOf' then
        return lockstep.path_of_branches(schema -> 'oneOf', place);
    elsif wanted is null then
        return case
            when schema ?| array['enum', 'pattern', 'minLength', 'maxLength', 'properties', 'required', 'items']
                then null
            else 'exists(' || place || ')'
        end;
    elsif wanted = 'string' then
        return lockstep.path_of_text(schema, place);
    elsif schema ? 'enum' then
        return null;
    elsif wanted = 'object' then
        return lockstep.path_of_object(schema, place, closes);
    elsif wanted = 'integer' then
        return format('%1$s.type() == "number" && %1$s.floor() == %1$s && %1$s >= -9223372036854775807 '
            || '&& %1$s <= 9223372036854775807', place);
    elsif wanted = 'array' and schema ? 'items' then
        -- A filter looks into lists in a list: those are left to violation().
        items := lockstep.path_of(schema -> 'items', '@', true);
        return format('%1$s.type() == "array" && !(%1$s[*].type() == "array") && !exists(%1$s[*] ? (!(%2$s)))', place,
            items);
    end if;
    return format('%s.type() == %s', place, lockstep.path_literal(wanted));
end
$_$;

COMMENT ON FUNCTION lockstep.path_of(schema jsonb, place text, closes boolean) IS 'A jsonpath predicate that is true only for values in which violation() finds nothing; null where there is none.';

CREATE FUNCTION lockstep.path_of_branches(branches jsonb, place text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
declare
    tags text[];
    branch jsonb;
    own text;
    agrees text;
    predicates text[] := '{}';
begin
    tags := array(
        select p.key
        from jsonb_array_elements(branches) as b (branch)
        cross join jsonb_each(b.branch -> 'properties') as p
        where jsonb_array_length(p.value -> 'enum') = 1);
    if cardinality(tags) > 0 and not exists (
        select from unnest(tags) as t (name)
        group by t.name
        having count(*) = jsonb_array_length(branches) and count(*) = (
            select count(distinct b.branch #> array['properties', t.name, 'enum', '0'])
            from jsonb_array_elements(branches) as b (branch)))
    then
        return null;
    end if;
    for branch in select jsonb_array_elements(branches) loop
        own := lockstep.path_of(branch, place, true);
        if own is null then
            return null;
        end if;
        select string_agg(place || '.' || lockstep.path_literal(p.key) || '.type() == "string" && ', '') into agrees
        from jsonb_each(branch -> 'properties') as p
        where jsonb_array_length(p.value -> 'enum') = 1 and (branch -> 'required' ? p.key) is not true;
        predicates := predicates || ('(' || coalesce(agrees, '') || own || ')');
    end loop;
    return '(' || array_to_string(predicates, ' || ') || ')';
end
$$;

COMMENT ON FUNCTION lockstep.path_of_branches(branches jsonb, place text) IS 'A jsonpath predicate for values that one of several schemas takes; null where it can''t be said.';

CREATE FUNCTION lockstep.path_of_object(schema jsonb, place text, closes boolean) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
declare
    members jsonb := coalesce(schema -> 'properties', '{}');
    required jsonb := coalesce(schema -> 'required', '[]');
    predicates text[] := array[place || '.type() == "object"'];
    member record;
    own text;
begin
    for member in
        select m.value as schema, required ? m.key as is_required, place || '.' || lockstep.path_literal(m.key) as at
        from jsonb_each(members) as m
        union all
        select '{}', true, place || '.' || lockstep.path_literal(r.name)
        from jsonb_array_elements_text(required) as r (name)
        where not members ? r.name
    loop
        own := lockstep.path_of(member.schema, member.at, true);
        if own is null then
            return null;
        elsif not member.is_required then
            own := format('(!exists(%1$s) || %1$s.type() == "null" || %2$s)', member.at, own);
        end if;
        predicates := predicates || own;
    end loop;
    if closes and schema -> 'additionalProperties' = 'false' then
        predicates := predicates || case members
            when '{}' then format('!exists(%s.keyvalue())', place)
            else (
                select format('!exists(%s.keyvalue() ? (!(%s)))', place,
                    string_agg('@.key == ' || lockstep.path_literal(k), ' || '))
                from jsonb_object_keys(members) as k)
        end;
    end if;
    return array_to_string(predicates, ' && ');
end
$_$;

COMMENT ON FUNCTION lockstep.path_of_object(schema jsonb, place text, closes boolean) IS 'A jsonpath predicate for objects that a schema takes; null where it can''t be said.';

CREATE FUNCTION lockstep.path_of_text(schema jsonb, place text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
declare
    predicate text := place || '.type() == "string"';
    allowed text[];
    bound record;
begin
    if schema ? 'enum' then
        if jsonb_path_exists(schema, 'strict $.enum[*] ? (@.type() != "string")') then
            return null;
        end if;
        allowed := array(select jsonb_array_elements_text(schema -> 'enum'));
        predicate := predicate || ' && ' || case cardinality(allowed)
            when 0 then '1 == 0'
            else format('exists(%s ? (%s))', place,
                (select string_agg('@ == ' || lockstep.path_literal(a), ' || ') from unnest(allowed) as a))
        end;
    end if;
    -- "s": a dot and a negated set take line breaks too, as with the operator ~.
    if schema ? 'pattern' then
        predicate := predicate || ' && ' || place || ' like_regex '
            || lockstep.path_literal('^(?:' || (schema ->> 'pattern') || ')$') || ' flag "s"';
    end if;
    for bound in
        select coalesce((schema ->> 'minLength')::int, 0) as least, (schema ->> 'maxLength')::int as most
        where schema ? 'minLength' or schema ? 'maxLength'
    loop
        -- Regular expressions count to 255.
        if bound.least not between 0 and 255 or bound.most not between bound.least and 255 then
            return null;
        end if;
        predicate := predicate || ' && ' || place || ' like_regex '
            || lockstep.path_literal(format('^.{%s,%s}$', bound.least, bound.most)) || ' flag "s"';
    end loop;
    return predicate;
end
$_$;

COMMENT ON FUNCTION lockstep.path_of_text(schema jsonb, place text) IS 'A jsonpath predicate for texts that a schema takes; null where it can''t be said.';

CREATE FUNCTION lockstep.pause(job uuid) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $_$
begin
    perform lockstep.check_status(lockstep.require_job(job), array['queued', 'waiting', 'parked', 'paused'], 'paused');
    return lockstep.request(job, '$pause', '{}');
end
$_$;

COMMENT ON FUNCTION lockstep.pause(job uuid) IS 'Holds a job where it rests, until resume.';

CREATE FUNCTION lockstep.pause_account(provider text, account text, reason text DEFAULT NULL::text) RETURNS text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    RETURN lockstep.hold('account'::text, ((provider || '/'::text) || account), reason);

COMMENT ON FUNCTION lockstep.pause_account(provider text, account text, reason text) IS 'Stops calls to an account of a provider; its jobs wait, and none fails.';

CREATE PROCEDURE lockstep.pause_jobs(IN filter jsonb, IN dry_run boolean DEFAULT false, IN batch integer DEFAULT 500, INOUT jobs bigint DEFAULT NULL::bigint, INOUT samples jsonb DEFAULT NULL::jsonb)
    LANGUAGE plpgsql
    AS $$
begin
    call lockstep.request_jobs('pause', filter, null, dry_run, batch, jobs, samples);
end
$$;

COMMENT ON PROCEDURE lockstep.pause_jobs(IN filter jsonb, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) IS 'Holds jobs where they rest; returns how many (with dry_run: how many it would be), and some of them.';

CREATE FUNCTION lockstep.pause_provider(provider text, reason text DEFAULT NULL::text) RETURNS text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    RETURN lockstep.hold('provider'::text, provider, reason);

COMMENT ON FUNCTION lockstep.pause_provider(provider text, reason text) IS 'Stops calls to all accounts of a provider; their jobs wait, and none fails.';

CREATE FUNCTION lockstep.pause_schedule(name text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
begin
    perform lockstep.require_schedule(name);
    update lockstep.schedule s set paused = true where s.name = pause_schedule.name and not s.paused;
    return case when found then 'paused' else 'already paused' end;
end
$$;

COMMENT ON FUNCTION lockstep.pause_schedule(name text) IS 'Lets a recurring job rest until resume_schedule; returns paused or already paused.';

CREATE FUNCTION lockstep.pause_tenant(tenant text, reason text DEFAULT NULL::text) RETURNS text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    RETURN lockstep.hold('tenant'::text, tenant, reason);

COMMENT ON FUNCTION lockstep.pause_tenant(tenant text, reason text) IS 'Stops claiming jobs of a tenant.';

CREATE FUNCTION lockstep.pause_workflow(workflow text, reason text DEFAULT NULL::text) RETURNS text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    RETURN lockstep.hold('workflow'::text, workflow, reason);

COMMENT ON FUNCTION lockstep.pause_workflow(workflow text, reason text) IS 'Stops claiming jobs of a workflow.';

CREATE FUNCTION lockstep.preview_request(request text, filter jsonb, sample_size integer DEFAULT 5) RETURNS TABLE(jobs bigint, samples jsonb)
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION lockstep.preview_request(request text, filter jsonb, sample_size integer) IS 'What a request to many jobs would ask: how many, and some of them. Changes nothing.';

CREATE FUNCTION lockstep.raise_unquiet(timeout interval) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION lockstep.raise_unquiet(timeout interval) IS 'Raises LK008: what was not quiet when the time had run out.';

CREATE FUNCTION lockstep.read_cron(cron text, OUT minutes integer[], OUT hours integer[], OUT days integer[], OUT months integer[], OUT weekdays integer[], OUT every_hour boolean, OUT either_day boolean) RETURNS record
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
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

COMMENT ON FUNCTION lockstep.read_cron(cron text, OUT minutes integer[], OUT hours integer[], OUT days integer[], OUT months integer[], OUT weekdays integer[], OUT every_hour boolean, OUT either_day boolean) IS 'A cron expression, read; raises LK009 where it is none.';

CREATE FUNCTION lockstep.read_filter(filter jsonb) RETURNS lockstep.job_filter
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION lockstep.read_filter(filter jsonb) IS 'A filter from JSON; raises LK009 where it makes no sense, or is empty without "all": true.';

CREATE FUNCTION lockstep.receive_webhook(provider text, account text, kind text, dedupe_key text, refs text[], headers jsonb, body bytea) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
begin
    insert into lockstep.webhook (bucket, provider, account, kind, dedupe_key, refs, headers, body, received_at)
    values (
        lockstep.bucket_for(
            receive_webhook.provider || chr(31) || receive_webhook.account || chr(31) || receive_webhook.dedupe_key,
            (select s.buckets from lockstep.settings s)),
        receive_webhook.provider, receive_webhook.account, receive_webhook.kind, receive_webhook.dedupe_key,
        receive_webhook.refs, receive_webhook.headers, receive_webhook.body, lockstep.now())
    on conflict do nothing;
    return case when found then 'stored' else 'duplicate' end;
end
$$;

COMMENT ON FUNCTION lockstep.receive_webhook(provider text, account text, kind text, dedupe_key text, refs text[], headers jsonb, body bytea) IS 'Stores a verified webhook; returns stored, or duplicate where it came before.';

CREATE FUNCTION lockstep.redacted(schema jsonb, value jsonb) RETURNS jsonb
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
declare
    answer jsonb := value;
    branch jsonb;
begin
    if schema -> 'sensitive' = 'true' then
        return to_jsonb('‹redacted›'::text);
    elsif schema ? 'oneOf' then
        for branch in select b.value from jsonb_array_elements(schema -> 'oneOf') as b loop
            answer := lockstep.redacted(branch, answer);
        end loop;
    elsif jsonb_typeof(value) = 'object' and schema ? 'properties' then
        select coalesce(
            jsonb_object_agg(
                member.key,
                case
                    when schema -> 'properties' ? member.key
                        then lockstep.redacted(schema -> 'properties' -> member.key, member.value)
                    else member.value
                end),
            '{}')
        into answer
        from jsonb_each(value) as member;
    elsif jsonb_typeof(value) = 'array' and schema ? 'items' then
        select coalesce(
            jsonb_agg(lockstep.redacted(schema -> 'items', element.value) order by element.position), '[]')
        into answer
        from jsonb_array_elements(value) with ordinality as element (value, position);
    end if;
    return answer;
end
$$;

COMMENT ON FUNCTION lockstep.redacted(schema jsonb, value jsonb) IS 'A value without what its schema marks as sensitive, whether that is plain or sealed.';

CREATE FUNCTION lockstep.refresh_statistics() RETURNS SETOF text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
declare
    stale text;
begin
    for stale in
        select c.relname::text
        from pg_class c
        where c.oid in (
                'lockstep.job'::regclass, 'lockstep.job_state'::regclass, 'lockstep.signal'::regclass,
                'lockstep.reference'::regclass)
            and pg_relation_size(c.oid) > 2 * 8192 * greatest(c.relpages, 8)
        union all
        select t.relname::text
        from pg_stat_all_tables t
        where t.relid in ('lockstep.history_entry'::regclass, 'lockstep.attempt'::regclass)
            and coalesce(t.last_analyze, '-infinity') < clock_timestamp() - interval '1 day'
    loop
        execute format('analyze (skip_locked) lockstep.%I', stale);
        return next stale;
    end loop;
end
$$;

COMMENT ON FUNCTION lockstep.refresh_statistics() IS 'Analyses tables that have doubled, and the parents of partitions once a day; returns their names.';

CREATE FUNCTION lockstep.refuse_filter(problem text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
begin
    raise exception 'the filter %', problem
        using errcode = 'LK009', hint = 'A filter is a JSON object, such as {"workflow": "dfns_payout", "status": '
            || '"parked"}. It may have: workflow, version, state, status, tenant, tag, error_like, enqueued_before, '
            || 'enqueued_after, all.';
end
$$;

COMMENT ON FUNCTION lockstep.refuse_filter(problem text) IS 'Raises LK009 about a filter.';

CREATE FUNCTION lockstep.refuse_schedule(field text, problem text, advice text) RETURNS void
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
begin
    raise exception 'the schedule''s % %', field, problem using errcode = 'LK009', hint = advice;
end
$$;

COMMENT ON FUNCTION lockstep.refuse_schedule(field text, problem text, advice text) IS 'Raises LK009 for what a schedule can''t be, naming the field.';

CREATE FUNCTION lockstep.request(job uuid, name text, payload jsonb) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
begin
    if exists (
        select from lockstep.signal g
        where g.job_id = request.job and g.bucket = lockstep.bucket_of(request.job) and g.name = request.name
            and g.handled_at is null)
    then
        return 'duplicate';
    end if;
    return lockstep.deliver(job, name, payload, null, lockstep.caller());
end
$$;

COMMENT ON FUNCTION lockstep.request(job uuid, name text, payload jsonb) IS 'Tells a job one of Lockstep''s own signals, unless it waits already.';

CREATE FUNCTION lockstep.request_batch(request text, filter jsonb, after uuid DEFAULT NULL::uuid, at_most integer DEFAULT 500, reason text DEFAULT NULL::text, OUT asked integer, OUT last uuid) RETURNS record
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $_$
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
$_$;

COMMENT ON FUNCTION lockstep.request_batch(request text, filter jsonb, after uuid, at_most integer, reason text, OUT asked integer, OUT last uuid) IS 'Makes a request of one batch of jobs; returns how many were asked, and the last of them.';

CREATE PROCEDURE lockstep.request_jobs(IN request text, IN filter jsonb, IN reason text, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb)
    LANGUAGE plpgsql
    AS $$
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

COMMENT ON PROCEDURE lockstep.request_jobs(IN request text, IN filter jsonb, IN reason text, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) IS 'Makes a request of all jobs that a filter lets through, in batches.';

CREATE FUNCTION lockstep.require_job(job uuid) RETURNS lockstep.job_state
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
declare
    state lockstep.job_state := lockstep.find_job(job);
begin
    if state.id is null then
        raise exception 'unknown job %', coalesce(job::text, 'null')
            using errcode = 'LK005', hint = 'By your own key: select id from lockstep.job_status where key = ….';
    end if;
    return state;
end
$$;

COMMENT ON FUNCTION lockstep.require_job(job uuid) IS 'A job that the caller may act for; raises LK005 where there is none.';

CREATE TABLE lockstep.schedule (
    name text NOT NULL,
    workflow text NOT NULL,
    input jsonb NOT NULL,
    tenant text NOT NULL,
    cron text NOT NULL,
    time_zone text NOT NULL,
    overlap text NOT NULL,
    paused boolean DEFAULT false NOT NULL,
    next_at timestamp with time zone,
    last_at timestamp with time zone,
    last_job uuid,
    last_skipped_at timestamp with time zone,
    last_error text,
    created_at timestamp with time zone NOT NULL,
    created_by text NOT NULL,
    CONSTRAINT schedule_name_is_short CHECK (((char_length(name) >= 1) AND (char_length(name) <= 100))),
    CONSTRAINT schedule_overlap_is_known CHECK ((overlap = ANY (ARRAY['skip'::text, 'allow'::text]))),
    CONSTRAINT schedule_runs_at_an_instant CHECK (((last_at IS NULL) = (last_job IS NULL)))
);

COMMENT ON TABLE lockstep.schedule IS 'Recurring jobs; people read lockstep.schedules.';

COMMENT ON COLUMN lockstep.schedule.name IS 'Its name: once in a database.';

COMMENT ON COLUMN lockstep.schedule.workflow IS 'Which flow its jobs are of.';

COMMENT ON COLUMN lockstep.schedule.input IS 'What each of them is asked.';

COMMENT ON COLUMN lockstep.schedule.tenant IS 'On whose behalf.';

COMMENT ON COLUMN lockstep.schedule.cron IS 'When: minute, hour, day of month, month, day of week.';

COMMENT ON COLUMN lockstep.schedule.time_zone IS 'Where, as the IANA names it.';

COMMENT ON COLUMN lockstep.schedule.overlap IS 'skip: no job while the last one is unfinished; allow: one each time.';

COMMENT ON COLUMN lockstep.schedule.paused IS 'Whether it rests until resume_schedule.';

COMMENT ON COLUMN lockstep.schedule.next_at IS 'When its next job is enqueued; null: never.';

COMMENT ON COLUMN lockstep.schedule.last_at IS 'For which instant its last job was enqueued.';

COMMENT ON COLUMN lockstep.schedule.last_job IS 'That job.';

COMMENT ON COLUMN lockstep.schedule.last_skipped_at IS 'The last instant for which no job was enqueued, because the one before was unfinished.';

COMMENT ON COLUMN lockstep.schedule.last_error IS 'Why the last job could not be enqueued; null: it could.';

COMMENT ON COLUMN lockstep.schedule.created_at IS 'When it was written last.';

COMMENT ON COLUMN lockstep.schedule.created_by IS 'Who wrote it.';

CREATE FUNCTION lockstep.require_schedule(name text) RETURNS lockstep.schedule
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION lockstep.require_schedule(name text) IS 'The schedule of a name; raises LK009 where there is none.';

CREATE FUNCTION lockstep.resume(job uuid) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $_$
begin
    perform lockstep.check_status(lockstep.require_job(job), array['queued', 'waiting', 'parked', 'paused'], 'resumed');
    return lockstep.request(job, '$resume', '{}');
end
$_$;

COMMENT ON FUNCTION lockstep.resume(job uuid) IS 'Lets a paused job go on.';

CREATE FUNCTION lockstep.resume_account(provider text, account text) RETURNS text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    RETURN lockstep.let_go('account'::text, ((provider || '/'::text) || account));

COMMENT ON FUNCTION lockstep.resume_account(provider text, account text) IS 'Ends the pause of an account.';

CREATE PROCEDURE lockstep.resume_jobs(IN filter jsonb, IN dry_run boolean DEFAULT false, IN batch integer DEFAULT 500, INOUT jobs bigint DEFAULT NULL::bigint, INOUT samples jsonb DEFAULT NULL::jsonb)
    LANGUAGE plpgsql
    AS $$
begin
    call lockstep.request_jobs('resume', filter, null, dry_run, batch, jobs, samples);
end
$$;

COMMENT ON PROCEDURE lockstep.resume_jobs(IN filter jsonb, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) IS 'Lets paused jobs go on; returns how many (with dry_run: how many it would be), and some of them.';

CREATE FUNCTION lockstep.resume_provider(provider text) RETURNS text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    RETURN lockstep.let_go('provider'::text, provider);

COMMENT ON FUNCTION lockstep.resume_provider(provider text) IS 'Ends the pause of a provider.';

CREATE FUNCTION lockstep.resume_schedule(name text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
begin
    perform lockstep.require_schedule(name);
    update lockstep.schedule s
    set paused = false, next_at = lockstep.next_cron(s.cron, s.time_zone, lockstep.now())
    where s.name = resume_schedule.name and s.paused;
    return case when found then 'resumed' else 'not paused' end;
end
$$;

COMMENT ON FUNCTION lockstep.resume_schedule(name text) IS 'Lets a recurring job go on, from the next instant after now; returns resumed or not paused.';

CREATE FUNCTION lockstep.resume_tenant(tenant text) RETURNS text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    RETURN lockstep.let_go('tenant'::text, tenant);

COMMENT ON FUNCTION lockstep.resume_tenant(tenant text) IS 'Ends the pause of a tenant.';

CREATE FUNCTION lockstep.resume_workflow(workflow text) RETURNS text
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    RETURN lockstep.let_go('workflow'::text, workflow);

COMMENT ON FUNCTION lockstep.resume_workflow(workflow text) IS 'Ends the pause of a workflow.';

CREATE FUNCTION lockstep.retry(job uuid) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $_$
declare
    state lockstep.job_state := lockstep.require_job(job);
begin
    if state.finished_at is null or coalesce(state.plan, '') not like 'watch %' then
        perform lockstep.check_status(state, array['parked'], 'retried');
    end if;
    return lockstep.request(job, '$retry', '{}');
end
$_$;

COMMENT ON FUNCTION lockstep.retry(job uuid) IS 'Sets a parked job going again, or makes one that is over and watched be looked at now.';

CREATE PROCEDURE lockstep.retry_jobs(IN filter jsonb, IN dry_run boolean DEFAULT false, IN batch integer DEFAULT 500, INOUT jobs bigint DEFAULT NULL::bigint, INOUT samples jsonb DEFAULT NULL::jsonb)
    LANGUAGE plpgsql
    AS $$
begin
    call lockstep.request_jobs('retry', filter, null, dry_run, batch, jobs, samples);
end
$$;

COMMENT ON PROCEDURE lockstep.retry_jobs(IN filter jsonb, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) IS 'Sets parked jobs going again; returns how many (with dry_run: how many it would be), and some of them.';

CREATE FUNCTION lockstep.ring() RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
begin
    update lockstep.bell b
    set idle = false
    where b.node in (select sleeper.node from lockstep.bell sleeper where sleeper.idle for update skip locked);
    if found then
        perform pg_notify('lockstep', '');
    end if;
end
$$;

COMMENT ON FUNCTION lockstep.ring() IS 'Wakes the daemons that sleep, with at most one NOTIFY for each sleep.';

CREATE FUNCTION lockstep.ring_inserted() RETURNS trigger
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
begin
    perform lockstep.ring();
    return null;
end
$$;

COMMENT ON FUNCTION lockstep.ring_inserted() IS 'Wakes the daemons that sleep, once for each INSERT into the view jobs.';

CREATE FUNCTION lockstep.run_schedules() RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION lockstep.run_schedules() IS 'Enqueues the recurring jobs that are due, and returns how many.';

CREATE FUNCTION lockstep.schedule(name text, workflow text, input jsonb, cron text, time_zone text DEFAULT 'UTC'::text, overlap text DEFAULT 'skip'::text, tenant text DEFAULT NULL::text) RETURNS timestamp with time zone
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION lockstep.schedule(name text, workflow text, input jsonb, cron text, time_zone text, overlap text, tenant text) IS 'Writes a recurring job, or writes it anew under its name, and returns its next instant. A paused one stays so.';

CREATE FUNCTION lockstep.seal_input(job uuid, input jsonb) RETURNS void
    LANGUAGE sql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
    update lockstep.job j
    set input = seal_input.input, input_digest = lockstep.input_digest(j.id, j.input)
    where j.bucket = lockstep.bucket_of(seal_input.job) and j.id = seal_input.job and j.input_digest is null
$$;

COMMENT ON FUNCTION lockstep.seal_input(job uuid, input jsonb) IS 'Puts an input in which what is sensitive was sealed in place of the one that was given, once for each job.';

CREATE FUNCTION lockstep.sensitive_fields(schema jsonb, path text) RETURNS text[]
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
begin
    if schema -> 'sensitive' = 'true' then
        return array[path];
    elsif schema ? 'oneOf' then
        return array(
            select distinct field
            from jsonb_array_elements(schema -> 'oneOf') as branch,
                unnest(lockstep.sensitive_fields(branch.value, path)) as field
            order by field);
    elsif schema ? 'properties' then
        return array(
            select field
            from jsonb_each(schema -> 'properties') as member,
                unnest(lockstep.sensitive_fields(
                    member.value, case when path = '' then member.key else path || '.' || member.key end)) as field
            order by field);
    elsif schema ? 'items' then
        return lockstep.sensitive_fields(schema -> 'items', path || '[]');
    end if;
    return '{}';
end
$$;

COMMENT ON FUNCTION lockstep.sensitive_fields(schema jsonb, path text) IS 'The sensitive members of what a schema describes, by their paths, such as recipient or payees[].name.';

CREATE FUNCTION lockstep.set_clock(mode text, at timestamp with time zone DEFAULT NULL::timestamp with time zone, auto boolean DEFAULT NULL::boolean) RETURNS void
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION lockstep.set_clock(mode text, at timestamp with time zone, auto boolean) IS 'Chooses the clock: real or virtual.';

CREATE FUNCTION lockstep.signal(job uuid, name text, payload jsonb DEFAULT '{}'::jsonb, key text DEFAULT NULL::text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $_$
declare
    state lockstep.job_state := lockstep.find_job(job);
    known text[];
begin
    if state.id is null then
        return 'unknown job';
    end if;
    perform lockstep.check_key(key);
    if key like '$%' then
        raise exception 'the key "%" begins with $', key
            using errcode = 'LK009', hint = 'Keys that begin with $ are Lockstep''s own.';
    end if;
    select w.signals into known
    from lockstep.workflow w
    where w.workflow = state.workflow and w.version = state.version;
    if name is null or not name = any (known) then
        raise exception '% takes no signal %', state.workflow, coalesce('"' || name || '"', 'null')
            using errcode = 'LK009', hint = case cardinality(known)
                when 0 then 'It takes none.'
                else 'It takes ' || array_to_string(known, ', ') || '.'
            end;
    end if;
    return lockstep.deliver(job, name, payload, key, lockstep.caller());
end
$_$;

COMMENT ON FUNCTION lockstep.signal(job uuid, name text, payload jsonb, key text) IS 'Tells a job something, once for each key; returns accepted, duplicate or unknown job.';

CREATE FUNCTION lockstep.stop_clock() RETURNS timestamp with time zone
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
declare
    current lockstep.clock := lockstep.virtual_clock();
begin
    update lockstep.clock c set target = null returning c.* into current;
    return current.virtual_now;
end
$$;

COMMENT ON FUNCTION lockstep.stop_clock() IS 'Takes back what move_clock asked for: the clock stays where it is.';

CREATE FUNCTION lockstep.stranded(at_most bigint DEFAULT NULL::bigint) RETURNS TABLE(workflow text, version integer, state text, jobs bigint, oldest timestamp with time zone, example uuid)
    LANGUAGE sql STABLE
    SET enable_seqscan TO 'off'
    SET enable_bitmapscan TO 'off'
    AS $$
    select l.workflow, l.version, rest.state, rest.jobs, rest.oldest, rest.example
    from lockstep.live_versions l
    cross join lateral (
        select few.state, count(*) as jobs, min(few.entered_at) as oldest, min(few.id::text)::uuid as example
        from (
            select s.id, s.state, s.entered_at
            from lockstep.job_state s
            where s.workflow = l.workflow and s.version = l.version and s.finished_at is null
            limit stranded.at_most
        ) few
        group by few.state
    ) rest
    where not l.runs
$$;

COMMENT ON FUNCTION lockstep.stranded(at_most bigint) IS 'Unfinished jobs that no living daemon can run, by flow, version and state, counted up to so many of each version.';

CREATE FUNCTION lockstep.type_in_words(json_type text) RETURNS text
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    RETURN CASE json_type WHEN 'string'::text THEN 'text'::text WHEN 'integer'::text THEN 'a whole number'::text WHEN 'number'::text THEN 'a number'::text WHEN 'boolean'::text THEN 'true or false'::text WHEN 'object'::text THEN 'an object'::text WHEN 'array'::text THEN 'a list'::text ELSE json_type END;

COMMENT ON FUNCTION lockstep.type_in_words(json_type text) IS 'A JSON type in words.';

CREATE FUNCTION lockstep.unquiet() RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    SET jit TO 'off'
    AS $_$
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
$_$;

COMMENT ON FUNCTION lockstep.unquiet() IS 'What is not quiet, in words; null if all is.';

CREATE FUNCTION lockstep.unschedule(name text) RETURNS text
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
begin
    delete from lockstep.schedule s where s.name = unschedule.name;
    return case when found then 'unscheduled' else 'unknown schedule' end;
end
$$;

COMMENT ON FUNCTION lockstep.unschedule(name text) IS 'Takes a recurring job away; what it has enqueued goes on.';

CREATE FUNCTION lockstep.violation(schema jsonb, value jsonb, path text DEFAULT ''::text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $_$
declare
    wanted text := schema ->> 'type';
    found_type text := jsonb_typeof(value);
    place text := case when path = '' then 'the input' else path end;
    prefix text := case when path = '' then '' else path || '.' end;
    content text;
    members jsonb;
    member text;
    content_schema jsonb;
    content_value jsonb;
    problem text;
    position int;
begin
    if value is null then
        return place || ' is missing';
    end if;
    if schema ? 'oneOf' then
        return lockstep.violation_of_branches(schema -> 'oneOf', value, path);
    end if;
    if wanted is not null and wanted <> found_type and not (wanted = 'integer' and found_type = 'number') then
        return place || ' must be ' || lockstep.type_in_words(wanted) || ', and is '
            || lockstep.type_in_words(found_type);
    end if;
    if schema ? 'enum' and not schema -> 'enum' @> value then
        return place || ' must be ' || case jsonb_array_length(schema -> 'enum') when 1 then '' else 'one of ' end
            || (select string_agg(allowed, ', ') from jsonb_array_elements_text(schema -> 'enum') as e (allowed));
    end if;
    case found_type
        when 'string' then
            content := value #>> '{}';
            if char_length(content) < (schema ->> 'minLength')::int then
                return place || ' must have at least ' || (schema ->> 'minLength') || ' characters, and has '
                    || char_length(content);
            elsif char_length(content) > (schema ->> 'maxLength')::int then
                return place || ' must have at most ' || (schema ->> 'maxLength') || ' characters, and has '
                    || char_length(content);
            elsif content !~ ('^(?:' || (schema ->> 'pattern') || ')$') then
                return place || ' does not have the form ' || (schema ->> 'pattern');
            end if;
        when 'number' then
            if wanted = 'integer' and (
                (value #>> '{}')::numeric % 1 <> 0 or abs((value #>> '{}')::numeric) > 9223372036854775807) then
                return place || ' must be a whole number of at most 64 bits';
            end if;
        when 'object' then
            members := schema -> 'properties';
            if schema ? 'required' then
                select r.name into member
                from jsonb_array_elements_text(schema -> 'required') as r (name)
                where not value ? r.name
                limit 1;
                if found then
                    return prefix || member || ' is missing';
                end if;
            end if;
            -- Most members are texts that are fine: they are told here, all in one statement. The others are looked at
            -- one by one.
            for member, content_schema, content_value in
                select m.key, members -> m.key, m.value
                from jsonb_each(value) m
                cross join lateral (select members -> m.key as schema, m.value #>> '{}' as content) as own
                where (jsonb_typeof(m.value) = 'string'
                    and own.schema ->> 'type' = 'string'
                    and (own.schema -> 'enum' @> m.value) is not false
                    and (char_length(own.content) >= (own.schema ->> 'minLength')::int) is not false
                    and (char_length(own.content) <= (own.schema ->> 'maxLength')::int) is not false
                    and (own.content ~ ('^(?:' || (own.schema ->> 'pattern') || ')$')) is not false) is not true
            loop
                if content_schema is null then
                    if schema -> 'additionalProperties' = 'false' then
                        return prefix || member || ' is not known; known are '
                            || coalesce((select string_agg(k, ', ') from jsonb_object_keys(members) as k), 'none');
                    end if;
                elsif content_value <> 'null' or coalesce(schema -> 'required' ? member, false) then
                    problem := lockstep.violation(content_schema, content_value, prefix || member);
                    if problem is not null then
                        return problem;
                    end if;
                end if;
            end loop;
        when 'array' then
            if schema ? 'items' then
                for position in 0..jsonb_array_length(value) - 1 loop
                    problem := lockstep.violation(schema -> 'items', value -> position, path || '[' || position || ']');
                    if problem is not null then
                        return problem;
                    end if;
                end loop;
            end if;
        else
            null;
    end case;
    return null;
end
$_$;

COMMENT ON FUNCTION lockstep.violation(schema jsonb, value jsonb, path text) IS 'What is wrong with a value by a schema, in words that name the place; null if nothing is.';

CREATE FUNCTION lockstep.violation_of_branches(branches jsonb, value jsonb, path text) RETURNS text
    LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE
    AS $$
declare
    branch jsonb;
    tag text;
    tag_of_branch text;
    agrees boolean;
    allowed text[] := '{}';
begin
    for branch in select jsonb_array_elements(branches) loop
        agrees := null;
        for tag_of_branch in
            select p.key from jsonb_each(branch -> 'properties') as p where jsonb_array_length(p.value -> 'enum') = 1
        loop
            tag := coalesce(tag, tag_of_branch);
            agrees := coalesce(agrees, true)
                and coalesce(value -> tag_of_branch = branch #> array['properties', tag_of_branch, 'enum', '0'], false);
            if tag_of_branch = tag then
                allowed := allowed || (branch #>> array['properties', tag, 'enum', '0']);
            end if;
        end loop;
        if agrees then
            return lockstep.violation(branch, value, path);
        elsif agrees is null and lockstep.violation(branch, value, path) is null then
            return null;
        end if;
    end loop;
    if tag is null then
        return case when path = '' then 'the input' else path end || ' has none of the allowed forms';
    elsif jsonb_typeof(value) <> 'object' then
        return case when path = '' then 'the input' else path end || ' must be an object, and is '
            || lockstep.type_in_words(jsonb_typeof(value));
    end if;
    return case when path = '' then '' else path || '.' end || tag
        || case when value ? tag then ' must be one of ' else ' is missing; it must be one of ' end
        || array_to_string(allowed, ', ');
end
$$;

COMMENT ON FUNCTION lockstep.violation_of_branches(branches jsonb, value jsonb, path text) IS 'What is wrong with a value by every one of several schemas, told apart by a member with one allowed value.';

CREATE TABLE lockstep.clock (
    only_row boolean DEFAULT true NOT NULL,
    mode text DEFAULT 'real'::text NOT NULL,
    virtual_now timestamp with time zone,
    target timestamp with time zone,
    auto boolean DEFAULT false NOT NULL,
    CONSTRAINT clock_has_one_row CHECK (only_row),
    CONSTRAINT clock_mode_is_known CHECK ((mode = ANY (ARRAY['real'::text, 'virtual'::text]))),
    CONSTRAINT clock_target_is_ahead CHECK (((target IS NULL) OR (target > virtual_now))),
    CONSTRAINT clock_virtual_has_an_instant CHECK (((mode = 'virtual'::text) = (virtual_now IS NOT NULL)))
);

COMMENT ON TABLE lockstep.clock IS 'One row: what lockstep.now() answers.';

COMMENT ON COLUMN lockstep.clock.only_row IS 'Always true: there is one row.';

COMMENT ON COLUMN lockstep.clock.mode IS 'real: the server''s clock; virtual: virtual_now, which tests move.';

COMMENT ON COLUMN lockstep.clock.virtual_now IS 'The instant, while the mode is virtual.';

COMMENT ON COLUMN lockstep.clock.target IS 'How far move_clock asked to go; daemons and await_quiet walk there.';

COMMENT ON COLUMN lockstep.clock.auto IS 'Whether a daemon that finds everything quiet jumps to the next due instant by itself.';

CREATE FUNCTION lockstep.virtual_clock() RETURNS lockstep.clock
    LANGUAGE plpgsql SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION lockstep.virtual_clock() IS 'The clock''s row; raises LK004 where it is real.';

CREATE FUNCTION lockstep.why(job uuid) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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
        answer := lockstep.why_watched(state);
        return format('It ended as %s %s ago, at %s, in %s%s%s%s.', state.status,
            lockstep.in_words(moment - state.finished_at), lockstep.in_words(state.finished_at),
            coalesce(state.state, 'no state'),
            -- What went wrong while it was looked at is not how it ended.
            coalesce(': ' || coalesce(
                case when answer is null then state.last_error end, state.output ->> 'reason'), ''),
            coalesce('; funds: ' || (state.output ->> 'funds'), ''), coalesce('; ' || answer, ''));
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
    -- What a person has to do comes first, in the flow's words.
    answer := coalesce(state.output ->> 'reason' || '; ', '') || answer;
    return format('%s: %s%s.', place, answer, case
        when state.deadline_at is null then ', without a deadline'
        when state.deadline_at <= moment then format('; %s is due now', coalesce(state.deadline_event, 'its deadline'))
        else format('; in %s, at %s, %s', lockstep.in_words(state.deadline_at - moment),
            lockstep.in_words(state.deadline_at), coalesce(state.deadline_event, 'it ends'))
    end);
end
$$;

COMMENT ON FUNCTION lockstep.why(job uuid) IS 'Says what a job waits for, since when, until when, and what happens then.';

CREATE FUNCTION lockstep.why_held(state lockstep.job_state) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
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

COMMENT ON FUNCTION lockstep.why_held(state lockstep.job_state) IS 'Why a job that waits for an account waits.';

CREATE FUNCTION lockstep.why_running(state lockstep.job_state) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
declare
    moment timestamptz := lockstep.now();
    owner record;
    doing text := coalesce(state.plan, 'start');
begin
    if state.leased_by is null then
        return null;
    end if;
    select n.name, clock_timestamp() - n.seen_at as unseen into owner from lockstep.node n where n.id = state.leased_by;
    if state.attempt > 0 and state.attempt_status = 'started' then
        doing := format('%s, attempt %s, for %s', doing, state.attempt,
            lockstep.in_words(moment - state.attempt_at));
    end if;
    if state.due_at <= moment then
        return format('the daemon that owned it (%s) vanished during: %s. Another one takes it over now',
            coalesce(owner.name, state.leased_by::text), doing);
    elsif owner.unseen <= interval '5 seconds' then
        return format('%s is at work on it: %s', owner.name, doing);
    end if;
    return format('the daemon that owns it (%s) does not answer, during: %s. Another one takes it over in %s, at %s',
        coalesce(owner.name, state.leased_by::text), doing, lockstep.in_words(state.due_at - moment),
        lockstep.in_words(state.due_at));
end
$$;

COMMENT ON FUNCTION lockstep.why_running(state lockstep.job_state) IS 'Who owns the job, and what it does; null if nobody does.';

CREATE FUNCTION lockstep.why_unclaimed(state lockstep.job_state) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
declare
    held lockstep.pause;
begin
    select p.* into held
    from lockstep.pause p
    where (p.kind, p.name) in (('workflow', state.workflow), ('tenant', state.tenant))
    order by p.since
    limit 1;
    if found then
        return format('the %s %s was paused %s ago by %s%s', held.kind, held.name,
            lockstep.in_words(lockstep.now() - held.since), held.paused_by, coalesce(': ' || held.reason, ''));
    elsif not exists (
        select from lockstep.known_versions k where k.workflow = state.workflow and k.version = state.version)
    then
        return format('no living daemon knows %s version %s', state.workflow, state.version);
    end if;
    return null;
end
$$;

COMMENT ON FUNCTION lockstep.why_unclaimed(state lockstep.job_state) IS 'What stands in the way of whoever would claim the job; null if nothing does.';

CREATE FUNCTION lockstep.why_waiting(state lockstep.job_state) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
declare
    moment timestamptz := lockstep.now();
    verb text := split_part(state.plan, ' ', 1);
    activity text := substr(state.plan, strpos(state.plan, ' ') + 1);
    soon text := case when state.due_at > moment then 'in ' || lockstep.in_words(state.due_at - moment) else 'now' end;
    awaited text[] := lockstep.awaited_signals(state);
    answer text;
    child record;
begin
    if state.attempt_status is not null then
        answer := format('it is not known whether %s happened (attempt %s, %s ago)%s; it is looked up %s', activity,
            state.attempt, lockstep.in_words(moment - state.attempt_at), coalesce(': ' || state.last_error, ''), soon);
    elsif verb = 'perform' and state.attempt > 0 then
        answer := format('%s did not succeed (attempt %s)%s; the next attempt is %s', activity, state.attempt,
            coalesce(': ' || state.last_error, ''), soon);
    elsif verb = 'perform' then
        answer := format('%s is done %s', activity, soon);
    elsif verb = 'poll' then
        answer := format('it reads %s again and again until there is news, next %s%s', activity, soon,
            case when state.attempt > 0 then coalesce('; last time: ' || state.last_error, '') else '' end);
    elsif verb = 'run' then
        select j.id, s.status into child
        from lockstep.job j
        join lockstep.job_state s on s.id = j.id and s.bucket = j.bucket
        where j.parent_id = state.id and j.bucket = state.bucket and j.parent_seq = state.entered_seq
        limit 1;
        answer := format('it waits for the end of its child %s%s', activity,
            coalesce(format(' (job %s, %s)', child.id, child.status), ''));
    else
        if awaited is null then
            select w.signals into awaited
            from lockstep.workflow w
            where w.workflow = state.workflow and w.version = state.version;
        end if;
        answer := 'it waits for a signal' || case
            when cardinality(awaited) > 0 then ' (' || array_to_string(awaited, ', ') || ')'
            else ''
        end;
    end if;
    -- Whoever is told may end any wait; that the job may be cancelled is nothing that it waits for.
    awaited := array_remove(awaited, 'cancel');
    if verb in ('poll', 'run') and cardinality(awaited) > 0 then
        answer := answer || '; the app''s signal ' || array_to_string(awaited, ' or ') || ' would bring it on';
    end if;
    if state.overdue_at <= moment then
        answer := answer || format('; overdue for %s, on the desk of %s', lockstep.in_words(moment - state.overdue_at),
            coalesce(state.desk, 'nobody'));
    end if;
    return answer;
end
$$;

COMMENT ON FUNCTION lockstep.why_waiting(state lockstep.job_state) IS 'What the plan of a waiting job waits for.';

CREATE FUNCTION lockstep.why_watched(state lockstep.job_state) RETURNS text
    LANGUAGE plpgsql STABLE SECURITY DEFINER
    SET search_path TO 'pg_catalog', 'lockstep', 'pg_temp'
    AS $$
declare
    moment timestamptz := lockstep.now();
    failure text := coalesce('; last time: ' || state.last_error, '');
begin
    if state.finished_at is null or coalesce(state.plan, '') not like 'watch %' then
        return null;
    elsif state.due_at is null then
        return format('it was looked at until %s, and not undone by then', lockstep.in_words(state.deadline_at));
    elsif state.leased_by is not null and state.due_at > moment then
        return 'it is just being looked at, in case it is undone' || failure;
    end if;
    return format('it is looked at again %s, until %s, in case it is undone%s%s', case
            when state.due_at > moment
                then format('in %s, at %s', lockstep.in_words(state.due_at - moment), lockstep.in_words(state.due_at))
            else 'now'
        end, lockstep.in_words(state.deadline_at), failure,
        coalesce('; but nobody can: ' || lockstep.why_unclaimed(state), ''));
end
$$;

COMMENT ON FUNCTION lockstep.why_watched(state lockstep.job_state) IS 'What is still done about a job that is over, in words; null if nothing is.';

CREATE TABLE lockstep.account (
    provider text NOT NULL,
    name text NOT NULL,
    breaker text DEFAULT 'closed'::text NOT NULL,
    breaker_since timestamp with time zone,
    failures integer DEFAULT 0 NOT NULL,
    last_error text,
    rest interval,
    probe_at timestamp with time zone,
    probing_by uuid,
    held_until timestamp with time zone,
    held_reason text,
    published_at timestamp with time zone,
    version bigint DEFAULT 0 NOT NULL,
    concurrency integer,
    rate integer,
    burst integer,
    tokens double precision,
    tokens_at timestamp with time zone,
    CONSTRAINT account_breaker_is_known CHECK ((breaker = ANY (ARRAY['closed'::text, 'open'::text, 'probing'::text]))),
    CONSTRAINT account_limits_are_positive CHECK (((concurrency > 0) AND (rate > 0) AND (burst > 0))),
    CONSTRAINT account_names_are_plain CHECK (((provider <> ''::text) AND (name <> ''::text) AND (strpos(provider, '/'::text) = 0))),
    CONSTRAINT account_open_has_probe CHECK (((breaker = 'closed'::text) = (probe_at IS NULL))),
    CONSTRAINT account_probing_has_node CHECK (((breaker = 'probing'::text) = (probing_by IS NOT NULL))),
    CONSTRAINT account_rate_has_tokens CHECK ((((rate IS NULL) = (burst IS NULL)) AND ((rate IS NULL) = (tokens IS NULL)) AND ((rate IS NULL) = (tokens_at IS NULL))))
)
WITH (fillfactor='50');

COMMENT ON TABLE lockstep.account IS 'What daemons share about the accounts at providers: a row for each.';

COMMENT ON COLUMN lockstep.account.provider IS 'The provider, such as dfns.';

COMMENT ON COLUMN lockstep.account.name IS 'The account''s name in the configuration.';

COMMENT ON COLUMN lockstep.account.breaker IS 'closed: calls go through; open: none does; probing: one daemon tries the account with one call.';

COMMENT ON COLUMN lockstep.account.breaker_since IS 'Since when the breaker is closed, or not closed; null: always.';

COMMENT ON COLUMN lockstep.account.failures IS 'How many calls had failed in a row when it opened, and probes since.';

COMMENT ON COLUMN lockstep.account.last_error IS 'The last failure that opened it, or kept it open.';

COMMENT ON COLUMN lockstep.account.rest IS 'How long it rests before the next probe: twice as long after each in vain.';

COMMENT ON COLUMN lockstep.account.probe_at IS 'When a daemon may try it; while one does, when another may, should the first have vanished.';

COMMENT ON COLUMN lockstep.account.probing_by IS 'The daemon that tries it.';

COMMENT ON COLUMN lockstep.account.held_until IS 'Until when the provider asked to be left alone (Retry-After).';

COMMENT ON COLUMN lockstep.account.held_reason IS 'With which words.';

COMMENT ON COLUMN lockstep.account.published_at IS 'When a daemon said last that this account is configured.';

COMMENT ON COLUMN lockstep.account.version IS 'One more with each change, so that daemons know the newer reading.';

COMMENT ON COLUMN lockstep.account.concurrency IS 'The most calls at once, of all daemons together; null: any number.';

COMMENT ON COLUMN lockstep.account.rate IS 'The most calls per second, of all daemons together; null: no limit.';

COMMENT ON COLUMN lockstep.account.burst IS 'The most calls at once after a time without any.';

COMMENT ON COLUMN lockstep.account.tokens IS 'How many calls could be made at tokens_at; `rate` more each second.';

COMMENT ON COLUMN lockstep.account.tokens_at IS 'When they were counted.';

CREATE TABLE lockstep.node (
    id uuid NOT NULL,
    name text NOT NULL,
    build text NOT NULL,
    workflows text[] NOT NULL,
    versions integer[] NOT NULL,
    started_at timestamp with time zone NOT NULL,
    seen_at timestamp with time zone NOT NULL,
    buckets integer,
    draining boolean DEFAULT false NOT NULL,
    CONSTRAINT node_knows_pairs CHECK ((cardinality(workflows) = cardinality(versions)))
)
WITH (fillfactor='50');

COMMENT ON TABLE lockstep.node IS 'The daemons, each alive while it was seen in the last five seconds (of real time).';

COMMENT ON COLUMN lockstep.node.id IS 'Drawn at random when the process starts.';

COMMENT ON COLUMN lockstep.node.name IS 'Host and process, for people.';

COMMENT ON COLUMN lockstep.node.build IS 'The build it runs.';

COMMENT ON COLUMN lockstep.node.workflows IS 'The flows that it knows, each with the version at the same place in versions.';

COMMENT ON COLUMN lockstep.node.versions IS 'Their versions.';

COMMENT ON COLUMN lockstep.node.started_at IS 'When it started, by the server''s own clock.';

COMMENT ON COLUMN lockstep.node.seen_at IS 'Its last heartbeat, by the server''s own clock.';

COMMENT ON COLUMN lockstep.node.buckets IS 'From how many buckets it claims; null: a build that does not say.';

COMMENT ON COLUMN lockstep.node.draining IS 'Whether it takes no new jobs, since it is about to stop.';

CREATE TABLE lockstep.pause (
    kind text NOT NULL,
    name text NOT NULL,
    since timestamp with time zone NOT NULL,
    paused_by text NOT NULL,
    reason text,
    CONSTRAINT pause_kind_is_known CHECK ((kind = ANY (ARRAY['workflow'::text, 'tenant'::text, 'provider'::text, 'account'::text])))
);

COMMENT ON TABLE lockstep.pause IS 'What operators paused: jobs of paused workflows and tenants are not claimed, calls to paused accounts not made.';

COMMENT ON COLUMN lockstep.pause.kind IS 'workflow, tenant, provider or account.';

COMMENT ON COLUMN lockstep.pause.name IS 'Which one; accounts as provider/name.';

COMMENT ON COLUMN lockstep.pause.since IS 'Since when.';

COMMENT ON COLUMN lockstep.pause.paused_by IS 'Who paused it.';

COMMENT ON COLUMN lockstep.pause.reason IS 'Why.';

CREATE VIEW lockstep.accounts AS
 SELECT a.provider,
    a.name AS account,
        CASE
            WHEN (pause.since IS NOT NULL) THEN 'paused'::text
            WHEN (a.held_until > moment.now) THEN 'held'::text
            WHEN (a.breaker = 'open'::text) THEN 'failing'::text
            WHEN (a.breaker = 'probing'::text) THEN 'probing'::text
            ELSE 'free'::text
        END AS status,
    COALESCE(pause.since, a.breaker_since) AS since,
        CASE
            WHEN (pause.since IS NOT NULL) THEN NULL::timestamp with time zone
            WHEN (a.held_until > moment.now) THEN a.held_until
            ELSE a.probe_at
        END AS until,
    lockstep.account_trouble(a.provider, a.name) AS trouble,
    a.breaker,
    a.failures,
    a.last_error,
    a.probe_at,
    n.name AS probing_by,
    a.held_until,
    pause.since AS paused_since,
    pause.paused_by,
    pause.reason AS pause_reason,
    ( SELECT count(*) AS count
           FROM lockstep.job_state s
          WHERE (s.held_by = ((a.provider || '/'::text) || a.name))) AS held_jobs,
    a.published_at,
    a.concurrency,
    a.rate,
    a.burst
   FROM (((( SELECT lockstep.now() AS now) moment
     CROSS JOIN lockstep.account a)
     LEFT JOIN lockstep.node n ON ((n.id = a.probing_by)))
     LEFT JOIN LATERAL ( SELECT p.since,
            p.paused_by,
            p.reason
           FROM lockstep.pause p
          WHERE (((p.kind = 'provider'::text) AND (p.name = a.provider)) OR ((p.kind = 'account'::text) AND (p.name = ((a.provider || '/'::text) || a.name))))
          ORDER BY p.since
         LIMIT 1) pause ON (true));

COMMENT ON VIEW lockstep.accounts IS 'The accounts at providers: whether calls go through, and if not, why not.';

COMMENT ON COLUMN lockstep.accounts.provider IS 'The provider.';

COMMENT ON COLUMN lockstep.accounts.account IS 'The account''s name in the configuration.';

COMMENT ON COLUMN lockstep.accounts.status IS 'free, paused (by an operator), held (the provider asked to be left alone), failing (breaker is open), probing.';

COMMENT ON COLUMN lockstep.accounts.since IS 'Since when it is paused, or its breaker open or closed.';

COMMENT ON COLUMN lockstep.accounts.until IS 'When it is called or tried again; null: free, or until an operator acts.';

COMMENT ON COLUMN lockstep.accounts.trouble IS 'Why no calls go through, in words; null: they do.';

COMMENT ON COLUMN lockstep.accounts.breaker IS 'closed, open or probing.';

COMMENT ON COLUMN lockstep.accounts.failures IS 'How many failures opened it or kept it open; 0: closed.';

COMMENT ON COLUMN lockstep.accounts.last_error IS 'The last of these failures; kept when it closes.';

COMMENT ON COLUMN lockstep.accounts.probe_at IS 'When it is tried next.';

COMMENT ON COLUMN lockstep.accounts.probing_by IS 'The daemon that tries it now.';

COMMENT ON COLUMN lockstep.accounts.held_until IS 'Until when the provider last asked to be left alone.';

COMMENT ON COLUMN lockstep.accounts.paused_since IS 'When an operator paused it or its provider.';

COMMENT ON COLUMN lockstep.accounts.paused_by IS 'Who did.';

COMMENT ON COLUMN lockstep.accounts.pause_reason IS 'Why.';

COMMENT ON COLUMN lockstep.accounts.held_jobs IS 'How many jobs wait for it.';

COMMENT ON COLUMN lockstep.accounts.published_at IS 'When a daemon said last that it is configured.';

COMMENT ON COLUMN lockstep.accounts.concurrency IS 'The most calls at once, of all daemons together; null: no limit.';

COMMENT ON COLUMN lockstep.accounts.rate IS 'The most calls per second, of all daemons together; null: no limit.';

COMMENT ON COLUMN lockstep.accounts.burst IS 'The most calls at once after a time without any.';

CREATE TABLE lockstep.attempt (
    bucket smallint NOT NULL,
    job_id uuid NOT NULL,
    seq integer NOT NULL,
    attempt integer NOT NULL,
    activity text NOT NULL,
    key text,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone NOT NULL,
    outcome text NOT NULL,
    error text,
    CONSTRAINT attempt_outcome_is_known CHECK ((outcome = ANY (ARRAY['not_applied'::text, 'unknown'::text, 'nothing'::text, 'crashed'::text])))
)
PARTITION BY RANGE (finished_at);

COMMENT ON TABLE lockstep.attempt IS 'Attempts that did not end in a transition, in monthly partitions. Append-only. The others stand in the history.';

COMMENT ON COLUMN lockstep.attempt.bucket IS 'The job''s bucket.';

COMMENT ON COLUMN lockstep.attempt.job_id IS 'The job.';

COMMENT ON COLUMN lockstep.attempt.seq IS 'Number of transitions that the job had made when it tried.';

COMMENT ON COLUMN lockstep.attempt.attempt IS 'Number of the attempt in its state.';

COMMENT ON COLUMN lockstep.attempt.activity IS 'What was tried.';

COMMENT ON COLUMN lockstep.attempt.key IS 'The idempotency key that the provider was given; null for reads.';

COMMENT ON COLUMN lockstep.attempt.started_at IS 'When it started.';

COMMENT ON COLUMN lockstep.attempt.finished_at IS 'When its outcome was known, or given up.';

COMMENT ON COLUMN lockstep.attempt.outcome IS 'not_applied: nothing happened; unknown: it may have; nothing: a read without news; crashed: its owner vanished.';

COMMENT ON COLUMN lockstep.attempt.error IS 'What went wrong, without secrets.';

CREATE TABLE lockstep.attempt_default (
    bucket smallint NOT NULL,
    job_id uuid NOT NULL,
    seq integer NOT NULL,
    attempt integer NOT NULL,
    activity text NOT NULL,
    key text,
    started_at timestamp with time zone NOT NULL,
    finished_at timestamp with time zone NOT NULL,
    outcome text NOT NULL,
    error text,
    CONSTRAINT attempt_outcome_is_known CHECK ((outcome = ANY (ARRAY['not_applied'::text, 'unknown'::text, 'nothing'::text, 'crashed'::text])))
);

COMMENT ON TABLE lockstep.attempt_default IS 'Attempts outside every month that has a partition.';

CREATE VIEW lockstep.known_versions AS
 SELECT DISTINCT k.workflow,
    k.version
   FROM (lockstep.node n
     CROSS JOIN LATERAL UNNEST(n.workflows, n.versions) k(workflow, version))
  WHERE (n.seen_at > (clock_timestamp() - '00:00:05'::interval));

COMMENT ON VIEW lockstep.known_versions IS 'The flows and versions that a living daemon can run.';

COMMENT ON COLUMN lockstep.known_versions.workflow IS 'The flow.';

COMMENT ON COLUMN lockstep.known_versions.version IS 'The version.';

CREATE TABLE lockstep.settings (
    only_row boolean DEFAULT true NOT NULL,
    buckets integer DEFAULT 1 NOT NULL,
    CONSTRAINT settings_buckets_fit_an_id CHECK (((buckets >= 1) AND (buckets <= 4096))),
    CONSTRAINT settings_has_one_row CHECK (only_row)
);

COMMENT ON TABLE lockstep.settings IS 'One row: what was chosen when the schema was created, and is kept for ever.';

COMMENT ON COLUMN lockstep.settings.only_row IS 'Always true: there is one row.';

COMMENT ON COLUMN lockstep.settings.buckets IS 'Number of buckets, 1 to 4096. It never changes: ids and keys depend on it.';

CREATE VIEW lockstep.first_due AS
 SELECT first.id,
    first.due_at,
    first.leased_by
   FROM (((lockstep.settings c
     CROSS JOIN LATERAL generate_series(0, (c.buckets - 1)) b(bucket))
     CROSS JOIN generate_series(1, 4) level(priority))
     CROSS JOIN LATERAL ( SELECT s.id,
            s.due_at,
            s.leased_by
           FROM lockstep.job_state s
          WHERE ((s.bucket = (b.bucket)::smallint) AND (s.priority = level.priority) AND (s.due_at IS NOT NULL) AND ((NOT (EXISTS ( SELECT
                   FROM lockstep.known_versions))) OR ((s.workflow, s.version) IN ( SELECT k.workflow,
                    k.version
                   FROM lockstep.known_versions k))) AND ((s.workflow IN ( SELECT p.name
                   FROM lockstep.pause p
                  WHERE (p.kind = 'workflow'::text))) IS NOT TRUE) AND ((s.tenant IN ( SELECT p.name
                   FROM lockstep.pause p
                  WHERE (p.kind = 'tenant'::text))) IS NOT TRUE))
          ORDER BY s.due_at
         LIMIT 1) first);

COMMENT ON VIEW lockstep.first_due IS 'The jobs that come first, of each bucket and priority, that a living daemon could claim.';

COMMENT ON COLUMN lockstep.first_due.id IS 'The job.';

COMMENT ON COLUMN lockstep.first_due.due_at IS 'When it is due; while leased, the end of the lease.';

COMMENT ON COLUMN lockstep.first_due.leased_by IS 'The daemon that owns it.';

CREATE TABLE lockstep.history_entry (
    bucket smallint NOT NULL,
    job_id uuid NOT NULL,
    seq integer NOT NULL,
    at timestamp with time zone NOT NULL,
    from_state text,
    event text NOT NULL,
    to_state text,
    actor text NOT NULL,
    attempt integer,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL
)
PARTITION BY RANGE (at);

COMMENT ON TABLE lockstep.history_entry IS 'Every transition of every job, in monthly partitions. Append-only: no role may update, delete or truncate.';

COMMENT ON COLUMN lockstep.history_entry.bucket IS 'The job''s bucket.';

COMMENT ON COLUMN lockstep.history_entry.job_id IS 'The job.';

COMMENT ON COLUMN lockstep.history_entry.seq IS 'Number of the transition, from 1 on, without gaps.';

COMMENT ON COLUMN lockstep.history_entry.at IS 'When it was decided.';

COMMENT ON COLUMN lockstep.history_entry.from_state IS 'The state before; null at the start.';

COMMENT ON COLUMN lockstep.history_entry.event IS 'What became known.';

COMMENT ON COLUMN lockstep.history_entry.to_state IS 'The state after; null where the job could not be started.';

COMMENT ON COLUMN lockstep.history_entry.actor IS 'Who brought the event: engine, a role, webhook, or another job.';

COMMENT ON COLUMN lockstep.history_entry.attempt IS 'The attempt that brought it, where an activity did.';

COMMENT ON COLUMN lockstep.history_entry.detail IS 'What else is known: the event''s facts without secrets, and activity, key and started_at of the attempt.';

CREATE TABLE lockstep.job (
    bucket smallint NOT NULL,
    id uuid NOT NULL,
    tenant text NOT NULL,
    workflow text NOT NULL,
    version integer NOT NULL,
    key text,
    input jsonb NOT NULL,
    tags text[] DEFAULT '{}'::text[] NOT NULL,
    run_at timestamp with time zone,
    enqueued_at timestamp with time zone NOT NULL,
    enqueued_by text NOT NULL,
    parent_id uuid,
    parent_seq integer,
    input_digest bytea,
    CONSTRAINT job_child_has_both CHECK (((parent_id IS NULL) = (parent_seq IS NULL)))
)
WITH (autovacuum_vacuum_insert_scale_factor='0.1', autovacuum_analyze_scale_factor='0.05');

COMMENT ON TABLE lockstep.job IS 'What was asked: one row for each job, written by enqueue. Updated once at most, when its input is sealed.';

COMMENT ON COLUMN lockstep.job.bucket IS 'The job''s bucket, as its id has it.';

COMMENT ON COLUMN lockstep.job.id IS 'UUID of version 7: milliseconds, then the bucket in twelve bits, then chance.';

COMMENT ON COLUMN lockstep.job.tenant IS 'On whose behalf; default unless the app says otherwise.';

COMMENT ON COLUMN lockstep.job.workflow IS 'Which flow, such as dfns_payout.';

COMMENT ON COLUMN lockstep.job.version IS 'The flow''s version when the job was enqueued.';

COMMENT ON COLUMN lockstep.job.key IS 'The app''s own name for the job: once for each tenant and workflow.';

COMMENT ON COLUMN lockstep.job.input IS 'What was asked, checked against the flow''s input schema; sensitive fields are sealed when the job starts.';

COMMENT ON COLUMN lockstep.job.tags IS 'Free words for whoever searches.';

COMMENT ON COLUMN lockstep.job.run_at IS 'Not before this instant; null: at once.';

COMMENT ON COLUMN lockstep.job.enqueued_at IS 'When it was enqueued.';

COMMENT ON COLUMN lockstep.job.enqueued_by IS 'The database role that enqueued it, or job:<id> for a child.';

COMMENT ON COLUMN lockstep.job.parent_id IS 'The job that runs this one as its child, and is told of its ending.';

COMMENT ON COLUMN lockstep.job.parent_seq IS 'The parent''s transition that started this child.';

COMMENT ON COLUMN lockstep.job.input_digest IS 'The digest of the input as it was given; null: that stands there still. See input_digest().';

CREATE VIEW lockstep.history WITH (security_barrier='true') AS
 SELECT h.job_id,
    h.seq,
    h.at,
    h.from_state,
    h.event,
    h.to_state,
    h.actor,
    h.attempt,
    h.detail
   FROM lockstep.history_entry h
  WHERE (( SELECT lockstep.acts_for_all() AS acts_for_all) OR (EXISTS ( SELECT
           FROM lockstep.job j
          WHERE ((j.id = h.job_id) AND (j.bucket = h.bucket) AND (j.tenant = ANY (( SELECT lockstep.own_tenants() AS own_tenants)::text[]))))));

COMMENT ON VIEW lockstep.history IS 'Every transition of every job: … where job_id = … order by seq.';

COMMENT ON COLUMN lockstep.history.job_id IS 'The job.';

COMMENT ON COLUMN lockstep.history.seq IS 'Number of the transition, from 1 on.';

COMMENT ON COLUMN lockstep.history.at IS 'When it was decided.';

COMMENT ON COLUMN lockstep.history.from_state IS 'The state before; null at the start.';

COMMENT ON COLUMN lockstep.history.event IS 'What became known.';

COMMENT ON COLUMN lockstep.history.to_state IS 'The state after.';

COMMENT ON COLUMN lockstep.history.actor IS 'Who brought the event.';

COMMENT ON COLUMN lockstep.history.attempt IS 'The attempt that brought it, where an activity did.';

COMMENT ON COLUMN lockstep.history.detail IS 'What else is known of it.';

CREATE TABLE lockstep.history_entry_default (
    bucket smallint NOT NULL,
    job_id uuid NOT NULL,
    seq integer NOT NULL,
    at timestamp with time zone NOT NULL,
    from_state text,
    event text NOT NULL,
    to_state text,
    actor text NOT NULL,
    attempt integer,
    detail jsonb DEFAULT '{}'::jsonb NOT NULL
);

COMMENT ON TABLE lockstep.history_entry_default IS 'Entries outside every month that has a partition, such as those of a virtual clock.';

CREATE VIEW lockstep.job_status WITH (security_barrier='true') AS
 SELECT s.id,
    j.key,
    s.tenant,
    s.workflow,
    s.version,
    s.state,
        CASE
            WHEN ((s.leased_by IS NOT NULL) AND (s.due_at > moment.now) AND (s.finished_at IS NULL)) THEN 'running'::text
            ELSE s.status
        END AS status,
    s.plan,
    s.entered_at AS since,
        CASE
            WHEN ((s.leased_by IS NULL) OR (s.due_at <= moment.now)) THEN s.due_at
            ELSE NULL::timestamp with time zone
        END AS due,
    s.deadline_at AS deadline,
    s.deadline_event,
    ((s.finished_at IS NULL) AND COALESCE((s.overdue_at <= moment.now), false)) AS overdue,
    s.desk,
    s.attempt,
    s.last_error,
        CASE
            WHEN (s.finished_at IS NOT NULL) THEN s.status
            ELSE NULL::text
        END AS outcome,
    s.output,
    s.seq,
    (s.priority)::integer AS priority,
    j.tags,
    j.parent_id AS parent,
    j.enqueued_at,
    j.enqueued_by,
    s.finished_at,
    s.held_by
   FROM ((( SELECT lockstep.now() AS now) moment
     CROSS JOIN lockstep.job_state s)
     JOIN lockstep.job j ON (((j.id = s.id) AND (j.bucket = s.bucket))))
  WHERE (( SELECT lockstep.acts_for_all() AS acts_for_all) OR (s.tenant = ANY (( SELECT lockstep.own_tenants() AS own_tenants)::text[])));

COMMENT ON VIEW lockstep.job_status IS 'Where each job is now: one row for each.';

COMMENT ON COLUMN lockstep.job_status.id IS 'The job''s id, as enqueue returned it.';

COMMENT ON COLUMN lockstep.job_status.key IS 'The app''s own name for it.';

COMMENT ON COLUMN lockstep.job_status.tenant IS 'On whose behalf.';

COMMENT ON COLUMN lockstep.job_status.workflow IS 'Which flow.';

COMMENT ON COLUMN lockstep.job_status.version IS 'Which version of it.';

COMMENT ON COLUMN lockstep.job_status.state IS 'Where the flow rests; null before the start.';

COMMENT ON COLUMN lockstep.job_status.status IS 'queued, running, waiting, parked (needs a person) or paused; in the end, the outcome.';

COMMENT ON COLUMN lockstep.job_status.plan IS 'What is done in this state.';

COMMENT ON COLUMN lockstep.job_status.since IS 'Since when it rests in this state.';

COMMENT ON COLUMN lockstep.job_status.due IS 'When it is looked at next; null: while it runs, and when only a signal moves it.';

COMMENT ON COLUMN lockstep.job_status.deadline IS 'When waiting here ends by itself; null: never.';

COMMENT ON COLUMN lockstep.job_status.deadline_event IS 'The event that the deadline then is.';

COMMENT ON COLUMN lockstep.job_status.overdue IS 'Whether it rests here for longer than is usual.';

COMMENT ON COLUMN lockstep.job_status.desk IS 'Who looks at it then.';

COMMENT ON COLUMN lockstep.job_status.attempt IS 'Number of the last attempt in this state.';

COMMENT ON COLUMN lockstep.job_status.last_error IS 'What went wrong last; why a parked job is parked.';

COMMENT ON COLUMN lockstep.job_status.outcome IS 'How it ended; null until then.';

COMMENT ON COLUMN lockstep.job_status.output IS 'What the app may show its customer: a link, instructions, a quote to accept.';

COMMENT ON COLUMN lockstep.job_status.seq IS 'Number of transitions so far.';

COMMENT ON COLUMN lockstep.job_status.priority IS '1 first, 4 last.';

COMMENT ON COLUMN lockstep.job_status.tags IS 'Free words for whoever searches.';

COMMENT ON COLUMN lockstep.job_status.parent IS 'The job that runs this one as its child.';

COMMENT ON COLUMN lockstep.job_status.enqueued_at IS 'When it was enqueued.';

COMMENT ON COLUMN lockstep.job_status.enqueued_by IS 'By which role, or by which job.';

COMMENT ON COLUMN lockstep.job_status.finished_at IS 'When it ended; null until then.';

COMMENT ON COLUMN lockstep.job_status.held_by IS 'The account that takes no calls for now, and that it waits for; null: it waits for none.';

CREATE TABLE lockstep.workflow (
    workflow text NOT NULL,
    version integer NOT NULL,
    input_schema jsonb NOT NULL,
    signals text[] DEFAULT '{}'::text[] NOT NULL,
    states jsonb DEFAULT '[]'::jsonb NOT NULL,
    diagram text,
    published_at timestamp with time zone NOT NULL,
    takes_new_jobs boolean DEFAULT false NOT NULL,
    accepts jsonpath GENERATED ALWAYS AS (lockstep.accepting_path(input_schema)) STORED,
    members text[] GENERATED ALWAYS AS (lockstep.closed_members(input_schema)) STORED,
    sensitive text[] GENERATED ALWAYS AS (lockstep.sensitive_fields(input_schema, ''::text)) STORED,
    CONSTRAINT workflow_name_is_plain CHECK ((workflow ~ '^[a-z][a-z0-9_]{0,62}$'::text)),
    CONSTRAINT workflow_version_is_positive CHECK ((version > 0))
)
WITH (toast_tuple_target='8160');
ALTER TABLE ONLY lockstep.workflow ALTER COLUMN accepts SET STORAGE MAIN;

COMMENT ON TABLE lockstep.workflow IS 'The flows that daemons can run, each published when a daemon starts.';

COMMENT ON COLUMN lockstep.workflow.workflow IS 'The flow''s name.';

COMMENT ON COLUMN lockstep.workflow.version IS 'Its version; new jobs get the one that takes_new_jobs.';

COMMENT ON COLUMN lockstep.workflow.input_schema IS 'What enqueue accepts: a plain subset of JSON Schema.';

COMMENT ON COLUMN lockstep.workflow.signals IS 'The signals that apps may send.';

COMMENT ON COLUMN lockstep.workflow.states IS 'An array of objects: state, plan and whatever else the flow says of each.';

COMMENT ON COLUMN lockstep.workflow.diagram IS 'Its picture in the DOT language.';

COMMENT ON COLUMN lockstep.workflow.published_at IS 'When a daemon published it last.';

COMMENT ON COLUMN lockstep.workflow.takes_new_jobs IS 'Whether new jobs get this version: the newest that all living daemons of the flow know; see 0015_deploys.sql.';

COMMENT ON COLUMN lockstep.workflow.accepts IS 'The input schema as one jsonpath predicate, for what fits; null: it can''t be said, and violation() is asked.';

COMMENT ON COLUMN lockstep.workflow.members IS 'The members that an input may have; null: any.';

COMMENT ON COLUMN lockstep.workflow.sensitive IS 'The sensitive members of its input, by their paths; they are sealed when a job starts, and never shown.';

CREATE VIEW lockstep.jobs WITH (security_barrier='true') AS
 SELECT j.id,
    j.workflow,
        CASE
            WHEN (cardinality(w.sensitive) > 0) THEN lockstep.redacted(w.input_schema, j.input)
            ELSE j.input
        END AS input,
    j.key,
    j.tenant,
    j.run_at,
    (s.priority)::integer AS priority,
    j.tags
   FROM ((lockstep.job j
     JOIN lockstep.job_state s ON (((s.id = j.id) AND (s.bucket = j.bucket))))
     LEFT JOIN lockstep.workflow w ON (((w.workflow = j.workflow) AND (w.version = j.version))))
  WHERE (( SELECT lockstep.acts_for_all() AS acts_for_all) OR (j.tenant = ANY (( SELECT lockstep.own_tenants() AS own_tenants)::text[])));

COMMENT ON VIEW lockstep.jobs IS 'The jobs as apps enqueue them: INSERT (with RETURNING id) and COPY do what enqueue does.';

COMMENT ON COLUMN lockstep.jobs.id IS 'Given by Lockstep; leave it out of an INSERT.';

COMMENT ON COLUMN lockstep.jobs.workflow IS 'Which flow.';

COMMENT ON COLUMN lockstep.jobs.input IS 'What is asked, without what is sensitive.';

COMMENT ON COLUMN lockstep.jobs.key IS 'Your own name for the job: once for each tenant and workflow.';

COMMENT ON COLUMN lockstep.jobs.tenant IS 'On whose behalf.';

COMMENT ON COLUMN lockstep.jobs.run_at IS 'Not before this instant.';

COMMENT ON COLUMN lockstep.jobs.priority IS '1 first, 4 last; 2 if left out.';

COMMENT ON COLUMN lockstep.jobs.tags IS 'Free words for whoever searches.';

CREATE VIEW lockstep.live_versions AS
 WITH RECURSIVE pair AS (
        ( SELECT s.workflow,
            s.version
           FROM lockstep.job_state s
          WHERE (s.finished_at IS NULL)
          ORDER BY s.workflow, s.version
         LIMIT 1)
        UNION ALL
         SELECT next.workflow,
            next.version
           FROM (pair pair_1
             CROSS JOIN LATERAL ( SELECT s.workflow,
                    s.version
                   FROM lockstep.job_state s
                  WHERE ((s.finished_at IS NULL) AND (ROW(s.workflow, s.version) > ROW(pair_1.workflow, pair_1.version)))
                  ORDER BY s.workflow, s.version
                 LIMIT 1) next)
        )
 SELECT pair.workflow,
    pair.version,
    (EXISTS ( SELECT
           FROM lockstep.known_versions k
          WHERE ((k.workflow = pair.workflow) AND (k.version = pair.version)))) AS runs
   FROM pair;

COMMENT ON VIEW lockstep.live_versions IS 'The flows and versions of which there are unfinished jobs.';

COMMENT ON COLUMN lockstep.live_versions.workflow IS 'The flow.';

COMMENT ON COLUMN lockstep.live_versions.version IS 'The version.';

COMMENT ON COLUMN lockstep.live_versions.runs IS 'Whether a living daemon can run it.';

CREATE VIEW lockstep.long_transactions AS
 SELECT t.pid,
    t.role,
    t.application,
    t.state,
    t.since,
    t.name
   FROM lockstep.open_transactions('00:01:00'::interval) t(pid, role, application, state, since, name)
  ORDER BY t.since;

COMMENT ON VIEW lockstep.long_transactions IS 'Transactions open for more than a minute, which keep dead rows in the tables; pg_terminate_backend(pid) ends one.';

COMMENT ON COLUMN lockstep.long_transactions.pid IS 'The server process; null where it is prepared.';

COMMENT ON COLUMN lockstep.long_transactions.role IS 'Whose it is.';

COMMENT ON COLUMN lockstep.long_transactions.application IS 'What the client calls itself.';

COMMENT ON COLUMN lockstep.long_transactions.state IS 'active, idle in transaction, prepared and so on.';

COMMENT ON COLUMN lockstep.long_transactions.since IS 'Since when it is open.';

COMMENT ON COLUMN lockstep.long_transactions.name IS 'The name of one that is prepared.';

CREATE TABLE lockstep.reference (
    bucket smallint NOT NULL,
    provider text NOT NULL,
    value text NOT NULL,
    job_id uuid NOT NULL
);

COMMENT ON TABLE lockstep.reference IS 'The names by which providers know jobs: how a webhook finds its job.';

COMMENT ON COLUMN lockstep.reference.bucket IS 'The job''s bucket.';

COMMENT ON COLUMN lockstep.reference.provider IS 'Whose name it is, such as dfns.';

COMMENT ON COLUMN lockstep.reference.value IS 'The name, such as a payout''s id.';

COMMENT ON COLUMN lockstep.reference.job_id IS 'The job.';

CREATE TABLE lockstep.webhook (
    bucket smallint NOT NULL,
    id bigint NOT NULL,
    provider text NOT NULL,
    account text NOT NULL,
    kind text NOT NULL,
    dedupe_key text NOT NULL,
    refs text[] NOT NULL,
    headers jsonb NOT NULL,
    body bytea NOT NULL,
    received_at timestamp with time zone NOT NULL,
    status text DEFAULT 'parked'::text NOT NULL,
    job_id uuid,
    handled_at timestamp with time zone,
    CONSTRAINT webhook_handled_iff_settled CHECK (((handled_at IS NOT NULL) = (status <> 'parked'::text))),
    CONSTRAINT webhook_match_has_job CHECK (((job_id IS NOT NULL) = (status = ANY (ARRAY['matched'::text, 'late'::text])))),
    CONSTRAINT webhook_status_is_known CHECK ((status = ANY (ARRAY['parked'::text, 'matched'::text, 'late'::text, 'unknown'::text])))
);

COMMENT ON TABLE lockstep.webhook IS 'What providers sent, after its signature was verified: once each, as it came.';

COMMENT ON COLUMN lockstep.webhook.bucket IS 'From a hash of the dedupe key.';

COMMENT ON COLUMN lockstep.webhook.id IS 'Order of arrival.';

COMMENT ON COLUMN lockstep.webhook.provider IS 'Who sent it.';

COMMENT ON COLUMN lockstep.webhook.account IS 'At which of our accounts.';

COMMENT ON COLUMN lockstep.webhook.kind IS 'The provider''s name for what happened.';

COMMENT ON COLUMN lockstep.webhook.dedupe_key IS 'What makes two deliveries one.';

COMMENT ON COLUMN lockstep.webhook.refs IS 'The provider''s names in it, by which a job may be found.';

COMMENT ON COLUMN lockstep.webhook.headers IS 'Its headers without credentials.';

COMMENT ON COLUMN lockstep.webhook.body IS 'Its body, byte for byte; of one about a person only what names it.';

COMMENT ON COLUMN lockstep.webhook.received_at IS 'When it came.';

COMMENT ON COLUMN lockstep.webhook.status IS 'parked: no job has such a name yet; matched: it woke its job; late: the job had ended; unknown: given up.';

COMMENT ON COLUMN lockstep.webhook.job_id IS 'The job it belongs to.';

COMMENT ON COLUMN lockstep.webhook.handled_at IS 'When it was matched or given up.';

CREATE VIEW lockstep.matching_webhooks AS
 SELECT w.bucket,
    w.id,
    w.provider,
    w.kind,
    known.job_id,
    known.job_ended
   FROM (lockstep.webhook w
     CROSS JOIN LATERAL ( SELECT r.job_id,
            ((s.finished_at IS NOT NULL) AND (COALESCE(s.plan, ''::text) !~~ 'watch %'::text)) AS job_ended
           FROM (lockstep.reference r
             JOIN lockstep.job_state s ON (((s.id = r.job_id) AND (s.bucket = r.bucket))))
          WHERE ((r.provider = w.provider) AND (r.value = ANY (w.refs)))
         OFFSET 0) known)
  WHERE (w.status = 'parked'::text);

COMMENT ON VIEW lockstep.matching_webhooks IS 'The parked webhooks that jobs have a reference for: what match_webhooks settles.';

COMMENT ON COLUMN lockstep.matching_webhooks.bucket IS 'The webhook''s bucket.';

COMMENT ON COLUMN lockstep.matching_webhooks.id IS 'The webhook.';

COMMENT ON COLUMN lockstep.matching_webhooks.provider IS 'Who sent it.';

COMMENT ON COLUMN lockstep.matching_webhooks.kind IS 'The provider''s name for what happened.';

COMMENT ON COLUMN lockstep.matching_webhooks.job_id IS 'A job that has such a reference.';

COMMENT ON COLUMN lockstep.matching_webhooks.job_ended IS 'Whether that job had ended: then the webhook is late.';

CREATE TABLE lockstep.migration (
    name text NOT NULL,
    applied_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL,
    checksum text NOT NULL
);

COMMENT ON TABLE lockstep.migration IS 'The migrations that this database has, each recorded by `lockstep migrate`.';

COMMENT ON COLUMN lockstep.migration.name IS 'The file''s name without .sql; names sort in the order of application.';

COMMENT ON COLUMN lockstep.migration.applied_at IS 'When it was applied, by the server''s own clock.';

COMMENT ON COLUMN lockstep.migration.checksum IS 'SHA-256 of the file; a build with another text refuses to start.';

CREATE VIEW lockstep.nodes AS
 SELECT n.id,
    n.name,
    n.build,
    (n.seen_at > (clock_timestamp() - '00:00:05'::interval)) AS alive,
    COALESCE(b.idle, false) AS idle,
    ARRAY( SELECT ((k.workflow || ' '::text) || k.version)
           FROM UNNEST(n.workflows, n.versions) k(workflow, version)
          ORDER BY k.workflow, k.version) AS knows,
    n.started_at,
    n.seen_at,
    n.buckets,
    n.draining
   FROM (lockstep.node n
     LEFT JOIN lockstep.bell b ON ((b.node = n.id)));

COMMENT ON VIEW lockstep.nodes IS 'The daemons.';

COMMENT ON COLUMN lockstep.nodes.id IS 'Drawn at random when the process starts.';

COMMENT ON COLUMN lockstep.nodes.name IS 'Host and process.';

COMMENT ON COLUMN lockstep.nodes.build IS 'The build it runs.';

COMMENT ON COLUMN lockstep.nodes.alive IS 'Whether it was seen in the last five seconds.';

COMMENT ON COLUMN lockstep.nodes.idle IS 'Whether it sleeps until the bell.';

COMMENT ON COLUMN lockstep.nodes.knows IS 'The flows and versions that it can run.';

COMMENT ON COLUMN lockstep.nodes.started_at IS 'When it started.';

COMMENT ON COLUMN lockstep.nodes.seen_at IS 'Its last heartbeat.';

COMMENT ON COLUMN lockstep.nodes.buckets IS 'From how many buckets it claims, as of its last heartbeat; null: an older build, which claims from all.';

COMMENT ON COLUMN lockstep.nodes.draining IS 'Whether it takes no new jobs, since it is about to stop.';

CREATE VIEW lockstep.open_workflow AS
 SELECT DISTINCT ON (w.workflow) w.workflow,
    w.version,
    w.input_schema,
    w.accepts,
    w.members
   FROM lockstep.workflow w
  ORDER BY w.workflow, w.takes_new_jobs DESC, w.version DESC;

COMMENT ON VIEW lockstep.open_workflow IS 'The version of each flow that new jobs get.';

COMMENT ON COLUMN lockstep.open_workflow.workflow IS 'The flow.';

COMMENT ON COLUMN lockstep.open_workflow.version IS 'The version.';

COMMENT ON COLUMN lockstep.open_workflow.input_schema IS 'What enqueue accepts, as JSON Schema.';

COMMENT ON COLUMN lockstep.open_workflow.accepts IS 'The same as a jsonpath predicate.';

COMMENT ON COLUMN lockstep.open_workflow.members IS 'The members that an input may have; null: any.';

CREATE VIEW lockstep.overdue AS
 SELECT s.id,
    j.key,
    s.tenant,
    s.workflow,
    s.state,
    s.desk,
    s.overdue_at AS since,
    s.status,
    s.plan,
    s.last_error,
    (s.output ->> 'reason'::text) AS reason
   FROM ((( SELECT lockstep.now() AS now) moment
     CROSS JOIN lockstep.job_state s)
     JOIN lockstep.job j ON (((j.id = s.id) AND (j.bucket = s.bucket))))
  WHERE ((s.finished_at IS NULL) AND (s.overdue_at <= moment.now));

COMMENT ON VIEW lockstep.overdue IS 'Jobs that rest somewhere for longer than is usual, each on somebody''s desk.';

COMMENT ON COLUMN lockstep.overdue.id IS 'The job.';

COMMENT ON COLUMN lockstep.overdue.key IS 'The app''s own name for it.';

COMMENT ON COLUMN lockstep.overdue.tenant IS 'On whose behalf.';

COMMENT ON COLUMN lockstep.overdue.workflow IS 'Which flow.';

COMMENT ON COLUMN lockstep.overdue.state IS 'Where it rests.';

COMMENT ON COLUMN lockstep.overdue.desk IS 'Who looks at it.';

COMMENT ON COLUMN lockstep.overdue.since IS 'Since when it counts as overdue.';

COMMENT ON COLUMN lockstep.overdue.status IS 'Its status.';

COMMENT ON COLUMN lockstep.overdue.plan IS 'What is done in its state.';

COMMENT ON COLUMN lockstep.overdue.last_error IS 'What went wrong last.';

COMMENT ON COLUMN lockstep.overdue.reason IS 'What has to be done, or what is wrong, in the flow''s own words; null where it says nothing.';

CREATE VIEW lockstep.owned_jobs AS
 SELECT first.id,
    first.owner
   FROM ((((( SELECT lockstep.now() AS now) moment
     CROSS JOIN lockstep.settings c)
     CROSS JOIN LATERAL generate_series(0, (c.buckets - 1)) b(bucket))
     CROSS JOIN generate_series(1, 4) level(priority))
     CROSS JOIN LATERAL ( SELECT s.id,
            COALESCE(n.name, (s.leased_by)::text) AS owner
           FROM (lockstep.job_state s
             LEFT JOIN lockstep.node n ON ((n.id = s.leased_by)))
          WHERE ((s.bucket = (b.bucket)::smallint) AND (s.priority = level.priority) AND (s.due_at > moment.now) AND (s.due_at <= (moment.now + '00:05:00'::interval)) AND (s.leased_by IS NOT NULL) AND ((n.seen_at > (clock_timestamp() - '00:00:05'::interval)) OR (NOT (EXISTS ( SELECT
                   FROM lockstep.known_versions)))))
          ORDER BY s.due_at
         LIMIT 1) first);

COMMENT ON VIEW lockstep.owned_jobs IS 'Jobs that a living daemon owns, on a virtual clock: one of each bucket and priority.';

COMMENT ON COLUMN lockstep.owned_jobs.id IS 'The job.';

COMMENT ON COLUMN lockstep.owned_jobs.owner IS 'The daemon''s name.';

CREATE VIEW lockstep.parked AS
 SELECT s.id,
    j.key,
    s.tenant,
    s.workflow,
    s.state,
    s.desk,
    s.entered_at AS since,
    s.plan,
    s.attempt,
    s.last_error
   FROM (lockstep.job_state s
     JOIN lockstep.job j ON (((j.id = s.id) AND (j.bucket = s.bucket))))
  WHERE ((s.status = 'parked'::text) AND (s.finished_at IS NULL));

COMMENT ON VIEW lockstep.parked IS 'Jobs that need a person: look at last_error, mend the cause, select lockstep.retry(id).';

COMMENT ON COLUMN lockstep.parked.id IS 'The job.';

COMMENT ON COLUMN lockstep.parked.key IS 'The app''s own name for it.';

COMMENT ON COLUMN lockstep.parked.tenant IS 'On whose behalf.';

COMMENT ON COLUMN lockstep.parked.workflow IS 'Which flow.';

COMMENT ON COLUMN lockstep.parked.state IS 'Where it rests.';

COMMENT ON COLUMN lockstep.parked.desk IS 'Who looks at it.';

COMMENT ON COLUMN lockstep.parked.since IS 'Since when it rests in this state.';

COMMENT ON COLUMN lockstep.parked.plan IS 'What was tried.';

COMMENT ON COLUMN lockstep.parked.attempt IS 'How often.';

COMMENT ON COLUMN lockstep.parked.last_error IS 'Why it is parked.';

CREATE VIEW lockstep.provider_calls AS
 SELECT h.job_id,
    (h.seq - 1) AS seq,
    h.attempt,
    (h.detail ->> 'activity'::text) AS activity,
    (h.detail ->> 'key'::text) AS key,
    ((h.detail ->> 'started_at'::text))::timestamp with time zone AS started_at,
    h.at AS finished_at,
    h.event AS outcome,
    NULL::text AS error
   FROM lockstep.history_entry h
  WHERE (h.detail ? 'activity'::text)
UNION ALL
 SELECT a.job_id,
    a.seq,
    a.attempt,
    a.activity,
    a.key,
    a.started_at,
    a.finished_at,
    a.outcome,
    a.error
   FROM lockstep.attempt a
UNION ALL
 SELECT s.id AS job_id,
    s.seq,
    s.attempt,
    substr(s.plan, (strpos(s.plan, ' '::text) + 1)) AS activity,
    NULL::text AS key,
    s.attempt_at AS started_at,
    NULL::timestamp with time zone AS finished_at,
    'in flight'::text AS outcome,
    NULL::text AS error
   FROM lockstep.job_state s
  WHERE ((s.attempt_status = 'started'::text) AND (s.finished_at IS NULL));

COMMENT ON VIEW lockstep.provider_calls IS 'What providers were asked: attempts that brought a transition, those that did not, and those in flight.';

COMMENT ON COLUMN lockstep.provider_calls.job_id IS 'The job.';

COMMENT ON COLUMN lockstep.provider_calls.seq IS 'Number of transitions that the job had made then.';

COMMENT ON COLUMN lockstep.provider_calls.attempt IS 'Number of the attempt in its state.';

COMMENT ON COLUMN lockstep.provider_calls.activity IS 'What was asked.';

COMMENT ON COLUMN lockstep.provider_calls.key IS 'The idempotency key that the provider was given.';

COMMENT ON COLUMN lockstep.provider_calls.started_at IS 'When it was asked.';

COMMENT ON COLUMN lockstep.provider_calls.finished_at IS 'When its outcome was known, or given up; null: in flight.';

COMMENT ON COLUMN lockstep.provider_calls.outcome IS 'The event that it brought, or: not_applied, unknown, nothing, crashed, in flight.';

COMMENT ON COLUMN lockstep.provider_calls.error IS 'What went wrong.';

CREATE VIEW lockstep.schedules AS
 SELECT s.name,
    s.workflow,
        CASE
            WHEN (w.workflow IS NOT NULL) THEN lockstep.redacted(w.input_schema, s.input)
            ELSE NULL::jsonb
        END AS input,
    s.tenant,
    s.cron,
    s.time_zone,
    s.overlap,
    s.paused,
        CASE
            WHEN (NOT s.paused) THEN s.next_at
            ELSE NULL::timestamp with time zone
        END AS next_at,
    s.last_at,
    s.last_job,
    j.status AS last_status,
    s.last_skipped_at,
    s.last_error,
    s.created_at,
    s.created_by
   FROM ((lockstep.schedule s
     LEFT JOIN lockstep.job_state j ON ((j.id = s.last_job)))
     LEFT JOIN lockstep.open_workflow w ON ((w.workflow = s.workflow)));

COMMENT ON VIEW lockstep.schedules IS 'Recurring jobs: what is enqueued when, and what became of it last time.';

COMMENT ON COLUMN lockstep.schedules.name IS 'Its name. Its jobs have the tag schedule:<name>.';

COMMENT ON COLUMN lockstep.schedules.workflow IS 'Which flow its jobs are of.';

COMMENT ON COLUMN lockstep.schedules.input IS 'What each of them is asked.';

COMMENT ON COLUMN lockstep.schedules.tenant IS 'On whose behalf.';

COMMENT ON COLUMN lockstep.schedules.cron IS 'When: minute, hour, day of month, month, day of week.';

COMMENT ON COLUMN lockstep.schedules.time_zone IS 'Where, as the IANA names it.';

COMMENT ON COLUMN lockstep.schedules.overlap IS 'skip: no job while the last one is unfinished; allow: one each time.';

COMMENT ON COLUMN lockstep.schedules.paused IS 'Whether it rests until resume_schedule.';

COMMENT ON COLUMN lockstep.schedules.next_at IS 'When its next job is enqueued; null: never, or not while it is paused.';

COMMENT ON COLUMN lockstep.schedules.last_at IS 'For which instant its last job was enqueued; null: there was none.';

COMMENT ON COLUMN lockstep.schedules.last_job IS 'That job.';

COMMENT ON COLUMN lockstep.schedules.last_status IS 'That job''s status.';

COMMENT ON COLUMN lockstep.schedules.last_skipped_at IS 'The last instant for which no job was enqueued, because the one before was unfinished.';

COMMENT ON COLUMN lockstep.schedules.last_error IS 'Why the last job could not be enqueued; null: it could.';

COMMENT ON COLUMN lockstep.schedules.created_at IS 'When it was written last.';

COMMENT ON COLUMN lockstep.schedules.created_by IS 'Who wrote it.';

CREATE TABLE lockstep.signal (
    bucket smallint NOT NULL,
    id bigint NOT NULL,
    job_id uuid NOT NULL,
    name text NOT NULL,
    payload jsonb DEFAULT '{}'::jsonb NOT NULL,
    key text,
    actor text NOT NULL,
    sent_at timestamp with time zone NOT NULL,
    handled_at timestamp with time zone,
    answer text,
    CONSTRAINT signal_answer_is_handled CHECK (((answer IS NULL) OR (handled_at IS NOT NULL))),
    CONSTRAINT signal_key_is_short CHECK (((char_length(key) >= 1) AND (char_length(key) <= 255)))
)
WITH (autovacuum_vacuum_scale_factor='0.02', autovacuum_vacuum_threshold='1000', autovacuum_vacuum_cost_delay='0', autovacuum_analyze_scale_factor='0.05');

COMMENT ON TABLE lockstep.signal IS 'The inbox of every job, in order of id. Names that start with $ are Lockstep''s own, such as $cancel and $wake.';

COMMENT ON COLUMN lockstep.signal.bucket IS 'The job''s bucket.';

COMMENT ON COLUMN lockstep.signal.id IS 'Order of arrival.';

COMMENT ON COLUMN lockstep.signal.job_id IS 'The job that is told.';

COMMENT ON COLUMN lockstep.signal.name IS 'What it is told, such as payment_sent.';

COMMENT ON COLUMN lockstep.signal.payload IS 'What came with it.';

COMMENT ON COLUMN lockstep.signal.key IS 'The sender''s own name for it: once for each job.';

COMMENT ON COLUMN lockstep.signal.actor IS 'Who sent it: a database role, webhook, or job:<id>.';

COMMENT ON COLUMN lockstep.signal.sent_at IS 'When it was sent.';

COMMENT ON COLUMN lockstep.signal.handled_at IS 'When the job took it, or refused it; null: not yet.';

COMMENT ON COLUMN lockstep.signal.answer IS 'What became of it, for the sender.';

ALTER TABLE lockstep.signal ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME lockstep.signal_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW lockstep.signals WITH (security_barrier='true') AS
 SELECT g.job_id,
    g.id,
    g.name,
    g.payload,
    g.key,
    g.actor,
    g.sent_at,
    g.handled_at,
    g.answer
   FROM lockstep.signal g
  WHERE (( SELECT lockstep.acts_for_all() AS acts_for_all) OR (EXISTS ( SELECT
           FROM lockstep.job j
          WHERE ((j.id = g.job_id) AND (j.bucket = g.bucket) AND (j.tenant = ANY (( SELECT lockstep.own_tenants() AS own_tenants)::text[]))))));

COMMENT ON VIEW lockstep.signals IS 'What jobs were told, and what they made of it.';

COMMENT ON COLUMN lockstep.signals.job_id IS 'The job.';

COMMENT ON COLUMN lockstep.signals.id IS 'Order of arrival.';

COMMENT ON COLUMN lockstep.signals.name IS 'What it was told; names that begin with $ are requests such as $cancel.';

COMMENT ON COLUMN lockstep.signals.payload IS 'What came with it.';

COMMENT ON COLUMN lockstep.signals.key IS 'The sender''s own name for it.';

COMMENT ON COLUMN lockstep.signals.actor IS 'Who sent it.';

COMMENT ON COLUMN lockstep.signals.sent_at IS 'When it was sent.';

COMMENT ON COLUMN lockstep.signals.handled_at IS 'When the job took or refused it; null: not yet.';

COMMENT ON COLUMN lockstep.signals.answer IS 'What became of it.';

CREATE TABLE lockstep.tenant_role (
    role text NOT NULL,
    tenant text NOT NULL
);

COMMENT ON TABLE lockstep.tenant_role IS 'Which tenants a database role may act for. A role without a row here has the tenant default, and no other.';

COMMENT ON COLUMN lockstep.tenant_role.role IS 'The role: of the login, or of SET ROLE where that is used.';

COMMENT ON COLUMN lockstep.tenant_role.tenant IS 'The tenant.';

CREATE VIEW lockstep.unclaimable AS
 SELECT s.workflow,
    s.version,
    s.state,
    s.jobs,
    s.oldest,
    s.example
   FROM lockstep.stranded() s(workflow, version, state, jobs, oldest, example);

COMMENT ON VIEW lockstep.unclaimable IS 'Unfinished jobs that no living daemon can run: their flows, versions and states, counted.';

COMMENT ON COLUMN lockstep.unclaimable.workflow IS 'The flow.';

COMMENT ON COLUMN lockstep.unclaimable.version IS 'The version that nobody can run.';

COMMENT ON COLUMN lockstep.unclaimable.state IS 'Where they rest; null: not started.';

COMMENT ON COLUMN lockstep.unclaimable.jobs IS 'How many.';

COMMENT ON COLUMN lockstep.unclaimable.oldest IS 'Since when the one rests there that does so longest.';

COMMENT ON COLUMN lockstep.unclaimable.example IS 'The one that was enqueued first.';

CREATE VIEW lockstep.watched AS
 SELECT s.id,
    s.workflow,
    s.version,
    s.tenant,
    s.state,
    s.status AS outcome,
    s.finished_at,
        CASE
            WHEN ((s.leased_by IS NULL) OR (s.due_at <= moment.now)) THEN s.due_at
            ELSE NULL::timestamp with time zone
        END AS due,
    s.deadline_at AS until,
    s.last_error
   FROM (( SELECT lockstep.now() AS now) moment
     CROSS JOIN lockstep.job_state s)
  WHERE ((s.due_at IS NOT NULL) AND (s.finished_at IS NOT NULL) AND (s.plan ~~ 'watch %'::text));

COMMENT ON VIEW lockstep.watched IS 'Jobs that are over and still looked at, in case what they did is undone.';

COMMENT ON COLUMN lockstep.watched.id IS 'The job.';

COMMENT ON COLUMN lockstep.watched.workflow IS 'Which flow.';

COMMENT ON COLUMN lockstep.watched.version IS 'The version of the flow: a daemon has to know it for the job to be looked at.';

COMMENT ON COLUMN lockstep.watched.tenant IS 'On whose behalf.';

COMMENT ON COLUMN lockstep.watched.state IS 'Where it rests.';

COMMENT ON COLUMN lockstep.watched.outcome IS 'How it ended.';

COMMENT ON COLUMN lockstep.watched.finished_at IS 'When it ended.';

COMMENT ON COLUMN lockstep.watched.due IS 'When it is looked at next; null: just now.';

COMMENT ON COLUMN lockstep.watched.until IS 'Until when it is looked at.';

COMMENT ON COLUMN lockstep.watched.last_error IS 'Why the last look failed; null: it did not.';

ALTER TABLE lockstep.webhook ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME lockstep.webhook_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);

CREATE VIEW lockstep.webhooks AS
 SELECT w.id,
    w.provider,
    w.account,
    w.kind,
    w.dedupe_key,
    w.refs,
    w.status,
    w.job_id,
    w.received_at,
    w.handled_at
   FROM lockstep.webhook w;

COMMENT ON VIEW lockstep.webhooks IS 'What providers sent, without the bodies: those may be personal.';

COMMENT ON COLUMN lockstep.webhooks.id IS 'Order of arrival.';

COMMENT ON COLUMN lockstep.webhooks.provider IS 'Who sent it.';

COMMENT ON COLUMN lockstep.webhooks.account IS 'At which of our accounts.';

COMMENT ON COLUMN lockstep.webhooks.kind IS 'The provider''s name for what happened.';

COMMENT ON COLUMN lockstep.webhooks.dedupe_key IS 'What makes two deliveries one.';

COMMENT ON COLUMN lockstep.webhooks.refs IS 'The provider''s names in it.';

COMMENT ON COLUMN lockstep.webhooks.status IS 'parked, matched, late or unknown.';

COMMENT ON COLUMN lockstep.webhooks.job_id IS 'The job it belongs to.';

COMMENT ON COLUMN lockstep.webhooks.received_at IS 'When it came.';

COMMENT ON COLUMN lockstep.webhooks.handled_at IS 'When it was matched or given up.';

CREATE VIEW lockstep.workflows AS
 SELECT w.workflow,
    w.version,
    w.input_schema,
    w.signals,
    w.states,
    w.diagram,
    w.published_at,
    (EXISTS ( SELECT
           FROM lockstep.pause p
          WHERE ((p.kind = 'workflow'::text) AND (p.name = w.workflow)))) AS paused,
    (EXISTS ( SELECT
           FROM lockstep.known_versions k
          WHERE ((k.workflow = w.workflow) AND (k.version = w.version)))) AS runs,
    w.takes_new_jobs,
    w.sensitive
   FROM lockstep.workflow w;

COMMENT ON VIEW lockstep.workflows IS 'The flows: what they accept, which signals they take, how they look.';

COMMENT ON COLUMN lockstep.workflows.workflow IS 'The flow''s name: what enqueue is given.';

COMMENT ON COLUMN lockstep.workflows.version IS 'Its version.';

COMMENT ON COLUMN lockstep.workflows.input_schema IS 'What enqueue accepts, as JSON Schema.';

COMMENT ON COLUMN lockstep.workflows.signals IS 'The signals that it takes.';

COMMENT ON COLUMN lockstep.workflows.states IS 'Its states.';

COMMENT ON COLUMN lockstep.workflows.diagram IS 'Its picture in the DOT language.';

COMMENT ON COLUMN lockstep.workflows.published_at IS 'When a daemon published it last.';

COMMENT ON COLUMN lockstep.workflows.paused IS 'Whether it is paused.';

COMMENT ON COLUMN lockstep.workflows.runs IS 'Whether a living daemon can run it.';

COMMENT ON COLUMN lockstep.workflows.takes_new_jobs IS 'Whether new jobs get this version.';

COMMENT ON COLUMN lockstep.workflows.sensitive IS 'The sensitive members of its input, by their paths: sealed in the database, and redacted everywhere else.';

ALTER TABLE ONLY lockstep.attempt ATTACH PARTITION lockstep.attempt_default DEFAULT;

ALTER TABLE ONLY lockstep.history_entry ATTACH PARTITION lockstep.history_entry_default DEFAULT;

ALTER TABLE ONLY lockstep.account
    ADD CONSTRAINT account_pkey PRIMARY KEY (provider, name);

ALTER TABLE ONLY lockstep.attempt
    ADD CONSTRAINT attempt_pkey PRIMARY KEY (job_id, seq, attempt, finished_at, bucket);

ALTER TABLE ONLY lockstep.attempt_default
    ADD CONSTRAINT attempt_default_pkey PRIMARY KEY (job_id, seq, attempt, finished_at, bucket);

ALTER TABLE ONLY lockstep.bell
    ADD CONSTRAINT bell_pkey PRIMARY KEY (node);

ALTER TABLE ONLY lockstep.clock_participants
    ADD CONSTRAINT clock_participants_pkey PRIMARY KEY (name);

ALTER TABLE ONLY lockstep.clock
    ADD CONSTRAINT clock_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY lockstep.history_entry
    ADD CONSTRAINT history_entry_pkey PRIMARY KEY (job_id, seq, at, bucket);

ALTER TABLE ONLY lockstep.history_entry_default
    ADD CONSTRAINT history_entry_default_pkey PRIMARY KEY (job_id, seq, at, bucket);

ALTER TABLE ONLY lockstep.job
    ADD CONSTRAINT job_pkey PRIMARY KEY (id, bucket);

ALTER TABLE ONLY lockstep.job_state
    ADD CONSTRAINT job_state_pkey PRIMARY KEY (id, bucket);

ALTER TABLE ONLY lockstep.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (name);

ALTER TABLE ONLY lockstep.node
    ADD CONSTRAINT node_pkey PRIMARY KEY (id);

ALTER TABLE ONLY lockstep.pause
    ADD CONSTRAINT pause_pkey PRIMARY KEY (kind, name);

ALTER TABLE ONLY lockstep.reference
    ADD CONSTRAINT reference_pkey PRIMARY KEY (provider, value, job_id, bucket);

ALTER TABLE ONLY lockstep.schedule
    ADD CONSTRAINT schedule_pkey PRIMARY KEY (name);

ALTER TABLE ONLY lockstep.settings
    ADD CONSTRAINT settings_pkey PRIMARY KEY (only_row);

ALTER TABLE ONLY lockstep.signal
    ADD CONSTRAINT signal_pkey PRIMARY KEY (job_id, id, bucket);

ALTER TABLE ONLY lockstep.tenant_role
    ADD CONSTRAINT tenant_role_pkey PRIMARY KEY (role, tenant);

ALTER TABLE ONLY lockstep.webhook
    ADD CONSTRAINT webhook_is_stored_once UNIQUE (dedupe_key, provider, account, bucket);

ALTER TABLE ONLY lockstep.webhook
    ADD CONSTRAINT webhook_pkey PRIMARY KEY (id, bucket);

ALTER TABLE ONLY lockstep.workflow
    ADD CONSTRAINT workflow_pkey PRIMARY KEY (workflow, version);

CREATE INDEX job_children ON lockstep.job USING btree (parent_id) WHERE (parent_id IS NOT NULL);

COMMENT ON INDEX lockstep.job_children IS 'From a job to those that it runs or has run.';

CREATE UNIQUE INDEX job_key_is_unique ON lockstep.job USING btree (key, workflow, tenant, bucket) WHERE (key IS NOT NULL);

CREATE INDEX job_state_due ON lockstep.job_state USING btree (bucket, priority, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX job_state_held ON lockstep.job_state USING btree (bucket, held_by, priority, id) WHERE (held_by IS NOT NULL);

CREATE INDEX job_state_turns ON lockstep.job_state USING btree (bucket, priority, tenant, due_at) WHERE (due_at IS NOT NULL);

CREATE INDEX job_state_unfinished ON lockstep.job_state USING btree (workflow, version) WHERE (finished_at IS NULL);

CREATE UNIQUE INDEX signal_key_is_unique ON lockstep.signal USING btree (job_id, key, bucket) WHERE (key IS NOT NULL);

CREATE INDEX signal_unhandled ON lockstep.signal USING btree (bucket, job_id, id) WHERE (handled_at IS NULL);

CREATE INDEX webhook_job ON lockstep.webhook USING btree (job_id) WHERE (job_id IS NOT NULL);

CREATE INDEX webhook_parked ON lockstep.webhook USING gin (refs) WHERE (status = 'parked'::text);

CREATE INDEX webhook_waiting ON lockstep.webhook USING btree (id) WHERE (status = 'parked'::text);

ALTER INDEX lockstep.attempt_pkey ATTACH PARTITION lockstep.attempt_default_pkey;

ALTER INDEX lockstep.history_entry_pkey ATTACH PARTITION lockstep.history_entry_default_pkey;

CREATE TRIGGER jobs_enqueue INSTEAD OF INSERT ON lockstep.jobs FOR EACH ROW EXECUTE FUNCTION lockstep.enqueue_inserted();

COMMENT ON TRIGGER jobs_enqueue ON lockstep.jobs IS 'Turns an INSERT into a call of enqueue.';

CREATE TRIGGER jobs_ring AFTER INSERT ON lockstep.jobs FOR EACH STATEMENT EXECUTE FUNCTION lockstep.ring_inserted();

COMMENT ON TRIGGER jobs_ring ON lockstep.jobs IS 'Wakes the daemons that sleep, once for each INSERT or COPY.';

GRANT USAGE ON SCHEMA lockstep TO lockstep_app;
GRANT USAGE ON SCHEMA lockstep TO lockstep_ops;
GRANT USAGE ON SCHEMA lockstep TO lockstep_daemon;

REVOKE ALL ON TYPE lockstep.job_filter FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.accepting_path(schema jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.accepting_path(schema jsonb) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.account_trouble(provider text, account text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.account_trouble(provider text, account text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.account_trouble(provider text, account text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.acts_for_all() FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.acts_for_all() TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.acts_for_all() TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.acts_for_all() TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.add_job(workflow text, input jsonb, key text, tenant text, run_at timestamp with time zone, priority integer, tags text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.adopt_unstarted(at_most integer) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.adopt_unstarted(at_most integer) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.adopt_unstarted(at_most integer) TO lockstep_daemon;

REVOKE ALL ON PROCEDURE lockstep.advance_clock(IN span interval, IN timeout interval) FROM PUBLIC;
GRANT ALL ON PROCEDURE lockstep.advance_clock(IN span interval, IN timeout interval) TO lockstep_app;
GRANT ALL ON PROCEDURE lockstep.advance_clock(IN span interval, IN timeout interval) TO lockstep_ops;
GRANT ALL ON PROCEDURE lockstep.advance_clock(IN span interval, IN timeout interval) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.await_quiet(timeout interval) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.await_quiet(timeout interval) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.await_quiet(timeout interval) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.await_quiet(timeout interval) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.is_sound(status text, state text, has_data boolean, priority smallint, seq integer, entered_seq integer, due_at timestamp with time zone, leased_by uuid, finished_at timestamp with time zone, last_error text, attempt integer, attempt_status text, plan text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.is_sound(status text, state text, has_data boolean, priority smallint, seq integer, entered_seq integer, due_at timestamp with time zone, leased_by uuid, finished_at timestamp with time zone, last_error text, attempt integer, attempt_status text, plan text) TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.job_state TO lockstep_ops;
GRANT SELECT,INSERT,UPDATE ON TABLE lockstep.job_state TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.awaited_signals(state lockstep.job_state) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.bucket_for(value text, buckets integer) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.bucket_for(value text, buckets integer) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.bucket_of(job uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.bucket_of(job uuid) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.bucket_of(job uuid) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.bucket_of(job uuid) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.caller() FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.caller() TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.caller() TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.caller() TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.cancel(job uuid, reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.cancel(job uuid, reason text) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.cancel(job uuid, reason text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.cancel(job uuid, reason text) TO lockstep_daemon;

REVOKE ALL ON PROCEDURE lockstep.cancel_jobs(IN filter jsonb, IN reason text, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) FROM PUBLIC;
GRANT ALL ON PROCEDURE lockstep.cancel_jobs(IN filter jsonb, IN reason text, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) TO lockstep_app;
GRANT ALL ON PROCEDURE lockstep.cancel_jobs(IN filter jsonb, IN reason text, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) TO lockstep_ops;
GRANT ALL ON PROCEDURE lockstep.cancel_jobs(IN filter jsonb, IN reason text, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.check_instant(at timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.check_key(key text) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.check_request(request text, wanted lockstep.job_filter) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.check_same_input(job uuid, key text, known jsonb, input jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.check_status(state lockstep.job_state, wanted text[], asked text) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.check_tenant(tenant text) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.children(job uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.children(job uuid) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.children(job uuid) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.children(job uuid) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.choose_versions() FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.clock_step(target timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.clock_step(target timestamp with time zone) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.clock_step(target timestamp with time zone) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.clock_step(target timestamp with time zone) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.closed_members(schema jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.closed_members(schema jsonb) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.cron_field(field text, value text, low integer, high integer, names text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.cron_field(field text, value text, low integer, high integer, names text[]) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.cron_field(field text, value text, low integer, high integer, names text[]) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.cron_value(field text, item text, low integer, high integer, names text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.cron_value(field text, item text, low integer, high integer, names text[]) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.cron_value(field text, item text, low integer, high integer, names text[]) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.deliver(job uuid, name text, payload jsonb, key text, actor text) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.drop_partitions(before timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.drop_partitions(before timestamp with time zone) TO lockstep_ops;

REVOKE ALL ON FUNCTION lockstep.enqueue(workflow text, input jsonb, key text, tenant text, run_at timestamp with time zone, priority integer, tags text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.enqueue(workflow text, input jsonb, key text, tenant text, run_at timestamp with time zone, priority integer, tags text[]) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.enqueue(workflow text, input jsonb, key text, tenant text, run_at timestamp with time zone, priority integer, tags text[]) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.enqueue(workflow text, input jsonb, key text, tenant text, run_at timestamp with time zone, priority integer, tags text[]) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.enqueue(workflow text, input text, key text, tenant text, run_at timestamp with time zone, priority integer, tags text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.enqueue(workflow text, input text, key text, tenant text, run_at timestamp with time zone, priority integer, tags text[]) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.enqueue(workflow text, input text, key text, tenant text, run_at timestamp with time zone, priority integer, tags text[]) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.enqueue(workflow text, input text, key text, tenant text, run_at timestamp with time zone, priority integer, tags text[]) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.enqueue_inserted() FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.enqueue_lines(workflow text, lines text[], first_line bigint, tenant text, run_at timestamp with time zone, priority integer, tags text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.enqueue_lines(workflow text, lines text[], first_line bigint, tenant text, run_at timestamp with time zone, priority integer, tags text[]) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.enqueue_lines(workflow text, lines text[], first_line bigint, tenant text, run_at timestamp with time zone, priority integer, tags text[]) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.enqueue_lines(workflow text, lines text[], first_line bigint, tenant text, run_at timestamp with time zone, priority integer, tags text[]) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.enqueue_many(workflow text, inputs jsonb[], keys text[], tenant text, run_at timestamp with time zone, priority integer, tags text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.enqueue_many(workflow text, inputs jsonb[], keys text[], tenant text, run_at timestamp with time zone, priority integer, tags text[]) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.enqueue_many(workflow text, inputs jsonb[], keys text[], tenant text, run_at timestamp with time zone, priority integer, tags text[]) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.enqueue_many(workflow text, inputs jsonb[], keys text[], tenant text, run_at timestamp with time zone, priority integer, tags text[]) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.enqueue_many(workflow text, inputs text[], keys text[], tenant text, run_at timestamp with time zone, priority integer, tags text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.enqueue_many(workflow text, inputs text[], keys text[], tenant text, run_at timestamp with time zone, priority integer, tags text[]) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.enqueue_many(workflow text, inputs text[], keys text[], tenant text, run_at timestamp with time zone, priority integer, tags text[]) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.enqueue_many(workflow text, inputs text[], keys text[], tenant text, run_at timestamp with time zone, priority integer, tags text[]) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.ensure_partitions(months integer) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.ensure_partitions(months integer) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.ensure_partitions(months integer) TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.bell TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.bell TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.fall_asleep(node uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.fall_asleep(node uuid) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.find_job(job uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.fits(input jsonb, accepts jsonpath, members text[]) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.forget_node(node uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.forget_node(node uuid) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.give_up_webhooks(older interval) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.give_up_webhooks(older interval) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.give_up_webhooks(older interval) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.heartbeat(node uuid, name text, build text, workflows text[], versions integer[]) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.heartbeat(node uuid, name text, build text, workflows text[], versions integer[]) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.heartbeat(node uuid, name text, build text, workflows text[], versions integer[], buckets integer, draining boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.heartbeat(node uuid, name text, build text, workflows text[], versions integer[], buckets integer, draining boolean) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.hold(kind text, name text, reason text) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.in_words(span interval) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.in_words(span interval) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.in_words(span interval) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.in_words(span interval) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.in_words(at timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.in_words(at timestamp with time zone) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.in_words(at timestamp with time zone) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.in_words(at timestamp with time zone) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.input_digest(job uuid, input jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.jobs_to_ask(request text, wanted lockstep.job_filter, after uuid, at_most integer) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.join_clock(name text, next_due timestamp with time zone, busy boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.join_clock(name text, next_due timestamp with time zone, busy boolean) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.join_clock(name text, next_due timestamp with time zone, busy boolean) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.join_clock(name text, next_due timestamp with time zone, busy boolean) TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.clock_participants TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.clock_participants TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.leave_clock(name text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.leave_clock(name text) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.leave_clock(name text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.leave_clock(name text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.let_go(kind text, name text) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.local_instant(local_time timestamp without time zone, time_zone text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.local_instant(local_time timestamp without time zone, time_zone text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.local_instant(local_time timestamp without time zone, time_zone text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.match_webhooks(refs text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.match_webhooks(refs text[]) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.match_webhooks(refs text[]) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.move_clock(span interval) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.move_clock(span interval) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.move_clock(span interval) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.move_clock(span interval) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.new_bucket(tenant text, workflow text, key text, buckets integer) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.new_bucket(tenant text, workflow text, key text, buckets integer) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.new_id(at timestamp with time zone, bucket smallint) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.new_id(at timestamp with time zone, bucket smallint) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.next_cron(cron text, time_zone text, after timestamp with time zone) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.next_cron(cron text, time_zone text, after timestamp with time zone) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.next_cron(cron text, time_zone text, after timestamp with time zone) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.next_due() FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.next_due() TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.next_due() TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.next_due() TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.now() FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.now() TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.now() TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.now() TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.open_request(workflow text, wanted_tenant text, run_at timestamp with time zone, wanted_priority integer, wanted_tags text[], OUT version integer, OUT input_schema jsonb, OUT tenant text, OUT priority smallint, OUT tags text[], OUT buckets integer, OUT now timestamp with time zone, OUT due_at timestamp with time zone) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.open_transactions(open_for interval, OUT pid integer, OUT role text, OUT application text, OUT state text, OUT since timestamp with time zone, OUT name text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.open_transactions(open_for interval, OUT pid integer, OUT role text, OUT application text, OUT state text, OUT since timestamp with time zone, OUT name text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.open_transactions(open_for interval, OUT pid integer, OUT role text, OUT application text, OUT state text, OUT since timestamp with time zone, OUT name text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.own_tenants() FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.own_tenants() TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.own_tenants() TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.own_tenants() TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.parse_input(input text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.parse_input(input text) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.parse_input(input text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.parse_input(input text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.parse_inputs(inputs text[]) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.parse_inputs(inputs text[]) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.parse_inputs(inputs text[]) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.parse_inputs(inputs text[]) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.path_literal(value text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.path_literal(value text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.path_of(schema jsonb, place text, closes boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.path_of(schema jsonb, place text, closes boolean) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.path_of_branches(branches jsonb, place text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.path_of_branches(branches jsonb, place text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.path_of_object(schema jsonb, place text, closes boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.path_of_object(schema jsonb, place text, closes boolean) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.path_of_text(schema jsonb, place text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.path_of_text(schema jsonb, place text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.pause(job uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.pause(job uuid) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.pause(job uuid) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.pause_account(provider text, account text, reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.pause_account(provider text, account text, reason text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.pause_account(provider text, account text, reason text) TO lockstep_daemon;

REVOKE ALL ON PROCEDURE lockstep.pause_jobs(IN filter jsonb, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) FROM PUBLIC;
GRANT ALL ON PROCEDURE lockstep.pause_jobs(IN filter jsonb, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) TO lockstep_ops;
GRANT ALL ON PROCEDURE lockstep.pause_jobs(IN filter jsonb, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.pause_provider(provider text, reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.pause_provider(provider text, reason text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.pause_provider(provider text, reason text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.pause_schedule(name text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.pause_schedule(name text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.pause_schedule(name text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.pause_tenant(tenant text, reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.pause_tenant(tenant text, reason text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.pause_tenant(tenant text, reason text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.pause_workflow(workflow text, reason text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.pause_workflow(workflow text, reason text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.pause_workflow(workflow text, reason text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.preview_request(request text, filter jsonb, sample_size integer) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.preview_request(request text, filter jsonb, sample_size integer) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.preview_request(request text, filter jsonb, sample_size integer) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.preview_request(request text, filter jsonb, sample_size integer) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.raise_unquiet(timeout interval) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.raise_unquiet(timeout interval) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.raise_unquiet(timeout interval) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.raise_unquiet(timeout interval) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.read_cron(cron text, OUT minutes integer[], OUT hours integer[], OUT days integer[], OUT months integer[], OUT weekdays integer[], OUT every_hour boolean, OUT either_day boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.read_cron(cron text, OUT minutes integer[], OUT hours integer[], OUT days integer[], OUT months integer[], OUT weekdays integer[], OUT every_hour boolean, OUT either_day boolean) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.read_cron(cron text, OUT minutes integer[], OUT hours integer[], OUT days integer[], OUT months integer[], OUT weekdays integer[], OUT every_hour boolean, OUT either_day boolean) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.read_filter(filter jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.receive_webhook(provider text, account text, kind text, dedupe_key text, refs text[], headers jsonb, body bytea) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.receive_webhook(provider text, account text, kind text, dedupe_key text, refs text[], headers jsonb, body bytea) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.redacted(schema jsonb, value jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.redacted(schema jsonb, value jsonb) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.redacted(schema jsonb, value jsonb) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.redacted(schema jsonb, value jsonb) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.refresh_statistics() FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.refresh_statistics() TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.refresh_statistics() TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.refuse_filter(problem text) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.refuse_schedule(field text, problem text, advice text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.refuse_schedule(field text, problem text, advice text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.refuse_schedule(field text, problem text, advice text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.request(job uuid, name text, payload jsonb) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.request_batch(request text, filter jsonb, after uuid, at_most integer, reason text, OUT asked integer, OUT last uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.request_batch(request text, filter jsonb, after uuid, at_most integer, reason text, OUT asked integer, OUT last uuid) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.request_batch(request text, filter jsonb, after uuid, at_most integer, reason text, OUT asked integer, OUT last uuid) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.request_batch(request text, filter jsonb, after uuid, at_most integer, reason text, OUT asked integer, OUT last uuid) TO lockstep_daemon;

REVOKE ALL ON PROCEDURE lockstep.request_jobs(IN request text, IN filter jsonb, IN reason text, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) FROM PUBLIC;
GRANT ALL ON PROCEDURE lockstep.request_jobs(IN request text, IN filter jsonb, IN reason text, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) TO lockstep_app;
GRANT ALL ON PROCEDURE lockstep.request_jobs(IN request text, IN filter jsonb, IN reason text, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) TO lockstep_ops;
GRANT ALL ON PROCEDURE lockstep.request_jobs(IN request text, IN filter jsonb, IN reason text, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.require_job(job uuid) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.require_schedule(name text) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.resume(job uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.resume(job uuid) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.resume(job uuid) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.resume_account(provider text, account text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.resume_account(provider text, account text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.resume_account(provider text, account text) TO lockstep_daemon;

REVOKE ALL ON PROCEDURE lockstep.resume_jobs(IN filter jsonb, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) FROM PUBLIC;
GRANT ALL ON PROCEDURE lockstep.resume_jobs(IN filter jsonb, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) TO lockstep_ops;
GRANT ALL ON PROCEDURE lockstep.resume_jobs(IN filter jsonb, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.resume_provider(provider text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.resume_provider(provider text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.resume_provider(provider text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.resume_schedule(name text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.resume_schedule(name text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.resume_schedule(name text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.resume_tenant(tenant text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.resume_tenant(tenant text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.resume_tenant(tenant text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.resume_workflow(workflow text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.resume_workflow(workflow text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.resume_workflow(workflow text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.retry(job uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.retry(job uuid) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.retry(job uuid) TO lockstep_daemon;

REVOKE ALL ON PROCEDURE lockstep.retry_jobs(IN filter jsonb, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) FROM PUBLIC;
GRANT ALL ON PROCEDURE lockstep.retry_jobs(IN filter jsonb, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) TO lockstep_ops;
GRANT ALL ON PROCEDURE lockstep.retry_jobs(IN filter jsonb, IN dry_run boolean, IN batch integer, INOUT jobs bigint, INOUT samples jsonb) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.ring() FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.ring() TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.ring_inserted() FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.run_schedules() FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.run_schedules() TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.run_schedules() TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.schedule(name text, workflow text, input jsonb, cron text, time_zone text, overlap text, tenant text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.schedule(name text, workflow text, input jsonb, cron text, time_zone text, overlap text, tenant text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.schedule(name text, workflow text, input jsonb, cron text, time_zone text, overlap text, tenant text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.seal_input(job uuid, input jsonb) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.seal_input(job uuid, input jsonb) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.sensitive_fields(schema jsonb, path text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.sensitive_fields(schema jsonb, path text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.set_clock(mode text, at timestamp with time zone, auto boolean) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.set_clock(mode text, at timestamp with time zone, auto boolean) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.set_clock(mode text, at timestamp with time zone, auto boolean) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.signal(job uuid, name text, payload jsonb, key text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.signal(job uuid, name text, payload jsonb, key text) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.signal(job uuid, name text, payload jsonb, key text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.signal(job uuid, name text, payload jsonb, key text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.stop_clock() FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.stop_clock() TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.stop_clock() TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.stop_clock() TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.stranded(at_most bigint) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.stranded(at_most bigint) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.stranded(at_most bigint) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.type_in_words(json_type text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.type_in_words(json_type text) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.type_in_words(json_type text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.type_in_words(json_type text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.unquiet() FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.unquiet() TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.unquiet() TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.unquiet() TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.unschedule(name text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.unschedule(name text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.unschedule(name text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.violation(schema jsonb, value jsonb, path text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.violation(schema jsonb, value jsonb, path text) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.violation(schema jsonb, value jsonb, path text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.violation(schema jsonb, value jsonb, path text) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.violation_of_branches(branches jsonb, value jsonb, path text) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.violation_of_branches(branches jsonb, value jsonb, path text) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.violation_of_branches(branches jsonb, value jsonb, path text) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.violation_of_branches(branches jsonb, value jsonb, path text) TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.clock TO lockstep_app;
GRANT SELECT ON TABLE lockstep.clock TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.clock TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.virtual_clock() FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.why(job uuid) FROM PUBLIC;
GRANT ALL ON FUNCTION lockstep.why(job uuid) TO lockstep_app;
GRANT ALL ON FUNCTION lockstep.why(job uuid) TO lockstep_ops;
GRANT ALL ON FUNCTION lockstep.why(job uuid) TO lockstep_daemon;

REVOKE ALL ON FUNCTION lockstep.why_held(state lockstep.job_state) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.why_running(state lockstep.job_state) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.why_unclaimed(state lockstep.job_state) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.why_waiting(state lockstep.job_state) FROM PUBLIC;

REVOKE ALL ON FUNCTION lockstep.why_watched(state lockstep.job_state) FROM PUBLIC;

GRANT SELECT ON TABLE lockstep.account TO lockstep_ops;
GRANT SELECT,INSERT,UPDATE ON TABLE lockstep.account TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.node TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.node TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.pause TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.pause TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.accounts TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.accounts TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.attempt TO lockstep_ops;
GRANT SELECT,INSERT ON TABLE lockstep.attempt TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.known_versions TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.known_versions TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.settings TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.settings TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.first_due TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.first_due TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.history_entry TO lockstep_ops;
GRANT SELECT,INSERT ON TABLE lockstep.history_entry TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.job TO lockstep_ops;
GRANT SELECT,INSERT ON TABLE lockstep.job TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.history TO lockstep_app;
GRANT SELECT ON TABLE lockstep.history TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.history TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.job_status TO lockstep_app;
GRANT SELECT ON TABLE lockstep.job_status TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.job_status TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.workflow TO lockstep_ops;
GRANT SELECT,INSERT,UPDATE ON TABLE lockstep.workflow TO lockstep_daemon;

GRANT SELECT,INSERT ON TABLE lockstep.jobs TO lockstep_app;
GRANT SELECT,INSERT ON TABLE lockstep.jobs TO lockstep_ops;
GRANT SELECT,INSERT ON TABLE lockstep.jobs TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.live_versions TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.live_versions TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.long_transactions TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.long_transactions TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.reference TO lockstep_ops;
GRANT SELECT,INSERT ON TABLE lockstep.reference TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.matching_webhooks TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.matching_webhooks TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.migration TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.migration TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.nodes TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.nodes TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.open_workflow TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.open_workflow TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.overdue TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.overdue TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.owned_jobs TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.owned_jobs TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.parked TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.parked TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.provider_calls TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.provider_calls TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.schedules TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.schedules TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.signal TO lockstep_ops;
GRANT SELECT,INSERT,UPDATE ON TABLE lockstep.signal TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.signals TO lockstep_app;
GRANT SELECT ON TABLE lockstep.signals TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.signals TO lockstep_daemon;

GRANT SELECT,INSERT,DELETE ON TABLE lockstep.tenant_role TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.tenant_role TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.unclaimable TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.unclaimable TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.watched TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.watched TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.webhooks TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.webhooks TO lockstep_daemon;

GRANT SELECT ON TABLE lockstep.workflows TO lockstep_app;
GRANT SELECT ON TABLE lockstep.workflows TO lockstep_ops;
GRANT SELECT ON TABLE lockstep.workflows TO lockstep_daemon;
