-- Locks: nothing for long; it adds functions.
--
-- Webhooks wake, reads decide. What a provider sent is stored once, and makes the job that has such a reference read
-- the provider now. These functions are for the daemon, which has verified the signature; they cross buckets, because a
-- webhook does not know its job's bucket.

-- Stores a verified webhook; returns stored, or duplicate where it came before. Commit, then call match_webhooks.
create function lockstep.receive_webhook(
    provider text, account text, kind text, dedupe_key text, refs text[], headers jsonb, body bytea) returns text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
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
comment on function lockstep.receive_webhook(text, text, text, text, text[], jsonb, bytea) is
    'Stores a verified webhook; returns stored, or duplicate where it came before.';

-- The parked webhooks that a job has a reference for, each with its newest such job; what match_webhooks settles.
create view lockstep.matching_webhooks as
select w.bucket, w.id, w.provider, w.kind, r.job_id, s.finished_at is not null as job_ended
from lockstep.webhook w
cross join lateral unnest(w.refs) as named (value)
join lockstep.reference r on r.provider = w.provider and r.value = named.value
join lockstep.job_state s on s.id = r.job_id and s.bucket = r.bucket
where w.status = 'parked';
comment on view lockstep.matching_webhooks is
    'The parked webhooks that jobs have a reference for: what match_webhooks settles.';
comment on column lockstep.matching_webhooks.bucket is 'The webhook''s bucket.';
comment on column lockstep.matching_webhooks.id is 'The webhook.';
comment on column lockstep.matching_webhooks.provider is 'Who sent it.';
comment on column lockstep.matching_webhooks.kind is 'The provider''s name for what happened.';
comment on column lockstep.matching_webhooks.job_id is 'A job that has such a reference.';
comment on column lockstep.matching_webhooks.job_ended is 'Whether that job had ended: then the webhook is late.';

-- Joins parked webhooks with the references of jobs: tells each job ($wake, once for each webhook), and marks the
-- webhook matched, or late where the job had ended. Returns how many webhooks it settled.
--
-- Call it, in a transaction of its own, after a webhook was stored and committed, and after a commit that wrote
-- references, with the references in question; and now and then without, for a crash in between.
--
-- The race. A webhook and its reference are committed by two transactions that may not see each other. Whichever
-- commits second calls this after its commit, and then sees both. Two calls at once: one that has found a match locks
-- the webhook, and the other skips it, for it is being settled; one that found none locks nothing, so that it can't
-- hide the webhook from the one that does.
create function lockstep.match_webhooks(refs text[] default null) returns int
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
        where w.status = 'parked'
            and (match_webhooks.refs is null or w.refs && match_webhooks.refs)
            and (w.bucket, w.id) in (select m.bucket, m.id from lockstep.matching_webhooks m)
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
comment on function lockstep.match_webhooks(text[]) is
    'Wakes the jobs that parked webhooks belong to; returns how many webhooks it settled.';

-- Gives up webhooks that no job asked for in time: they are marked unknown, and matched no more. Returns how many.
create function lockstep.give_up_webhooks(older interval default '7 days') returns int
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
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
comment on function lockstep.give_up_webhooks(interval) is 'Marks webhooks unknown that no job asked for in time.';
