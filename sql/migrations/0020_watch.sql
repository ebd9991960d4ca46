-- Locks: lockstep.job_state exclusively while its rows are checked once, about a second for a million; otherwise it
-- replaces views and functions.
--
-- An end may be watched: the job is over for everybody, and yet something is read for a while after it, in case what
-- was done is undone (a delivered payment that the bank returns). Its plan is then `watch <activity>`, `due_at` is the
-- next look, and `deadline_at`, which an ended job has no other use for, is the instant until which it is looked at.

-- What holds for every row of job_state. As before, but that what is watched may be due after its end.
create function lockstep.is_sound(
    status text, state text, has_data boolean, priority smallint, seq int, entered_seq int, due_at timestamptz,
    leased_by uuid, finished_at timestamptz, last_error text, attempt int, attempt_status text, plan text)
    returns boolean
    language plpgsql immutable parallel safe
as $$
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
comment on function lockstep.is_sound(
    text, text, boolean, smallint, int, int, timestamptz, uuid, timestamptz, text, int, text, text) is
    'What holds for every row of job_state.';

alter table lockstep.job_state
    drop constraint job_state_is_sound,
    add constraint job_state_is_sound check (
        -- Most rows are under way; for them a call would take longer than looking.
        case
            when status = 'waiting' and finished_at is null and state is not null and data is not null
                and (leased_by is null or due_at is not null) and (attempt_status is null or attempt_status = 'started')
                and priority between 1 and 4 and entered_seq between 0 and seq and attempt >= 0
                then true
            else lockstep.is_sound(
                status, state, data is not null, priority, seq, entered_seq, due_at, leased_by, finished_at, last_error,
                attempt, attempt_status, plan)
        end);
comment on constraint job_state_is_sound on lockstep.job_state is
    'A known status and priority; finished exactly if the status is an outcome, and then with something due only if it '
    'is watched; a parked job has its error, a lease its end, a state its data; the entry is past; the attempt''s '
    'status is known.';
drop function lockstep.is_sound(
    text, text, boolean, smallint, int, int, timestamptz, uuid, timestamptz, text, int, text);
revoke all on function lockstep.is_sound(
    text, text, boolean, smallint, int, int, timestamptz, uuid, timestamptz, text, int, text, text) from public;
grant execute on function lockstep.is_sound(
    text, text, boolean, smallint, int, int, timestamptz, uuid, timestamptz, text, int, text, text) to lockstep_daemon;

comment on column lockstep.job_state.plan is
    'What is done in this state, such as: perform confirm, poll readPayout, wait, end, watch readPayout (an end).';
comment on column lockstep.job_state.deadline_at is
    'When waiting here ends by itself; of an ended job: until when it is looked at; null: never.';
comment on column lockstep.job_state.attempt is
    'Number of the last attempt at the plan''s activity; 0: none yet. Of an ended job: looks in a row that failed.';

-- The ended jobs that are still looked at.
create view lockstep.watched as
select s.id, s.workflow, s.version, s.tenant, s.state, s.status as outcome, s.finished_at,
    case when s.leased_by is null or s.due_at <= moment.now then s.due_at end as due, s.deadline_at as until,
    s.last_error
from (select lockstep.now() as now) as moment
cross join lockstep.job_state s
where s.due_at is not null and s.finished_at is not null and s.plan like 'watch %';
comment on view lockstep.watched is 'Jobs that are over and still looked at, in case what they did is undone.';
comment on column lockstep.watched.id is 'The job.';
comment on column lockstep.watched.workflow is 'Which flow.';
comment on column lockstep.watched.version is
    'The version of the flow: a daemon has to know it for the job to be looked at.';
comment on column lockstep.watched.tenant is 'On whose behalf.';
comment on column lockstep.watched.state is 'Where it rests.';
comment on column lockstep.watched.outcome is 'How it ended.';
comment on column lockstep.watched.finished_at is 'When it ended.';
comment on column lockstep.watched.due is 'When it is looked at next; null: just now.';
comment on column lockstep.watched.until is 'Until when it is looked at.';
comment on column lockstep.watched.last_error is 'Why the last look failed; null: it did not.';
revoke all on lockstep.watched from public;
grant select on lockstep.watched to lockstep_ops, lockstep_daemon;

-- As before, but that a job which is over is not shown as running while somebody looks at it.
create or replace view lockstep.job_status with (security_barrier) as
select s.id, j.key, s.tenant, s.workflow, s.version, s.state,
    case
        when s.leased_by is not null and s.due_at > moment.now and s.finished_at is null then 'running'
        else s.status
    end as status,
    s.plan, s.entered_at as since,
    case when s.leased_by is null or s.due_at <= moment.now then s.due_at end as due,
    s.deadline_at as deadline, s.deadline_event,
    s.finished_at is null and coalesce(s.overdue_at <= moment.now, false) as overdue, s.desk,
    s.attempt, s.last_error,
    case when s.finished_at is not null then s.status end as outcome,
    s.output, s.seq, s.priority::int as priority, j.tags, j.parent_id as parent, j.enqueued_at, j.enqueued_by,
    s.finished_at, s.held_by
from (select lockstep.now() as now) as moment
cross join lockstep.job_state s
join lockstep.job j on j.id = s.id and j.bucket = s.bucket
where (select lockstep.acts_for_all()) or s.tenant = any ((select lockstep.own_tenants())::text[]);

-- As before, but that a webhook about a watched end comes in time: it makes the job be looked at.
create or replace view lockstep.matching_webhooks as
select w.bucket, w.id, w.provider, w.kind, known.job_id, known.job_ended
from lockstep.webhook w
cross join lateral (
    select r.job_id, s.finished_at is not null and coalesce(s.plan, '') not like 'watch %' as job_ended
    from lockstep.reference r
    join lockstep.job_state s on s.id = r.job_id and s.bucket = r.bucket
    where r.provider = w.provider and r.value = any (w.refs)
    offset 0
) known
where w.status = 'parked';

-- Sets a parked job going again, with the same keys: what the provider deduplicates stays one; or makes a job that is
-- over be looked at now, where its flow watches such an end. Returns accepted or duplicate; raises LK005 for an unknown
-- job, LK009 for one that is neither.
create or replace function lockstep.retry(job uuid) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    state lockstep.job_state := lockstep.require_job(job);
begin
    if state.finished_at is null or coalesce(state.plan, '') not like 'watch %' then
        perform lockstep.check_status(state, array['parked'], 'retried');
    end if;
    return lockstep.request(job, '$retry', '{}');
end
$$;
comment on function lockstep.retry(uuid) is
    'Sets a parked job going again, or makes one that is over and watched be looked at now.';

-- What is still done about a job that is over, in words; null if nothing is.
create function lockstep.why_watched(state lockstep.job_state) returns text
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
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
comment on function lockstep.why_watched(lockstep.job_state) is
    'What is still done about a job that is over, in words; null if nothing is.';
revoke all on function lockstep.why_watched(lockstep.job_state) from public;

-- Says in one sentence or two what a job waits for, since when, until when, and what happens then. As before, but that
-- it knows of ends that are watched.
create or replace function lockstep.why(job uuid) returns text
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
    return format('%s: %s%s.', place, answer, case
        when state.deadline_at is null then ', without a deadline'
        when state.deadline_at <= moment then format('; %s is due now', coalesce(state.deadline_event, 'its deadline'))
        else format('; in %s, at %s, %s', lockstep.in_words(state.deadline_at - moment),
            lockstep.in_words(state.deadline_at), coalesce(state.deadline_event, 'it ends'))
    end);
end
$$;
