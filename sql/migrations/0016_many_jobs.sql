-- Locks: lockstep.job_state exclusively while its rows are checked once, about a second for a million; and
-- lockstep.workflow, which is small.
--
-- Many jobs at once: what enqueue, enqueue_many, INSERT and COPY share, at fifteen thousand jobs a second and more on
-- one connection.
--
-- An input is checked against its flow's schema in two steps. The schema is also kept as a jsonpath, made when it is
-- published: one pass in C says whether an input fits. What it does not let through, violation() looks at, which knows
-- everything and says what is wrong, and where. So the path may refuse too much, but must never let through what
-- violation() would refuse.

-- A text as jsonpath writes it.
create function lockstep.path_literal(value text) returns text
    language sql immutable parallel safe
return to_json(value)::text;
comment on function lockstep.path_literal(text) is 'A text as jsonpath writes it.';

-- A jsonpath predicate (as text) for texts that a schema takes; null where it can't be said.
create function lockstep.path_of_text(schema jsonb, place text) returns text
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
        predicate := predicate || ' && ' || case
            when cardinality(allowed) = 0 then '1 == 0'
            when cardinality(allowed) <= 4 then
                (select '(' || string_agg(place || ' == ' || lockstep.path_literal(a), ' || ') || ')'
                    from unnest(allowed) as a)
            -- One automaton is faster than many comparisons.
            else place || ' like_regex ' || lockstep.path_literal('^(?:'
                || (select string_agg(regexp_replace(a, '([][\\.*+?^$(){}|])', '\\\1', 'g'), '|')
                    from unnest(allowed) as a) || ')$') || ' flag "s"'
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
comment on function lockstep.path_of_text(jsonb, text) is
    'A jsonpath predicate for texts that a schema takes; null where it can''t be said.';

-- The same for objects. `closes`: whether members that the schema does not know are looked for, too.
create function lockstep.path_of_object(schema jsonb, place text, closes boolean) returns text
    language plpgsql immutable parallel safe
as $$
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
$$;
comment on function lockstep.path_of_object(jsonb, text, boolean) is
    'A jsonpath predicate for objects that a schema takes; null where it can''t be said.';

-- The same for oneOf. violation() goes by the branch whose members with one allowed value agree; so the branches must
-- have such a member in common that tells them apart, or none of them may have one.
create function lockstep.path_of_branches(branches jsonb, place text) returns text
    language plpgsql immutable parallel safe
as $$
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
comment on function lockstep.path_of_branches(jsonb, text) is
    'A jsonpath predicate for values that one of several schemas takes; null where it can''t be said.';

-- A jsonpath predicate, as text, that is true only for values in which violation() finds nothing; null where there is
-- none. Each part is either true or false, never unknown: what it looks at has its type checked first, which also
-- keeps lax mode from looking into lists.
create function lockstep.path_of(schema jsonb, place text, closes boolean) returns text
    language plpgsql immutable parallel safe
as $$
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
$$;
comment on function lockstep.path_of(jsonb, text, boolean) is
    'A jsonpath predicate that is true only for values in which violation() finds nothing; null where there is none.';

-- The predicate for an input as a whole, but for members that the schema does not know: those are told faster by
-- closed_members. Null where there is none, or where the schema can't be read: then violation() is asked each time.
create function lockstep.accepting_path(schema jsonb) returns jsonpath
    language plpgsql immutable parallel safe
as $$
begin
    return lockstep.path_of(schema, '$', false)::jsonpath;
exception
    when others then
        return null;
end
$$;
comment on function lockstep.accepting_path(jsonb) is
    'A schema as one jsonpath predicate, which leaves out members that it does not know; null where there is none.';

-- The members that an input may have; null where it may have any.
create function lockstep.closed_members(schema jsonb) returns text[]
    language sql immutable parallel safe
return case
    when not schema ? 'oneOf' and schema -> 'additionalProperties' = 'false'
        then array(select jsonb_object_keys(coalesce(schema -> 'properties', '{}')))
end;
comment on function lockstep.closed_members(jsonb) is 'The members that an input may have; null where it may have any.';

-- Whether an input certainly fits; false or null: violation() knows.
create function lockstep.fits(input jsonb, accepts jsonpath, members text[]) returns boolean
    language sql immutable parallel safe
return case when input @@ accepts then members is null or input - members = '{}' end;
comment on function lockstep.fits(jsonb, jsonpath, text[]) is
    'Whether an input certainly fits; false or null: violation() knows.';

-- They are read for each job: kept in the row, and as they are.
alter table lockstep.workflow set (toast_tuple_target = 8160);
alter table lockstep.workflow
    add column accepts jsonpath generated always as (lockstep.accepting_path(input_schema)) stored,
    add column members text[] generated always as (lockstep.closed_members(input_schema)) stored;
alter table lockstep.workflow alter column accepts set storage main;
comment on column lockstep.workflow.accepts is
    'The input schema as one jsonpath predicate, for what fits; null: it can''t be said, and violation() is asked.';
comment on column lockstep.workflow.members is 'The members that an input may have; null: any.';

-- The version of each flow that new jobs get; see 0015_deploys.sql.
create view lockstep.open_workflow as
select distinct on (w.workflow) w.workflow, w.version, w.input_schema, w.accepts, w.members
from lockstep.workflow w
order by w.workflow, w.takes_new_jobs desc, w.version desc;
comment on view lockstep.open_workflow is 'The version of each flow that new jobs get.';
comment on column lockstep.open_workflow.workflow is 'The flow.';
comment on column lockstep.open_workflow.version is 'The version.';
comment on column lockstep.open_workflow.input_schema is 'What enqueue accepts, as JSON Schema.';
comment on column lockstep.open_workflow.accepts is 'The same as a jsonpath predicate.';
comment on column lockstep.open_workflow.members is 'The members that an input may have; null: any.';

-- As before, by that view.
create or replace function lockstep.open_request(
    workflow text, wanted_tenant text, run_at timestamptz, wanted_priority int, wanted_tags text[],
    out version int, out input_schema jsonb, out tenant text, out priority smallint, out tags text[], out buckets int,
    out now timestamptz, out due_at timestamptz)
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
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

-- Inserts one job, and returns its id, or that of the job that has its key. For functions of this schema that act as
-- its owner, and ring afterwards.
--
-- What has to be known is asked in one statement, which also says whether all is well. Where it is not, open_request,
-- check_key and violation say what is wrong.
create function lockstep.add_job(
    workflow text, input jsonb, key text, tenant text, run_at timestamptz, priority int, tags text[]) returns uuid
    language plpgsql
as $$
declare
    caller text := lockstep.caller();
    request record;
    problem text;
    job_bucket smallint;
    job_id uuid;
    existing record;
begin
    select w.version, asked.tenant, coalesce(add_job.priority, 2) as priority, coalesce(add_job.tags, '{}') as tags,
        own.buckets, own.now, greatest(add_job.run_at, own.now) as due_at,
        lockstep.fits(add_job.input, w.accepts, w.members)
            and (add_job.key is null or char_length(add_job.key) between 1 and 255)
            and (add_job.priority is null or add_job.priority between 1 and 4)
            and (add_job.run_at is null or isfinite(add_job.run_at))
            and (add_job.tags is null or array_position(add_job.tags, null) is null)
            and (asked.tenant = any (own.tenants) or lockstep.acts_for_all()) as is_fine
    into request
    from (
        select (select s.buckets from lockstep.settings s) as buckets,
            -- As lockstep.now() does.
            (select case c.mode when 'real' then clock_timestamp() else c.virtual_now end from lockstep.clock c) as now,
            coalesce(array_agg(t.tenant), '{default}') as tenants
        from lockstep.tenant_role t
        where t.role = caller
    ) as own
    cross join lateral (
        select coalesce(add_job.tenant, case cardinality(own.tenants) when 1 then own.tenants[1] else 'default' end)
            as tenant
    ) as asked
    join lockstep.open_workflow w on w.workflow = add_job.workflow;
    if request.is_fine is not true then
        request := lockstep.open_request(workflow, tenant, run_at, priority, tags);
        perform lockstep.check_key(key);
        problem := lockstep.violation(request.input_schema, input);
        if problem is not null then
            raise exception 'invalid input for %: %', workflow, problem
                using errcode = 'LK002', hint = 'select input_schema from lockstep.workflows says what it accepts.';
        end if;
    end if;
    job_bucket := lockstep.new_bucket(request.tenant, workflow, key, request.buckets);
    job_id := lockstep.new_id(request.now, job_bucket);
    insert into lockstep.job (
        bucket, id, tenant, workflow, version, key, input, tags, run_at, enqueued_at, enqueued_by)
    values (
        job_bucket, job_id, request.tenant, add_job.workflow, request.version, add_job.key, add_job.input, request.tags,
        add_job.run_at, request.now, caller)
    on conflict do nothing;
    if not found then
        select j.id, j.input into strict existing
        from lockstep.job j
        where j.bucket = job_bucket and j.tenant = request.tenant and j.workflow = add_job.workflow
            and j.key = add_job.key;
        perform lockstep.check_same_input(existing.id, add_job.key, existing.input, add_job.input);
        return existing.id;
    end if;
    insert into lockstep.job_state (bucket, id, workflow, version, tenant, priority, due_at, entered_at)
    values (
        job_bucket, job_id, add_job.workflow, request.version, request.tenant, request.priority, request.due_at,
        request.now);
    return job_id;
end
$$;
comment on function lockstep.add_job(text, jsonb, text, text, timestamptz, int, text[]) is
    'Inserts one job, and returns its id, or that of the job that has its key.';

-- As before: enqueues a job in the caller's own transaction.
create or replace function lockstep.enqueue(
    workflow text, input jsonb, key text default null, tenant text default null, run_at timestamptz default null,
    priority int default null, tags text[] default null) returns uuid
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    job_id uuid := lockstep.add_job(workflow, input, key, tenant, run_at, priority, tags);
begin
    perform lockstep.ring();
    return job_id;
end
$$;

-- As before: turns an INSERT into the view jobs into a job.
create or replace function lockstep.enqueue_inserted() returns trigger
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    if new.id is not null then
        raise exception 'an inserted job must not have an id'
            using errcode = 'LK009', hint = 'Leave it out: INSERT … RETURNING id gives it. Your own id is the key.';
    end if;
    new.id := lockstep.add_job(new.workflow, new.input, new.key, new.tenant, new.run_at, new.priority, new.tags);
    return new;
end
$$;

-- The bell is rung once for each INSERT or COPY, however many jobs it brings.
create function lockstep.ring_inserted() returns trigger
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    perform lockstep.ring();
    return null;
end
$$;
comment on function lockstep.ring_inserted() is
    'Wakes the daemons that sleep, once for each INSERT into the view jobs.';

create trigger jobs_ring after insert on lockstep.jobs
    for each statement execute function lockstep.ring_inserted();
comment on trigger jobs_ring on lockstep.jobs is 'Wakes the daemons that sleep, once for each INSERT or COPY.';

-- As before, for many: returns their ids in the order of the inputs; all of them or none.
--
-- The race. That of enqueue, for each key. The keys are taken in their order, so that two calls do not wait for each
-- other crosswise.
create or replace function lockstep.enqueue_many(
    workflow text, inputs jsonb[], keys text[] default null, tenant text default null,
    run_at timestamptz default null, priority int default null, tags text[] default null) returns setof uuid
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp set jit = off
as $$
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

-- JSON from texts; raises LK007 where one is none, and says which.
create function lockstep.parse_inputs(inputs text[]) returns jsonb[]
    language plpgsql immutable parallel safe
as $$
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
comment on function lockstep.parse_inputs(text[]) is 'JSON from texts; raises LK007 where one is none.';

-- As before, for inputs that come as text.
create or replace function lockstep.enqueue_many(
    workflow text, inputs text[], keys text[] default null, tenant text default null,
    run_at timestamptz default null, priority int default null, tags text[] default null) returns setof uuid
    language plpgsql
as $$
begin
    return query select lockstep.enqueue_many(
        workflow, lockstep.parse_inputs(inputs), keys, tenant, run_at, priority, tags);
end
$$;

-- What holds for every row of job_state. One constraint instead of nine, and its long lists in a function: PostgreSQL
-- reads each check constraint of a table anew for every statement, which took a third of an enqueue.
create function lockstep.is_sound(
    status text, state text, has_data boolean, priority smallint, seq int, entered_seq int, due_at timestamptz,
    leased_by uuid, finished_at timestamptz, last_error text, attempt int, attempt_status text) returns boolean
    language plpgsql immutable parallel safe
as $$
begin
    return priority between 1 and 4
        and case
            when status in ('queued', 'waiting', 'parked', 'paused') then finished_at is null
            when status in ('completed', 'failed', 'rejected', 'expired', 'canceled', 'refunded', 'reversed')
                -- What is over has nothing due, unless somebody owns it.
                then finished_at is not null and (due_at is null or leased_by is not null)
            else false
        end
        and (status <> 'parked' or last_error is not null)
        and (leased_by is null or due_at is not null)
        and (state is not null) = has_data
        and entered_seq between 0 and seq
        and attempt >= 0 and (attempt_status is null or attempt_status in ('started', 'unknown'));
end
$$;
comment on function lockstep.is_sound(
    text, text, boolean, smallint, int, int, timestamptz, uuid, timestamptz, text, int, text) is
    'What holds for every row of job_state.';

alter table lockstep.job_state
    drop constraint job_state_priority_is_known, drop constraint job_state_status_is_known,
    drop constraint job_state_finished_iff_outcome, drop constraint job_state_finished_rests,
    drop constraint job_state_parked_has_error, drop constraint job_state_lease_ends,
    drop constraint job_state_state_has_data, drop constraint job_state_entry_is_past,
    drop constraint job_state_attempt_is_known,
    add constraint job_state_is_sound check (
        -- Most rows are under way; for them a call would take longer than looking.
        case
            when status = 'waiting' and finished_at is null and state is not null and data is not null
                and (leased_by is null or due_at is not null) and (attempt_status is null or attempt_status = 'started')
                and priority between 1 and 4 and entered_seq between 0 and seq and attempt >= 0
                then true
            else lockstep.is_sound(
                status, state, data is not null, priority, seq, entered_seq, due_at, leased_by, finished_at, last_error,
                attempt, attempt_status)
        end);
comment on constraint job_state_is_sound on lockstep.job_state is
    'A known status and priority; finished exactly if the status is an outcome, and then without anything due; '
    'a parked job has its error, a lease its end, a state its data; the entry is past; the attempt''s status is known.';

revoke all on lockstep.open_workflow from public;
revoke all on function
    lockstep.path_literal(text), lockstep.path_of_text(jsonb, text), lockstep.path_of_object(jsonb, text, boolean),
    lockstep.path_of_branches(jsonb, text), lockstep.path_of(jsonb, text, boolean), lockstep.accepting_path(jsonb),
    lockstep.closed_members(jsonb), lockstep.fits(jsonb, jsonpath, text[]),
    lockstep.add_job(text, jsonb, text, text, timestamptz, int, text[]), lockstep.ring_inserted(),
    lockstep.parse_inputs(text[]),
    lockstep.is_sound(text, text, boolean, smallint, int, int, timestamptz, uuid, timestamptz, text, int, text)
    from public;
grant select on lockstep.open_workflow to lockstep_ops, lockstep_daemon;
grant execute on function lockstep.parse_inputs(text[]) to lockstep_app, lockstep_ops, lockstep_daemon;
-- What a daemon's own INSERT and UPDATE of job_state and workflow evaluate.
grant execute on function
    lockstep.path_literal(text), lockstep.path_of_text(jsonb, text), lockstep.path_of_object(jsonb, text, boolean),
    lockstep.path_of_branches(jsonb, text), lockstep.path_of(jsonb, text, boolean), lockstep.accepting_path(jsonb),
    lockstep.closed_members(jsonb),
    lockstep.is_sound(text, text, boolean, smallint, int, int, timestamptz, uuid, timestamptz, text, int, text)
    to lockstep_daemon;
