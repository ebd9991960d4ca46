-- Locks: lockstep.job exclusively for a moment (a column without a default), lockstep.workflow for a moment (it has a
-- row for each version of each flow).
--
-- Fields marked sensitive in a flow's input. The schema that the daemon publishes marks them ("sensitive": true).
--
--   An app enqueues plain JSON, so that it is checked here like all other: until a daemon starts the job, the input
--   stands in lockstep.job as it was given. Views show what is marked as ‹redacted›, then and later, to everybody.
--   With the first transition the daemon, who alone has the keys, writes the input again with what is marked sealed
--   (AES-256-GCM, “sealed:1:<key>:…”); states and children's inputs are sealed whenever they are written.
--   What a key was used for is known by a digest then: sealed text can't be compared.
--
-- What this does not hide: for how long the plain input lies in the server's own files (old row versions until vacuum,
-- the write-ahead log until it is recycled), and statements that the server is told to log.

alter table lockstep.job add column input_digest bytea;
comment on column lockstep.job.input_digest is
    'The digest of the input as it was given; null: that stands there still. See input_digest().';
comment on table lockstep.job is
    'What was asked: one row for each job, written by enqueue. Updated once at most, when its input is sealed.';
comment on column lockstep.job.input is
    'What was asked, checked against the flow''s input schema; sensitive fields are sealed when the job starts.';

-- Tells equal inputs of one job from different ones, when the input itself can't be read any more. Salted with the
-- job's id; a hundred rounds, so that guessing costs as much more.
create function lockstep.input_digest(job uuid, input jsonb) returns bytea
    language plpgsql immutable strict parallel safe
as $$
declare
    digest bytea := convert_to(job::text || ' ' || input::text, 'UTF8');
begin
    for round in 1..100 loop
        digest := sha256(digest);
    end loop;
    return digest;
end
$$;
comment on function lockstep.input_digest(uuid, jsonb) is
    'Tells equal inputs of one job from different ones, when the input itself is sealed.';

-- Puts an input in which what is sensitive was sealed in place of the one that was given, once for each job. Called by
-- a daemon's commit for jobs that it owns; a daemon can't update lockstep.job itself.
create function lockstep.seal_input(job uuid, input jsonb) returns void
    language sql volatile security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
    update lockstep.job j
    set input = seal_input.input, input_digest = lockstep.input_digest(j.id, j.input)
    where j.bucket = lockstep.bucket_of(seal_input.job) and j.id = seal_input.job and j.input_digest is null
$$;
comment on function lockstep.seal_input(uuid, jsonb) is
    'Puts an input in which what is sensitive was sealed in place of the one that was given, once for each job.';

-- As before; where the input was sealed, its digest is compared.
create or replace function lockstep.check_same_input(job uuid, key text, known jsonb, input jsonb) returns void
    language plpgsql stable parallel safe
as $$
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

-- The sensitive members of an input, by their paths: recipient, payees[].name.
create function lockstep.sensitive_fields(schema jsonb, path text) returns text[]
    language plpgsql immutable parallel safe
as $$
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
comment on function lockstep.sensitive_fields(jsonb, text) is
    'The sensitive members of what a schema describes, by their paths, such as recipient or payees[].name.';

-- A value without what its schema marks as sensitive, plain or sealed.
create function lockstep.redacted(schema jsonb, value jsonb) returns jsonb
    language plpgsql immutable parallel safe
as $$
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
comment on function lockstep.redacted(jsonb, jsonb) is
    'A value without what its schema marks as sensitive, whether that is plain or sealed.';

alter table lockstep.workflow
    add column sensitive text[] generated always as (lockstep.sensitive_fields(input_schema, '')) stored;
comment on column lockstep.workflow.sensitive is
    'The sensitive members of its input, by their paths; they are sealed when a job starts, and never shown.';

create or replace view lockstep.workflows as
select w.workflow, w.version, w.input_schema, w.signals, w.states, w.diagram, w.published_at,
    exists (select from lockstep.pause p where p.kind = 'workflow' and p.name = w.workflow) as paused,
    exists (
        select from lockstep.known_versions k where k.workflow = w.workflow and k.version = w.version) as runs,
    w.takes_new_jobs, w.sensitive
from lockstep.workflow w;
comment on column lockstep.workflows.sensitive is
    'The sensitive members of its input, by their paths: sealed in the database, and redacted everywhere else.';

-- As before, without what is sensitive.
create or replace view lockstep.jobs with (security_barrier) as
select j.id, j.workflow,
    case when cardinality(w.sensitive) > 0 then lockstep.redacted(w.input_schema, j.input) else j.input end as input,
    j.key, j.tenant, j.run_at, s.priority::int as priority, j.tags
from lockstep.job j
join lockstep.job_state s on s.id = j.id and s.bucket = j.bucket
left join lockstep.workflow w on w.workflow = j.workflow and w.version = j.version
where (select lockstep.acts_for_all()) or j.tenant = any ((select lockstep.own_tenants())::text[]);
comment on column lockstep.jobs.input is 'What is asked, without what is sensitive.';

revoke all on function
    lockstep.input_digest(uuid, jsonb), lockstep.seal_input(uuid, jsonb),
    lockstep.sensitive_fields(jsonb, text), lockstep.redacted(jsonb, jsonb)
    from public;
grant execute on function lockstep.redacted(jsonb, jsonb) to lockstep_app, lockstep_ops, lockstep_daemon;
-- What a daemon's own INSERT of workflow and its commits evaluate.
grant execute on function lockstep.seal_input(uuid, jsonb), lockstep.sensitive_fields(jsonb, text)
    to lockstep_daemon;
