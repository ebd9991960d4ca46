-- Locks: nothing for long; it adds functions.
--
-- How jobs are told something: signals of apps, the requests of operators, and pauses of whole flows, providers,
-- accounts and tenants. All of it only inserts: no job is waited for, and no daemon waits.

-- Writes into a job's inbox; returns accepted, or duplicate where the job has a signal with this key. For functions of
-- this schema that have checked who asks.
create function lockstep.deliver(job uuid, name text, payload jsonb, key text, actor text) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
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
comment on function lockstep.deliver(uuid, text, jsonb, text, text) is 'Writes into a job''s inbox.';

-- A job that the caller may act for; null for any other, so that nobody learns of other tenants' jobs.
create function lockstep.find_job(job uuid) returns lockstep.job_state
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
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
comment on function lockstep.find_job(uuid) is 'A job that the caller may act for; null for any other.';

-- The same; raises LK005 where there is none.
create function lockstep.require_job(job uuid) returns lockstep.job_state
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
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
comment on function lockstep.require_job(uuid) is
    'A job that the caller may act for; raises LK005 where there is none.';

-- Tells a job something, in the caller's own transaction; returns accepted, duplicate or unknown job. With a key, a job
-- is told once: whoever is told by a provider passes the provider's event id. Which signals a flow takes, it lists;
-- others raise LK009. What the job made of it, and why it refused, stands in lockstep.signals and in the history.
--
-- The race. Of two transactions that send with one key, the second waits until the first ends, as in enqueue.
create function lockstep.signal(job uuid, name text, payload jsonb default '{}', key text default null) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
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
$$;
comment on function lockstep.signal(uuid, text, jsonb, text) is
    'Tells a job something, once for each key; returns accepted, duplicate or unknown job.';

-- Tells a job one of Lockstep's own signals; duplicate where the same waits already.
create function lockstep.request(job uuid, name text, payload jsonb) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
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
comment on function lockstep.request(uuid, text, jsonb) is
    'Tells a job one of Lockstep''s own signals, unless it waits already.';

-- Asks a job to stop. The flow decides: what was sent can't be unsent. The answer stands in lockstep.signals and in the
-- history. Returns accepted, or duplicate where such a request waits already; raises LK005 for an unknown job.
create function lockstep.cancel(job uuid, reason text default null) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    perform lockstep.require_job(job);
    return lockstep.request(job, '$cancel', jsonb_strip_nulls(jsonb_build_object('reason', reason)));
end
$$;
comment on function lockstep.cancel(uuid, text) is 'Asks a job to stop; the flow decides.';

-- Raises LK009 where a job is not in a status in which something can be asked of it.
create function lockstep.check_status(state lockstep.job_state, wanted text[], asked text) returns void
    language plpgsql immutable parallel safe
as $$
begin
    if not state.status = any (wanted) then
        raise exception 'job % is %, and can not be %', state.id, state.status, asked
            using errcode = 'LK009', hint = format('select lockstep.why(%L) says what it waits for.', state.id);
    end if;
end
$$;
comment on function lockstep.check_status(lockstep.job_state, text[], text) is
    'Raises LK009 where a job is not in a status in which something can be asked of it.';

-- Sets a parked job going again, with the same keys: what the provider deduplicates stays one. Returns accepted or
-- duplicate; raises LK005 for an unknown job, LK009 for one that is not parked.
create function lockstep.retry(job uuid) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    perform lockstep.check_status(lockstep.require_job(job), array['parked'], 'retried');
    return lockstep.request(job, '$retry', '{}');
end
$$;
comment on function lockstep.retry(uuid) is 'Sets a parked job going again.';

-- Holds a job where it rests: no activity, no deadline, no signal, until resume. What is in flight is finished first.
-- Returns accepted or duplicate; raises LK005 for an unknown job, LK009 for one that is over.
create function lockstep.pause(job uuid) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    perform lockstep.check_status(lockstep.require_job(job), array['queued', 'waiting', 'parked', 'paused'], 'paused');
    return lockstep.request(job, '$pause', '{}');
end
$$;
comment on function lockstep.pause(uuid) is 'Holds a job where it rests, until resume.';

-- Lets a paused job go on. Returns accepted or duplicate; raises LK005 for an unknown job, LK009 for one that is over.
create function lockstep.resume(job uuid) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    perform lockstep.check_status(lockstep.require_job(job), array['queued', 'waiting', 'parked', 'paused'], 'resumed');
    return lockstep.request(job, '$resume', '{}');
end
$$;
comment on function lockstep.resume(uuid) is 'Lets a paused job go on.';

-- Pauses something as a whole; returns paused, or already paused.
create function lockstep.hold(kind text, name text, reason text) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    if coalesce(name, '') = '' then
        raise exception 'no % is named', kind using errcode = 'LK009', hint = 'Say which one, by its name.';
    elsif kind = 'workflow' and not exists (select from lockstep.workflow w where w.workflow = hold.name) then
        raise exception 'unknown workflow "%"', name
            using errcode = 'LK001', hint = 'select workflow from lockstep.workflows lists them.';
    end if;
    insert into lockstep.pause (kind, name, since, paused_by, reason)
    values (hold.kind, hold.name, lockstep.now(), lockstep.caller(), hold.reason)
    on conflict do nothing;
    return case when found then 'paused' else 'already paused' end;
end
$$;
comment on function lockstep.hold(text, text, text) is
    'Pauses something as a whole; returns paused, or already paused.';

-- Ends such a pause; returns resumed, or not paused.
create function lockstep.let_go(kind text, name text) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    delete from lockstep.pause p where p.kind = let_go.kind and p.name = let_go.name;
    if not found then
        return 'not paused';
    end if;
    perform lockstep.ring();
    return 'resumed';
end
$$;
comment on function lockstep.let_go(text, text) is
    'Ends a pause of something as a whole; returns resumed, or not paused.';

-- The pauses of wholes: the jobs of a paused workflow or tenant are not claimed; what is in flight is finished first.
-- Enqueue and signal go on.
create function lockstep.pause_workflow(workflow text, reason text default null) returns text
    language sql security definer set search_path = pg_catalog, lockstep, pg_temp
return lockstep.hold('workflow', workflow, reason);
comment on function lockstep.pause_workflow(text, text) is 'Stops claiming jobs of a workflow.';

create function lockstep.resume_workflow(workflow text) returns text
    language sql security definer set search_path = pg_catalog, lockstep, pg_temp
return lockstep.let_go('workflow', workflow);
comment on function lockstep.resume_workflow(text) is 'Ends the pause of a workflow.';

create function lockstep.pause_tenant(tenant text, reason text default null) returns text
    language sql security definer set search_path = pg_catalog, lockstep, pg_temp
return lockstep.hold('tenant', tenant, reason);
comment on function lockstep.pause_tenant(text, text) is 'Stops claiming jobs of a tenant.';

create function lockstep.resume_tenant(tenant text) returns text
    language sql security definer set search_path = pg_catalog, lockstep, pg_temp
return lockstep.let_go('tenant', tenant);
comment on function lockstep.resume_tenant(text) is 'Ends the pause of a tenant.';
