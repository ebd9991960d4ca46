-- Locks: nothing for long; it adds functions.
--
-- What everything else is made of: ids and buckets, who is asking and for which tenants, errors, daemons and their
-- bell, and the partitions of what only grows.

-- Our errors are a class of their own, so that apps can tell them from PostgreSQL's:
--   LK001 unknown workflow            LK002 invalid input             LK003 key reused with other input
--   LK004 the clock is not virtual    LK005 unknown job               LK006 not your tenant
--   LK007 malformed JSON              LK008 not quiet in time         LK009 invalid argument

-- The bucket in a job's id: the twelve bits after the UUID's version.
create function lockstep.bucket_of(job uuid) returns smallint
    language sql immutable parallel safe
return ('x' || substr(job::text, 16, 3))::bit(12)::int::smallint;
comment on function lockstep.bucket_of(uuid) is 'The bucket in a job''s id: the twelve bits after the UUID''s version.';

-- The bucket of a text: the first four bytes of its SHA-256, modulo the number of buckets. It must never change: the
-- uniqueness of keys rests on it.
create function lockstep.bucket_for(value text, buckets int) returns smallint
    language sql immutable parallel safe
return (('x' || left(encode(sha256(convert_to(value, 'UTF8')), 'hex'), 8))::bit(32)::bigint % buckets)::smallint;
comment on function lockstep.bucket_for(text, int) is 'The bucket of a text, by the first four bytes of its SHA-256.';

-- A new job's id: a UUID of version 7 with milliseconds of `at`, the bucket, and 62 bits of chance.
create function lockstep.new_id(at timestamptz, bucket smallint) returns uuid
    language sql volatile parallel safe
return (
    lpad(to_hex((extract(epoch from at) * 1000)::bigint), 12, '0') || '7' || lpad(to_hex(bucket::int), 3, '0')
    -- The last 16 digits of a UUID of version 4 are its variant and chance.
    || right(gen_random_uuid()::text, 17))::uuid;
comment on function lockstep.new_id(timestamptz, smallint) is 'A new job''s id: UUID version 7 with the bucket in it.';

-- Who is asking: the role of SET ROLE, else of the login. (Inside functions of the schema's owner, current_user is the
-- owner.)
create function lockstep.caller() returns text
    language sql stable parallel safe
return coalesce(nullif(current_setting('role'), 'none'), session_user::text);
comment on function lockstep.caller() is 'Who is asking: the role of SET ROLE, else of the login.';

-- Whether the caller is an operator or a daemon, and so acts for every tenant.
create function lockstep.acts_for_all() returns boolean
    language plpgsql stable parallel safe security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    caller text := lockstep.caller();
begin
    return pg_has_role(caller, 'lockstep_ops', 'member') or pg_has_role(caller, 'lockstep_daemon', 'member')
        or pg_has_role(caller, (select nspowner from pg_namespace where nspname = 'lockstep'), 'member');
end
$$;
comment on function lockstep.acts_for_all() is
    'Whether the caller is an operator or a daemon, and so acts for every tenant.';

-- The tenants that the caller may act for: those listed for its role, else `default`.
create function lockstep.own_tenants() returns text[]
    language plpgsql stable parallel safe security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    return coalesce(
        (select array_agg(t.tenant order by t.tenant) from lockstep.tenant_role t where t.role = lockstep.caller()),
        array['default']);
end
$$;
comment on function lockstep.own_tenants() is 'The tenants that the caller may act for.';

-- Raises LK006 unless the caller may act for the tenant.
create function lockstep.check_tenant(tenant text) returns void
    language plpgsql stable parallel safe security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    if tenant = any (lockstep.own_tenants()) or lockstep.acts_for_all() then
        return;
    end if;
    raise exception 'role "%" may not act for tenant "%"', lockstep.caller(), tenant
        using errcode = 'LK006', hint = format(
            'It may act for %s. An operator grants more: insert into lockstep.tenant_role values (%L, %L).',
            array_to_string(lockstep.own_tenants(), ', '), lockstep.caller(), tenant);
end
$$;
comment on function lockstep.check_tenant(text) is 'Raises LK006 unless the caller may act for the tenant.';

-- An interval in words, two units at most: 1 day 4 hours, 15 minutes, 30 seconds.
create function lockstep.in_words(span interval) returns text
    language plpgsql immutable parallel safe
as $$
declare
    seconds bigint := floor(extract(epoch from span))::bigint;
    units constant text[] := array['day', 'hour', 'minute', 'second'];
    sizes constant bigint[] := array[86400, 3600, 60, 1];
    words text[] := '{}';
    amount bigint;
begin
    if seconds < 0 then
        seconds := -seconds;
    end if;
    for unit in 1..4 loop
        amount := seconds / sizes[unit];
        if amount > 0 then
            words := words || (amount || ' ' || units[unit] || case when amount = 1 then '' else 's' end);
            seconds := seconds - amount * sizes[unit];
        end if;
        exit when cardinality(words) = 2 or (cardinality(words) = 1 and amount = 0);
    end loop;
    return coalesce(nullif(array_to_string(words, ' '), ''), 'less than a second');
end
$$;
comment on function lockstep.in_words(interval) is 'An interval in words, two units at most.';

-- An instant as people write it, in UTC: 2026-03-01 12:00:00 UTC.
create function lockstep.in_words(at timestamptz) returns text
    language sql immutable parallel safe
return to_char(at at time zone 'UTC', 'YYYY-MM-DD HH24:MI:SS') || ' UTC';
comment on function lockstep.in_words(timestamptz) is 'An instant as people write it, in UTC.';

-- Says that a daemon is alive; forgets those that were not seen for a day.
create function lockstep.heartbeat(node uuid, name text, build text, workflows text[], versions int[]) returns void
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
end
$$;
comment on function lockstep.heartbeat(uuid, text, text, text[], int[]) is
    'Says that a daemon is alive, and which flows it knows; forgets those that were not seen for a day.';

-- Hangs up a daemon's bell. A bell that somebody holds was already hung: either its holder commits, and rings, or rolls
-- back, and it hangs as before. So there is nothing to wait for.
create function lockstep.fall_asleep(node uuid) returns void
    language sql security definer set search_path = pg_catalog, lockstep, pg_temp
begin atomic
    update lockstep.bell b
    set idle = true
    where b.node in (select mine.node from lockstep.bell mine where mine.node = fall_asleep.node for update skip locked)
        and not b.idle;
end;
comment on function lockstep.fall_asleep(uuid) is 'Hangs up the bell of a daemon that is about to sleep.';

-- Wakes the daemons that sleep: one NOTIFY for each sleep, however many jobs come, and none while nobody sleeps; for
-- NOTIFY takes a lock of the whole database at commit. Waits for nobody: a bell that another transaction holds is being
-- rung by it.
--
-- The race. A daemon that falls asleep while this transaction is still open is not rung, and does not see what the
-- transaction inserted. Polling is the net: a sleeper wakes by itself, at first soon, then less and less often.
create function lockstep.ring() returns void
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    update lockstep.bell b
    set idle = false
    where b.node in (select sleeper.node from lockstep.bell sleeper where sleeper.idle for update skip locked);
    if found then
        perform pg_notify('lockstep', '');
    end if;
end
$$;
comment on function lockstep.ring() is 'Wakes the daemons that sleep, with at most one NOTIFY for each sleep.';

-- Takes a daemon off the list as it shuts down. It releases nothing: leases run out by themselves.
create function lockstep.forget_node(node uuid) returns void
    language sql security definer set search_path = pg_catalog, lockstep, pg_temp
begin atomic
    delete from lockstep.bell b
    where b.node in (
        select mine.node from lockstep.bell mine where mine.node = forget_node.node for update skip locked);
    delete from lockstep.node n where n.id = forget_node.node;
end;
comment on function lockstep.forget_node(uuid) is 'Takes a daemon off the list as it shuts down.';

-- Makes the monthly partitions of this month and the next ones, for history and attempts; returns how many are new.
-- Rows of a month that had none lie in the default partition; that month then stays there. Attaching locks the default
-- partition for a moment; within two seconds, or it fails and can be called again.
create function lockstep.ensure_partitions(months int) returns int
    language plpgsql security definer
    set search_path = pg_catalog, lockstep, pg_temp set lock_timeout = '2s' set timezone = 'UTC'
as $$
declare
    made int := 0;
    parent record;
    first_day timestamptz;
    partition_name text;
    occupied boolean;
begin
    if months is null or months not between 0 and 120 then
        raise exception 'months is %, and must be from 0 to 120', coalesce(months::text, 'null')
            using errcode = 'LK009', hint = 'Three is a good number: lockstep.ensure_partitions(3).';
    end if;
    -- Two daemons that start together: the second finds the work done.
    perform pg_advisory_xact_lock(hashtext('lockstep.ensure_partitions'));
    for parent in select * from (values ('history_entry', 'at'), ('attempt', 'finished_at')) as t (name, by_column) loop
        for month in 0..months loop
            first_day := date_trunc('month', lockstep.now()) + make_interval(months => month);
            partition_name := parent.name || '_' || to_char(first_day, 'YYYY_MM');
            continue when to_regclass('lockstep.' || partition_name) is not null;
            execute format('select exists (select from lockstep.%1$I where %2$I >= %3$L and %2$I < %4$L)',
                parent.name || '_default', parent.by_column, first_day, first_day + interval '1 month') into occupied;
            continue when occupied;
            execute format('create table lockstep.%I (like lockstep.%I including defaults including constraints)',
                partition_name, parent.name);
            execute format('alter table lockstep.%I attach partition lockstep.%I for values from (%L) to (%L)',
                parent.name, partition_name, first_day, first_day + interval '1 month');
            execute format('comment on table lockstep.%I is %L', partition_name,
                'Rows of ' || parent.name || ' of ' || to_char(first_day, 'YYYY-MM') || ' (UTC).');
            made := made + 1;
        end loop;
    end loop;
    return made;
end
$$;
comment on function lockstep.ensure_partitions(int) is
    'Makes the monthly partitions of history and attempts for this month and the next ones; returns how many are new.';

-- Retention: drops the monthly partitions of history and attempts that ended before the instant; returns their names.
create function lockstep.drop_partitions(before timestamptz) returns setof text
    language plpgsql security definer
    set search_path = pg_catalog, lockstep, pg_temp set lock_timeout = '2s' set timezone = 'UTC'
as $$
declare
    old record;
begin
    if before is null or before > lockstep.now() - interval '1 month' then
        raise exception 'the last month can not be dropped'
            using errcode = 'LK009', hint = 'Give an instant at least one month ago.';
    end if;
    for old in
        select c.relname
        from pg_inherits i
        join pg_class c on c.oid = i.inhrelid
        where i.inhparent in ('lockstep.history_entry'::regclass, 'lockstep.attempt'::regclass)
            and c.relname ~ '_\d{4}_\d{2}$'
            and to_date(right(c.relname, 7), 'YYYY_MM') + interval '1 month' <= before
        order by c.relname
    loop
        execute format('drop table lockstep.%I', old.relname);
        return next old.relname::text;
    end loop;
end
$$;
comment on function lockstep.drop_partitions(timestamptz) is
    'Drops the monthly partitions of history and attempts that ended before the instant; returns their names.';

-- Brings the planner's statistics up to date where PostgreSQL is late or never does it: a table that has doubled since
-- it was last analysed (a fresh database under load), and the parents of partitions, once a day. Returns the tables
-- that it analysed. Cheap where there is nothing to do; passes over what others have locked.
create function lockstep.refresh_statistics() returns setof text
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
declare
    stale text;
begin
    for stale in
        select c.relname::text
        from pg_class c
        where c.oid in (
                'lockstep.job'::regclass, 'lockstep.job_state'::regclass, 'lockstep.signal'::regclass,
                'lockstep.reference'::regclass)
            and pg_relation_size(c.oid) > 2 * 8192 * greatest(c.relpages, 8)
        union all
        select t.relname::text
        from pg_stat_all_tables t
        where t.relid in ('lockstep.history_entry'::regclass, 'lockstep.attempt'::regclass)
            and coalesce(t.last_analyze, '-infinity') < clock_timestamp() - interval '1 day'
    loop
        execute format('analyze (skip_locked) lockstep.%I', stale);
        return next stale;
    end loop;
end
$$;
comment on function lockstep.refresh_statistics() is
    'Analyses tables that have doubled, and the parents of partitions once a day; returns their names.';
