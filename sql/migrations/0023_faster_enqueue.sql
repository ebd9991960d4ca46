-- Locks: lockstep.job for an instant (a constraint goes), and the few rows of lockstep.workflow while their predicates
-- are made anew; it replaces two functions.
--
-- COPY into lockstep.jobs enqueues one by one: what each of them costs is made less.

-- Long closed lists, such as a payment's purposes, are compared word by word: a regular expression of 26 branches took
-- longer than all the rest of an input's check.

create or replace function lockstep.path_of_text(schema jsonb, place text) returns text
    language plpgsql immutable parallel safe
as $$
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
$$;

-- What was made before is made anew.
update lockstep.workflow set input_schema = input_schema;

-- What a new job needs to know is read in one look, without a join. Whatever is doubtful goes the long way, through
-- open_request and violation, which say what is wrong.
create or replace function lockstep.add_job(
    workflow text, input jsonb, key text, tenant text, run_at timestamptz, priority int, tags text[]
) returns uuid
    language plpgsql
as $$
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

-- PostgreSQL reads a constraint anew for each statement, which costs 3 microseconds a job here. Only the functions that
-- enqueue write this table, and each has the key's length checked (check_key) or makes the key itself.
alter table lockstep.job drop constraint job_key_is_short;
