-- Locks: nothing for long; it adds functions and a view.
--
-- How jobs come in: the check of their input, enqueue and enqueue_many, and the view `jobs`, which takes plain INSERT
-- and COPY.

-- What is wrong with a value by a schema, in words that name the place; null if nothing is. The schema is the subset of
-- JSON Schema that the flows publish: type, properties, required, additionalProperties: false, enum, pattern (over the
-- whole text), minLength, maxLength, items, and oneOf whose branches are told apart by a member with one allowed value.
-- A member that is not required may also be null. The value itself is never repeated: it may be personal.
create function lockstep.violation(schema jsonb, value jsonb, path text default '') returns text
    language plpgsql immutable parallel safe
as $$
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
$$;
comment on function lockstep.violation(jsonb, jsonb, text) is
    'What is wrong with a value by a schema, in words that name the place; null if nothing is.';

-- What is wrong with a value by every one of several schemas. The branch meant is the one whose members with one
-- allowed value agree with the value's: so that what is reported is the field, and not that no branch fits.
create function lockstep.violation_of_branches(branches jsonb, value jsonb, path text) returns text
    language plpgsql immutable parallel safe
as $$
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
comment on function lockstep.violation_of_branches(jsonb, jsonb, text) is
    'What is wrong with a value by every one of several schemas, told apart by a member with one allowed value.';

-- A JSON type in words.
create function lockstep.type_in_words(json_type text) returns text
    language sql immutable parallel safe
return case json_type
    when 'string' then 'text'
    when 'integer' then 'a whole number'
    when 'number' then 'a number'
    when 'boolean' then 'true or false'
    when 'object' then 'an object'
    when 'array' then 'a list'
    else json_type
end;
comment on function lockstep.type_in_words(text) is 'A JSON type in words.';

-- JSON from text; raises LK007 where it is none.
create function lockstep.parse_input(input text) returns jsonb
    language plpgsql immutable parallel safe
as $$
begin
    return input::jsonb;
exception
    when data_exception then
        raise exception 'the input is not JSON: %', sqlerrm
            using errcode = 'LK007', hint = 'Send a JSON object, such as {"amount": "100.00"}.';
end
$$;
comment on function lockstep.parse_input(text) is 'JSON from text; raises LK007 where it is none.';

-- What has to be known before jobs can be enqueued; raises LK001, LK006 or LK009 where they can not.
create function lockstep.open_request(
    workflow text, wanted_tenant text, run_at timestamptz, wanted_priority int, wanted_tags text[],
    out version int, out input_schema jsonb, out tenant text, out priority smallint, out tags text[], out buckets int,
    out now timestamptz, out due_at timestamptz)
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    owned text[];
begin
    select w.version, w.input_schema into version, input_schema
    from lockstep.workflow w
    where w.workflow = open_request.workflow
    order by w.version desc
    limit 1;
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
comment on function lockstep.open_request(text, text, timestamptz, int, text[]) is
    'What has to be known before jobs can be enqueued; raises LK001, LK006 or LK009 where they can not.';

-- Raises LK009 unless a key can be one.
create function lockstep.check_key(key text) returns void
    language plpgsql immutable parallel safe
as $$
begin
    if char_length(key) not between 1 and 255 then
        raise exception 'the key has % characters, and must have from 1 to 255', char_length(key)
            using errcode = 'LK009', hint = 'Use your own id of the payment; leave it out if there is none.';
    end if;
end
$$;
comment on function lockstep.check_key(text) is 'Raises LK009 unless a key can be one.';

-- The bucket of a new job: from its key, so that the key is unique within one bucket; else by chance.
create function lockstep.new_bucket(tenant text, workflow text, key text, buckets int) returns smallint
    language sql volatile parallel safe
return case
    when buckets = 1 then 0::smallint
    when key is null then floor(random() * buckets)::smallint
    else lockstep.bucket_for(tenant || chr(31) || workflow || chr(31) || key, buckets)
end;
comment on function lockstep.new_bucket(text, text, text, int) is
    'The bucket of a new job: from its key, else by chance.';

-- Enqueues a job in the caller's own transaction, and returns its id. Rolled back: no job. Committed: a job, once for
-- each (tenant, workflow, key). The same key with the same input returns the same id; with other input it is LK003.
--
-- The race. Of two transactions with one key, the second waits until the first ends. If the first commits, the second
-- returns its id; if it rolls back, the second creates the job. Under REPEATABLE READ and above it fails with 40001
-- instead, as any insert of a key that a concurrent transaction took does: retry the transaction.
--
-- tenant: on whose behalf; left out, the caller's own tenant if it has exactly one, else default. run_at: not before.
-- priority: 1 first, 4 last, 2 usual.
create function lockstep.enqueue(
    workflow text, input jsonb, key text default null, tenant text default null, run_at timestamptz default null,
    priority int default null, tags text[] default null) returns uuid
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    request record;
    problem text;
    job_bucket smallint;
    job_id uuid;
    existing record;
begin
    request := lockstep.open_request(workflow, tenant, run_at, priority, tags);
    perform lockstep.check_key(key);
    problem := lockstep.violation(request.input_schema, input);
    if problem is not null then
        raise exception 'invalid input for %: %', workflow, problem
            using errcode = 'LK002', hint = 'select input_schema from lockstep.workflows says what it accepts.';
    end if;
    job_bucket := lockstep.new_bucket(request.tenant, workflow, key, request.buckets);
    job_id := lockstep.new_id(request.now, job_bucket);
    insert into lockstep.job (
        bucket, id, tenant, workflow, version, key, input, tags, run_at, enqueued_at, enqueued_by)
    values (
        job_bucket, job_id, request.tenant, enqueue.workflow, request.version, enqueue.key, enqueue.input, request.tags,
        enqueue.run_at, request.now, lockstep.caller())
    on conflict do nothing;
    if not found then
        select j.id, j.input into strict existing
        from lockstep.job j
        where j.bucket = job_bucket and j.tenant = request.tenant and j.workflow = enqueue.workflow
            and j.key = enqueue.key;
        perform lockstep.check_same_input(existing.id, enqueue.key, existing.input, enqueue.input);
        return existing.id;
    end if;
    insert into lockstep.job_state (bucket, id, workflow, version, tenant, priority, due_at, entered_at)
    values (
        job_bucket, job_id, enqueue.workflow, request.version, request.tenant, request.priority, request.due_at,
        request.now);
    perform lockstep.ring();
    return job_id;
end
$$;
comment on function lockstep.enqueue(text, jsonb, text, text, timestamptz, int, text[]) is
    'Enqueues a job in the caller''s own transaction, once for each (tenant, workflow, key); returns its id.';

-- The same for input that comes as text, so that malformed JSON gets an error that says so (LK007).
create function lockstep.enqueue(
    workflow text, input text, key text default null, tenant text default null, run_at timestamptz default null,
    priority int default null, tags text[] default null) returns uuid
    language plpgsql
as $$
begin
    return lockstep.enqueue(workflow, lockstep.parse_input(input), key, tenant, run_at, priority, tags);
end
$$;
comment on function lockstep.enqueue(text, text, text, text, timestamptz, int, text[]) is
    'Enqueues a job whose input comes as text; malformed JSON is LK007.';

-- Raises LK003 where a key was used before with other input.
create function lockstep.check_same_input(job uuid, key text, known jsonb, input jsonb) returns void
    language plpgsql immutable parallel safe
as $$
begin
    if known is distinct from input then
        raise exception 'the key "%" was used before with other input', key
            using errcode = 'LK003', detail = format('The job %s has it.', job),
                hint = 'A key names one request for ever: use another key for another request, or send the same input.';
    end if;
end
$$;
comment on function lockstep.check_same_input(uuid, text, jsonb, jsonb) is
    'Raises LK003 where a key was used before with other input.';

-- Enqueues many jobs of one workflow in the caller's own transaction; returns their ids in the order of the inputs. All
-- of them or none: the first that is wrong raises what enqueue raises, and says which it is. `keys` has an element for
-- each input, or is left out.
--
-- The race. That of enqueue, for each key. The keys are taken in their order, so that two calls do not wait for each
-- other crosswise.
create function lockstep.enqueue_many(
    workflow text, inputs jsonb[], keys text[] default null, tenant text default null,
    run_at timestamptz default null, priority int default null, tags text[] default null) returns setof uuid
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    request record;
    problem text;
    ids uuid[];
    existing record;
begin
    request := lockstep.open_request(workflow, tenant, run_at, priority, tags);
    if cardinality(keys) <> cardinality(inputs) then
        raise exception 'there are % inputs and % keys', cardinality(inputs), cardinality(keys)
            using errcode = 'LK009', hint = 'Give a key (or null) for each input, or leave the keys out.';
    end if;
    for i in 1..coalesce(cardinality(inputs), 0) loop
        perform lockstep.check_key(keys[i]);
        problem := lockstep.violation(request.input_schema, inputs[i]);
        if problem is not null then
            raise exception 'invalid input for %, number % of %: %', workflow, i, cardinality(inputs), problem
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
            given.key, given.input, request.tags, enqueue_many.run_at, request.now, lockstep.caller()
        from unnest(ids, inputs, keys) with ordinality as given (id, input, key, position)
        order by given.key collate "C", given.position
        on conflict do nothing
        returning bucket, id
    )
    insert into lockstep.job_state (bucket, id, workflow, version, tenant, priority, due_at, entered_at)
    select born.bucket, born.id, enqueue_many.workflow, request.version, request.tenant, request.priority,
        request.due_at, request.now
    from born;
    for existing in
        select j.id, j.input as known, given.input, given.key, given.position
        from unnest(inputs, keys, ids) with ordinality as given (input, key, id, position)
        join lockstep.job j on j.key = given.key and j.workflow = enqueue_many.workflow and j.tenant = request.tenant
            and j.bucket = lockstep.bucket_of(given.id)
        where j.id <> given.id
    loop
        perform lockstep.check_same_input(existing.id, existing.key, existing.known, existing.input);
        ids[existing.position] := existing.id;
    end loop;
    perform lockstep.ring();
    return query select unnest(ids);
end
$$;
comment on function lockstep.enqueue_many(text, jsonb[], text[], text, timestamptz, int, text[]) is
    'Enqueues many jobs of one workflow, all or none; returns their ids in the order of the inputs.';

-- The same for inputs that come as text.
create function lockstep.enqueue_many(
    workflow text, inputs text[], keys text[] default null, tenant text default null,
    run_at timestamptz default null, priority int default null, tags text[] default null) returns setof uuid
    language plpgsql
as $$
begin
    return query select lockstep.enqueue_many(
        workflow,
        array(
            select lockstep.parse_input(given.input)
            from unnest(inputs) with ordinality as given (input, position)
            order by given.position),
        keys, tenant, run_at, priority, tags);
end
$$;
comment on function lockstep.enqueue_many(text, text[], text[], text, timestamptz, int, text[]) is
    'Enqueues many jobs whose inputs come as text; malformed JSON is LK007.';

-- The job table as apps see it. INSERT and COPY do what enqueue does.
create view lockstep.jobs with (security_barrier) as
select j.id, j.workflow, j.input, j.key, j.tenant, j.run_at, s.priority::int as priority, j.tags
from lockstep.job j
join lockstep.job_state s on s.id = j.id and s.bucket = j.bucket
where (select lockstep.acts_for_all()) or j.tenant = any ((select lockstep.own_tenants())::text[]);
comment on view lockstep.jobs is
    'The jobs as apps enqueue them: INSERT (with RETURNING id) and COPY do what enqueue does.';
comment on column lockstep.jobs.id is 'Given by Lockstep; leave it out of an INSERT.';
comment on column lockstep.jobs.workflow is 'Which flow.';
comment on column lockstep.jobs.input is 'What is asked.';
comment on column lockstep.jobs.key is 'Your own name for the job: once for each tenant and workflow.';
comment on column lockstep.jobs.tenant is 'On whose behalf.';
comment on column lockstep.jobs.run_at is 'Not before this instant.';
comment on column lockstep.jobs.priority is '1 first, 4 last; 2 if left out.';
comment on column lockstep.jobs.tags is 'Free words for whoever searches.';

-- Turns an INSERT into the view `jobs` into a call of enqueue.
create function lockstep.enqueue_inserted() returns trigger
    language plpgsql
as $$
begin
    if new.id is not null then
        raise exception 'an inserted job must not have an id'
            using errcode = 'LK009', hint = 'Leave it out: INSERT … RETURNING id gives it. Your own id is the key.';
    end if;
    new.id := lockstep.enqueue(new.workflow, new.input, new.key, new.tenant, new.run_at, new.priority, new.tags);
    return new;
end
$$;
comment on function lockstep.enqueue_inserted() is 'Turns an INSERT into the view jobs into a call of enqueue.';

create trigger jobs_enqueue instead of insert on lockstep.jobs
    for each row execute function lockstep.enqueue_inserted();
comment on trigger jobs_enqueue on lockstep.jobs is 'Turns an INSERT into a call of enqueue.';
