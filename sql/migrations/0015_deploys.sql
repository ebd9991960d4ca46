-- Locks: lockstep.workflow exclusively for a moment (it has a row for each version of each flow); nothing else.
--
-- Two versions of a flow side by side, and what nobody can run.
--
-- Which version new jobs get. A daemon publishes the versions that it knows when it starts, and says with each
-- heartbeat that they are alive with it. New jobs get
--
--   the newest version that every living daemon of the flow knows: while a deploy rolls, old and new daemons live at
--     the same time, and what all of them know can be run by whichever remain, if the deploy is taken back too;
--   where they have none in common (the new build dropped the old version), the newest that a living one knows;
--   where none lives, what it was last: a version that only daemons of a deploy taken back knew is not handed out.
--
-- One that drains does not count any more. So nothing is enqueued for a version before a daemon that can run it is
-- alive. It is noted in `takes_new_jobs`, and changes with a heartbeat, so that enqueue looks at one row. What was
-- enqueued but never started, and for whose version no daemon lives any more, is given to the version that takes new
-- jobs, if its input fits that one.

alter table lockstep.workflow add column takes_new_jobs boolean not null default false;
comment on column lockstep.workflow.takes_new_jobs is
    'Whether new jobs get this version: the newest that all living daemons of the flow know; see 0015_deploys.sql.';
comment on column lockstep.workflow.version is 'Its version; new jobs get the one that takes_new_jobs.';
update lockstep.workflow w
set takes_new_jobs = true
where w.version = (select max(o.version) from lockstep.workflow o where o.workflow = w.workflow);

-- Works out anew which versions new jobs get, of the flows that living daemons know.
--
-- The race. Two daemons whose heartbeats come together may see each other or not; the next heartbeat, a second later,
-- puts it right, and both answers are versions that somebody living can run.
create function lockstep.choose_versions() returns void
    language sql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
    with living as (
        select n.id, k.workflow, k.version
        from lockstep.node n
        cross join unnest(n.workflows, n.versions) as k (workflow, version)
        join lockstep.workflow w on w.workflow = k.workflow and w.version = k.version
        where n.seen_at > clock_timestamp() - interval '5 seconds' and not n.draining
    ),
    chosen as (
        select distinct on (l.workflow) l.workflow, l.version
        from living l
        group by l.workflow, l.version
        order by l.workflow,
            count(distinct l.id) = (select count(distinct a.id) from living a where a.workflow = l.workflow) desc,
            l.version desc
    )
    update lockstep.workflow w
    set takes_new_jobs = (w.version = chosen.version)
    from chosen
    where w.workflow = chosen.workflow and w.takes_new_jobs <> (w.version = chosen.version)
$$;
comment on function lockstep.choose_versions() is
    'Works out anew which versions new jobs get: the newest that all living daemons of a flow know.';

-- As before, and then the versions.
create or replace function lockstep.heartbeat(node uuid, name text, build text, workflows text[], versions int[])
    returns void
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    insert into lockstep.node as n (id, name, build, workflows, versions, started_at, seen_at)
    values (heartbeat.node, heartbeat.name, heartbeat.build, heartbeat.workflows, heartbeat.versions,
        clock_timestamp(), clock_timestamp())
    on conflict (id) do update
    set seen_at = excluded.seen_at, name = excluded.name, build = excluded.build, workflows = excluded.workflows,
        versions = excluded.versions;
    -- Not `on conflict`, which would wait for an app that has rung this bell and not yet committed.
    insert into lockstep.bell (node)
    select heartbeat.node
    where not exists (select from lockstep.bell b where b.node = heartbeat.node);
    delete from lockstep.bell b
    where b.node in (
        select lost.node
        from lockstep.bell lost
        left join lockstep.node n on n.id = lost.node
        where n.seen_at is null or n.seen_at < clock_timestamp() - interval '1 day'
        for update of lost skip locked);
    delete from lockstep.node n where n.seen_at < clock_timestamp() - interval '1 day';
    perform lockstep.choose_versions();
end
$$;

-- As before, and then the versions: those that only this daemon knew take no new jobs from now on.
create or replace function lockstep.forget_node(node uuid) returns void
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    delete from lockstep.bell b
    where b.node in (
        select mine.node from lockstep.bell mine where mine.node = forget_node.node for update skip locked);
    delete from lockstep.node n where n.id = forget_node.node;
    perform lockstep.choose_versions();
end
$$;

-- As before, with the version that takes new jobs.
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
    from lockstep.workflow w
    where w.workflow = open_request.workflow
    order by w.takes_new_jobs desc, w.version desc
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

-- The flows and versions of which there are unfinished jobs. It jumps from one pair to the next in the index, so that
-- it costs the same however many jobs there are of each.
create view lockstep.live_versions as
with recursive pair as (
    (
        select s.workflow, s.version
        from lockstep.job_state s
        where s.finished_at is null
        order by s.workflow, s.version
        limit 1
    )
    union all
    select next.workflow, next.version
    from pair
    cross join lateral (
        select s.workflow, s.version
        from lockstep.job_state s
        where s.finished_at is null and (s.workflow, s.version) > (pair.workflow, pair.version)
        order by s.workflow, s.version
        limit 1
    ) next
)
select pair.workflow, pair.version,
    exists (
        select from lockstep.known_versions k where k.workflow = pair.workflow and k.version = pair.version) as runs
from pair;
comment on view lockstep.live_versions is 'The flows and versions of which there are unfinished jobs.';
comment on column lockstep.live_versions.workflow is 'The flow.';
comment on column lockstep.live_versions.version is 'The version.';
comment on column lockstep.live_versions.runs is 'Whether a living daemon can run it.';

-- Unfinished jobs that no living daemon can run: one row for each flow, version and state. While everything can be
-- run, it costs next to nothing; else it counts the jobs of the versions that can't be, `at_most` so many of each.
--
-- The planner knows how many jobs a version has on average, and so would read the whole table for those of any; it is
-- told to go by the index.
create function lockstep.stranded(at_most bigint default null)
    returns table (workflow text, version int, state text, jobs bigint, oldest timestamptz, example uuid)
    language sql stable
    set enable_seqscan = off set enable_bitmapscan = off
as $$
    select l.workflow, l.version, rest.state, rest.jobs, rest.oldest, rest.example
    from lockstep.live_versions l
    cross join lateral (
        select few.state, count(*) as jobs, min(few.entered_at) as oldest, min(few.id::text)::uuid as example
        from (
            select s.id, s.state, s.entered_at
            from lockstep.job_state s
            where s.workflow = l.workflow and s.version = l.version and s.finished_at is null
            limit stranded.at_most
        ) few
        group by few.state
    ) rest
    where not l.runs
$$;
comment on function lockstep.stranded(bigint) is
    'Unfinished jobs that no living daemon can run, by flow, version and state, counted up to so many of each version.';

drop view lockstep.unclaimable;
create view lockstep.unclaimable as
select s.workflow, s.version, s.state, s.jobs, s.oldest, s.example
from lockstep.stranded() s;
comment on view lockstep.unclaimable is
    'Unfinished jobs that no living daemon can run: their flows, versions and states, counted.';
comment on column lockstep.unclaimable.workflow is 'The flow.';
comment on column lockstep.unclaimable.version is 'The version that nobody can run.';
comment on column lockstep.unclaimable.state is 'Where they rest; null: not started.';
comment on column lockstep.unclaimable.jobs is 'How many.';
comment on column lockstep.unclaimable.oldest is 'Since when the one rests there that does so longest.';
comment on column lockstep.unclaimable.example is 'The one that was enqueued first.';

create or replace view lockstep.workflows as
select w.workflow, w.version, w.input_schema, w.signals, w.states, w.diagram, w.published_at,
    exists (select from lockstep.pause p where p.kind = 'workflow' and p.name = w.workflow) as paused,
    exists (
        select from lockstep.known_versions k where k.workflow = w.workflow and k.version = w.version) as runs,
    w.takes_new_jobs
from lockstep.workflow w;
comment on column lockstep.workflows.version is 'Its version.';
comment on column lockstep.workflows.takes_new_jobs is 'Whether new jobs get this version.';

-- Gives jobs that never started, and whose version no living daemon knows, to the version of their flow that takes new
-- jobs, if a daemon that knows that one is alive and their input fits it; at most so many. Returns how many. Each is a
-- row of its history.
--
-- The race. A job that somebody has just claimed is passed over (skip locked, leased_by): its version was known after
-- all.
create function lockstep.adopt_unstarted(at_most int default 1000) returns int
    language sql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
    with orphaned as materialized (
        select s.bucket, s.id, s.version as old_version, w.version as new_version
        from lockstep.live_versions l
        join lockstep.workflow w on w.workflow = l.workflow and w.takes_new_jobs
        join lockstep.known_versions k on k.workflow = w.workflow and k.version = w.version
        join lockstep.job_state s on s.workflow = l.workflow and s.version = l.version
        join lockstep.job j on j.id = s.id and j.bucket = s.bucket
        where not l.runs and s.finished_at is null and s.status = 'queued' and s.data is null
            and s.leased_by is null and lockstep.violation(w.input_schema, j.input) is null
        limit adopt_unstarted.at_most
        for update of s skip locked
    ),
    adopted as (
        update lockstep.job_state s
        set version = o.new_version, seq = s.seq + 1, commits = s.commits + 1,
            due_at = greatest(s.due_at, lockstep.now())
        from orphaned o
        where s.id = o.id and s.bucket = o.bucket and s.leased_by is null
        returning s.bucket, s.id, s.seq, o.old_version, o.new_version
    ),
    noted as (
        insert into lockstep.history_entry (bucket, job_id, seq, at, event, actor, detail)
        select a.bucket, a.id, a.seq, lockstep.now(), 'migrated', 'engine',
            jsonb_build_object('from_version', a.old_version, 'to_version', a.new_version)
        from adopted a
        returning 1
    )
    select count(*)::int from noted
$$;
comment on function lockstep.adopt_unstarted(int) is
    'Gives jobs that never started, and whose version nobody knows any more, to the version that takes new jobs.';

-- The signals that would bring a job on from where it rests, as its daemon published them; null where it did not say.
create function lockstep.awaited_signals(state lockstep.job_state) returns text[]
    language sql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
    select array(select jsonb_array_elements_text(described.value -> 'signals'))
    from lockstep.workflow w
    cross join jsonb_array_elements(w.states) as described
    where w.workflow = state.workflow and w.version = state.version
        and described.value ->> 'state' = state.state and described.value ? 'signals'
    limit 1
$$;
comment on function lockstep.awaited_signals(lockstep.job_state) is
    'The signals that would bring a job on from where it rests; null where its daemon did not say.';

-- What the plan of a waiting job waits for.
create or replace function lockstep.why_waiting(state lockstep.job_state) returns text
    language plpgsql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    moment timestamptz := lockstep.now();
    verb text := split_part(state.plan, ' ', 1);
    activity text := substr(state.plan, strpos(state.plan, ' ') + 1);
    soon text := case when state.due_at > moment then 'in ' || lockstep.in_words(state.due_at - moment) else 'now' end;
    awaited text[] := lockstep.awaited_signals(state);
    answer text;
    child record;
begin
    if state.attempt_status is not null then
        answer := format('it is not known whether %s happened (attempt %s, %s ago)%s; it is looked up %s', activity,
            state.attempt, lockstep.in_words(moment - state.attempt_at), coalesce(': ' || state.last_error, ''), soon);
    elsif verb = 'perform' and state.attempt > 0 then
        answer := format('%s did not succeed (attempt %s)%s; the next attempt is %s', activity, state.attempt,
            coalesce(': ' || state.last_error, ''), soon);
    elsif verb = 'perform' then
        answer := format('%s is done %s', activity, soon);
    elsif verb = 'poll' then
        answer := format('it reads %s again and again until there is news, next %s%s', activity, soon,
            case when state.attempt > 0 then coalesce('; last time: ' || state.last_error, '') else '' end);
    elsif verb = 'run' then
        select j.id, s.status into child
        from lockstep.job j
        join lockstep.job_state s on s.id = j.id and s.bucket = j.bucket
        where j.parent_id = state.id and j.bucket = state.bucket and j.parent_seq = state.entered_seq
        limit 1;
        answer := format('it waits for the end of its child %s%s', activity,
            coalesce(format(' (job %s, %s)', child.id, child.status), ''));
    else
        if awaited is null then
            select w.signals into awaited
            from lockstep.workflow w
            where w.workflow = state.workflow and w.version = state.version;
        end if;
        answer := 'it waits for a signal' || case
            when cardinality(awaited) > 0 then ' (' || array_to_string(awaited, ', ') || ')'
            else ''
        end;
    end if;
    -- Whoever is told may end any wait; that the job may be cancelled is nothing that it waits for.
    awaited := array_remove(awaited, 'cancel');
    if verb in ('poll', 'run') and cardinality(awaited) > 0 then
        answer := answer || '; the app''s signal ' || array_to_string(awaited, ' or ') || ' would bring it on';
    end if;
    if state.overdue_at <= moment then
        answer := answer || format('; overdue for %s, on the desk of %s', lockstep.in_words(moment - state.overdue_at),
            coalesce(state.desk, 'nobody'));
    end if;
    return answer;
end
$$;

revoke all on lockstep.live_versions, lockstep.unclaimable from public;
revoke all on function
    lockstep.choose_versions(), lockstep.adopt_unstarted(int), lockstep.awaited_signals(lockstep.job_state),
    lockstep.stranded(bigint)
    from public;
grant select on lockstep.live_versions, lockstep.unclaimable to lockstep_ops, lockstep_daemon;
grant execute on function lockstep.adopt_unstarted(int), lockstep.stranded(bigint) to lockstep_ops, lockstep_daemon;
