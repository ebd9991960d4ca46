-- Locks: lockstep.webhook against writes while the index is made (a second for a million webhooks); it replaces a view
-- and a function.
--
-- Webhooks are matched by looking their names up among the references, one webhook after the other. Left to itself, the
-- planner compared every parked webhook with every reference: seconds of a whole core with a thousand of one and four
-- thousand of the other, at each match.

-- For whoever looks for all that are parked: nearly none, among all that ever came.
create index webhook_waiting on lockstep.webhook (id) where status = 'parked';

-- The parked webhooks that a job has a reference for, each with every such job; what match_webhooks settles. `offset 0`
-- keeps the planner from turning the look-up into a join of everything with everything.
create or replace view lockstep.matching_webhooks as
select w.bucket, w.id, w.provider, w.kind, known.job_id, known.job_ended
from lockstep.webhook w
cross join lateral (
    select r.job_id, s.finished_at is not null as job_ended
    from lockstep.reference r
    join lockstep.job_state s on s.id = r.job_id and s.bucket = r.bucket
    where r.provider = w.provider and r.value = any (w.refs)
    offset 0
) known
where w.status = 'parked';

-- As before, but for how it finds what to settle.
create or replace function lockstep.match_webhooks(refs text[] default null) returns int
    language plpgsql security definer
    -- A plan for the references at hand, so that the index on them is used when there are some.
    set search_path = pg_catalog, lockstep, pg_temp set plan_cache_mode = force_custom_plan set jit = off
as $$
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
$$;
