-- Locks: nothing but the view for a moment.
--
-- What a person has to do stands where people look: a flow that waits for one says it as `reason`, with its output.
create or replace view lockstep.overdue as
select s.id, j.key, s.tenant, s.workflow, s.state, s.desk, s.overdue_at as since, s.status, s.plan, s.last_error,
    s.output ->> 'reason' as reason
from (select lockstep.now() as now) as moment
cross join lockstep.job_state s
join lockstep.job j on j.id = s.id and j.bucket = s.bucket
where s.finished_at is null and s.overdue_at <= moment.now;
comment on column lockstep.overdue.reason is
    'What has to be done, or what is wrong, in the flow''s own words; null where it says nothing.';

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
