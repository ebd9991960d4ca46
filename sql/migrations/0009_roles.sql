-- Locks: nothing; it grants and revokes.
--
-- Who may do what. Three roles that nobody logs in as: grant them to your own.
--
--   lockstep_app     enqueues, signals, cancels, and reads the jobs of its own tenants
--   lockstep_ops     reads everything but the bodies of webhooks, and operates: retry, pause, retention
--   lockstep_daemon  runs the jobs
--
-- History and attempts are append-only: no role may update, delete or truncate them; retention drops whole partitions.
-- Nobody else may do anything: what PostgreSQL grants to PUBLIC by itself is revoked.

do $$
declare
    missing text[];
begin
    missing := array(
        select wanted.name
        from unnest(array['lockstep_app', 'lockstep_ops', 'lockstep_daemon']) as wanted (name)
        where not exists (select from pg_roles r where r.rolname = wanted.name));
    for i in 1..cardinality(missing) loop
        begin
            execute format('create role %I nologin', missing[i]);
        exception
            -- Another database of this server is being migrated at the same time.
            when duplicate_object or unique_violation then
                null;
            when insufficient_privilege then
                raise exception 'the roles % are missing, and % may not create them',
                    array_to_string(missing[i:], ', '), current_user
                    using errcode = 'insufficient_privilege', hint = 'Let an administrator run: create role '
                        || array_to_string(missing[i:], ' nologin; create role ') || ' nologin;';
        end;
    end loop;
end
$$;

revoke all on schema lockstep from public;
revoke all on all tables in schema lockstep from public;
revoke all on all functions in schema lockstep from public;
revoke all on all procedures in schema lockstep from public;

grant usage on schema lockstep to lockstep_app, lockstep_ops, lockstep_daemon;

-- What apps do: their own jobs.
grant select on lockstep.clock, lockstep.job_status, lockstep.history, lockstep.signals, lockstep.workflows
    to lockstep_app, lockstep_ops, lockstep_daemon;
grant select, insert on lockstep.jobs to lockstep_app, lockstep_ops, lockstep_daemon;
grant execute on function
    lockstep.now(), lockstep.bucket_of(uuid), lockstep.caller(), lockstep.acts_for_all(), lockstep.own_tenants(),
    lockstep.in_words(interval), lockstep.in_words(timestamptz),
    lockstep.enqueue(text, jsonb, text, text, timestamptz, int, text[]),
    lockstep.enqueue(text, text, text, text, timestamptz, int, text[]),
    lockstep.enqueue_many(text, jsonb[], text[], text, timestamptz, int, text[]),
    lockstep.enqueue_many(text, text[], text[], text, timestamptz, int, text[]),
    lockstep.violation(jsonb, jsonb, text), lockstep.violation_of_branches(jsonb, jsonb, text),
    lockstep.type_in_words(text), lockstep.parse_input(text),
    lockstep.signal(uuid, text, jsonb, text), lockstep.cancel(uuid, text), lockstep.why(uuid)
    to lockstep_app, lockstep_ops, lockstep_daemon;

-- The virtual clock, which only operators and daemons can choose, is moved by tests, in whatever role they run.
grant execute on function
    lockstep.move_clock(interval), lockstep.await_quiet(interval), lockstep.clock_step(timestamptz),
    lockstep.stop_clock(), lockstep.unquiet(), lockstep.next_due(), lockstep.raise_unquiet(interval),
    lockstep.join_clock(text, timestamptz, boolean), lockstep.leave_clock(text)
    to lockstep_app, lockstep_ops, lockstep_daemon;
grant execute on procedure lockstep.advance_clock(interval, interval)
    to lockstep_app, lockstep_ops, lockstep_daemon;

-- What operators do besides.
grant select on
    lockstep.settings, lockstep.migration, lockstep.job, lockstep.job_state, lockstep.history_entry, lockstep.attempt,
    lockstep.signal, lockstep.reference, lockstep.workflow, lockstep.node, lockstep.bell, lockstep.clock_participants,
    lockstep.pause, lockstep.tenant_role, lockstep.provider_calls, lockstep.overdue, lockstep.parked, lockstep.nodes,
    lockstep.known_versions, lockstep.unclaimable, lockstep.webhooks, lockstep.matching_webhooks, lockstep.first_due,
    lockstep.owned_jobs
    to lockstep_ops, lockstep_daemon;
grant insert, delete on lockstep.tenant_role to lockstep_ops;
grant execute on function
    lockstep.retry(uuid), lockstep.pause(uuid), lockstep.resume(uuid),
    lockstep.pause_workflow(text, text), lockstep.resume_workflow(text),
    lockstep.pause_tenant(text, text), lockstep.resume_tenant(text),
    lockstep.set_clock(text, timestamptz, boolean),
    lockstep.ensure_partitions(int), lockstep.refresh_statistics(), lockstep.match_webhooks(text[]),
    lockstep.give_up_webhooks(interval)
    to lockstep_ops, lockstep_daemon;
grant execute on function lockstep.drop_partitions(timestamptz) to lockstep_ops;

-- What daemons do besides.
grant insert, update on lockstep.job_state, lockstep.signal, lockstep.workflow to lockstep_daemon;
grant insert on lockstep.job, lockstep.history_entry, lockstep.attempt, lockstep.reference to lockstep_daemon;
grant execute on function
    lockstep.heartbeat(uuid, text, text, text[], int[]), lockstep.fall_asleep(uuid), lockstep.forget_node(uuid),
    lockstep.ring(), lockstep.new_id(timestamptz, smallint), lockstep.new_bucket(text, text, text, int),
    lockstep.bucket_for(text, int),
    lockstep.receive_webhook(text, text, text, text, text[], jsonb, bytea)
    to lockstep_daemon;
