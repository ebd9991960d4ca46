-- Locks: nothing; it adds functions.
--
-- What a job waits for, in words.

-- What stands in the way of whoever would claim the job; null if nothing does.
create function lockstep.why_unclaimed(state lockstep.job_state) returns text
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
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
comment on function lockstep.why_unclaimed(lockstep.job_state) is
    'What stands in the way of whoever would claim the job; null if nothing does.';

-- Who owns the job, and what it does; null if nobody does.
create function lockstep.why_running(state lockstep.job_state) returns text
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
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
comment on function lockstep.why_running(lockstep.job_state) is
    'Who owns the job, and what it does; null if nobody does.';

-- What the plan of a waiting job waits for.
create function lockstep.why_waiting(state lockstep.job_state) returns text
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    moment timestamptz := lockstep.now();
    verb text := split_part(state.plan, ' ', 1);
    activity text := substr(state.plan, strpos(state.plan, ' ') + 1);
    soon text := case when state.due_at > moment then 'in ' || lockstep.in_words(state.due_at - moment) else 'now' end;
    known text[];
    child record;
begin
    if state.attempt_status is not null then
        return format('it is not known whether %s happened (attempt %s, %s ago)%s; it is looked up %s', activity,
            state.attempt, lockstep.in_words(moment - state.attempt_at), coalesce(': ' || state.last_error, ''), soon);
    elsif verb = 'perform' and state.attempt > 0 then
        return format('%s did not succeed (attempt %s)%s; the next attempt is %s', activity, state.attempt,
            coalesce(': ' || state.last_error, ''), soon);
    elsif verb = 'perform' then
        return format('%s is done %s', activity, soon);
    elsif verb = 'poll' then
        return format('it reads %s again and again until there is news, next %s%s', activity, soon,
            case when state.attempt > 0 then coalesce('; last time: ' || state.last_error, '') else '' end);
    elsif verb = 'run' then
        select j.id, s.status into child
        from lockstep.job j
        join lockstep.job_state s on s.id = j.id and s.bucket = j.bucket
        where j.parent_id = state.id and j.bucket = state.bucket and j.parent_seq = state.entered_seq
        limit 1;
        return format('it waits for the end of its child %s%s', activity,
            coalesce(format(' (job %s, %s)', child.id, child.status), ''));
    end if;
    select w.signals into known
    from lockstep.workflow w
    where w.workflow = state.workflow and w.version = state.version;
    return 'it waits for a signal' || case
        when cardinality(known) > 0 then ' (' || array_to_string(known, ', ') || ')'
        else ''
    end;
end
$$;
comment on function lockstep.why_waiting(lockstep.job_state) is 'What the plan of a waiting job waits for.';

-- Says in one sentence or two what a job waits for, since when, until when, and what happens then.
create function lockstep.why(job uuid) returns text
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
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
        return format('It ended as %s %s ago, at %s, in %s%s%s.', state.status,
            lockstep.in_words(moment - state.finished_at), lockstep.in_words(state.finished_at),
            coalesce(state.state, 'no state'),
            coalesce(': ' || coalesce(state.last_error, state.output ->> 'reason'), ''),
            coalesce('; funds: ' || (state.output ->> 'funds'), ''));
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
    return format('%s: %s%s.', place, lockstep.why_waiting(state), case
        when state.deadline_at is null then ', without a deadline'
        when state.deadline_at <= moment then format('; %s is due now', coalesce(state.deadline_event, 'its deadline'))
        else format('; in %s, at %s, %s', lockstep.in_words(state.deadline_at - moment),
            lockstep.in_words(state.deadline_at), coalesce(state.deadline_event, 'it ends'))
    end);
end
$$;
comment on function lockstep.why(uuid) is
    'Says what a job waits for, since when, until when, and what happens then.';
