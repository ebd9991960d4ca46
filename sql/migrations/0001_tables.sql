-- Locks: nothing that exists; it creates the schema and its tables.
--
-- Lockstep keeps payment flows in these tables. A job rests in exactly one state; the state says what to do there; an
-- event takes the job to another state. Who writes what:
--
--   job              written once, by enqueue: what was asked. Never updated.
--   job_state        one narrow row for each job, updated by each commit of a daemon: where the job rests, what is due.
--   history_entry    one row for each transition, inserted by the same statement that moves the job. Append-only.
--   attempt          attempts that did not end in a transition: refused connections, time-outs, crashes. Append-only.
--   signal           the inbox of every job, inserted by apps, operators, webhooks and other jobs. An app's open
--                    transaction holds no lock on job_state, so that it can't make a daemon wait.
--   reference        the names by which providers know a job; how a webhook finds it.
--   webhook          what providers sent, verified, once each.
--   workflow         what the daemons published: versions, input schemas, signals, states.
--   node, bell       the daemons: who is alive, who sleeps.
--   pause, tenant_role, settings, clock, clock_participants, migration    what operators decide.
--
-- A job's life: enqueue inserts job and job_state. A daemon claims it: a lease, fenced by the token `lease`. It commits
-- each transition as one statement: new state, history, signals handled, references, messages and children. `seq`, the
-- number of the job's transitions, is the other half of the fence. When nothing is to be done now, the commit gives
-- the lease back, and `due_at` says when to look again.
--
-- Every instant comes from lockstep.now(), which is a row when the clock is virtual. (Heartbeats of daemons are about
-- processes, not about business: they use clock_timestamp().)
--
-- Every table of jobs has `bucket` in its primary key and in its unique constraints, has no trigger and no foreign key,
-- and every hot statement names exactly one bucket: so the tables can be distributed by bucket over many servers. A
-- job's bucket is computed, never looked up: it stands in the twelve bits of its id that follow the UUID's version. In
-- the keys it comes last: people look for a job by its id alone, and a plan made while a table was small must not walk
-- through a whole bucket when it has grown.
--
-- Apps never touch these tables: they call the functions and read the views of the migrations that follow.

create schema lockstep;
comment on schema lockstep is
    'Lockstep: payment flows as state machines. Call enqueue, signal, cancel; read job_status, history, why(job).';

create table lockstep.migration (
    name text primary key,
    applied_at timestamptz not null default clock_timestamp(),
    checksum text not null
);
comment on table lockstep.migration is 'The migrations that this database has, each recorded by `lockstep migrate`.';
comment on column lockstep.migration.name is 'The file''s name without .sql; names sort in the order of application.';
comment on column lockstep.migration.applied_at is 'When it was applied, by the server''s own clock.';
comment on column lockstep.migration.checksum is 'SHA-256 of the file; a build with another text refuses to start.';

create table lockstep.settings (
    only_row boolean primary key default true,
    buckets int not null default 1,
    constraint settings_has_one_row check (only_row),
    constraint settings_buckets_fit_an_id check (buckets between 1 and 4096)
);
comment on table lockstep.settings is 'One row: what was chosen when the schema was created, and is kept for ever.';
comment on column lockstep.settings.only_row is 'Always true: there is one row.';
comment on column lockstep.settings.buckets is
    'Number of buckets, 1 to 4096. It never changes: ids and keys depend on it.';
insert into lockstep.settings default values;

create table lockstep.clock (
    only_row boolean primary key default true,
    mode text not null default 'real',
    virtual_now timestamptz,
    target timestamptz,
    auto boolean not null default false,
    constraint clock_has_one_row check (only_row),
    constraint clock_mode_is_known check (mode in ('real', 'virtual')),
    constraint clock_virtual_has_an_instant check ((mode = 'virtual') = (virtual_now is not null)),
    constraint clock_target_is_ahead check (target is null or target > virtual_now)
);
comment on table lockstep.clock is 'One row: what lockstep.now() answers.';
comment on column lockstep.clock.only_row is 'Always true: there is one row.';
comment on column lockstep.clock.mode is 'real: the server''s clock; virtual: virtual_now, which tests move.';
comment on column lockstep.clock.virtual_now is 'The instant, while the mode is virtual.';
comment on column lockstep.clock.target is 'How far move_clock asked to go; daemons and await_quiet walk there.';
comment on column lockstep.clock.auto is
    'Whether a daemon that finds everything quiet jumps to the next due instant by itself.';
insert into lockstep.clock default values;

-- The only clock of the business. Stable, so that an index can be searched for what is due; about a microsecond.
create function lockstep.now() returns timestamptz
    language plpgsql stable parallel safe
as $$
begin
    return (select case mode when 'real' then clock_timestamp() else virtual_now end from lockstep.clock);
end
$$;
comment on function lockstep.now() is
    'The instant by which every deadline is judged: the server''s, or the virtual one.';

create table lockstep.job (
    bucket smallint not null,
    id uuid not null,
    tenant text not null,
    workflow text not null,
    version int not null,
    key text,
    input jsonb not null,
    tags text[] not null default '{}',
    run_at timestamptz,
    enqueued_at timestamptz not null,
    enqueued_by text not null,
    parent_id uuid,
    parent_seq int,
    constraint job_pkey primary key (id, bucket),
    constraint job_key_is_short check (char_length(key) between 1 and 255),
    constraint job_child_has_both check ((parent_id is null) = (parent_seq is null))
) with (autovacuum_vacuum_insert_scale_factor = 0.1, autovacuum_analyze_scale_factor = 0.05);
-- The key comes first, so that the index that keeps keys unique also serves whoever looks for a job by its key alone.
create unique index job_key_is_unique on lockstep.job (key, workflow, tenant, bucket) where key is not null;
comment on table lockstep.job is 'What was asked: one row for each job, written once by enqueue, never updated.';
comment on column lockstep.job.bucket is 'The job''s bucket, as its id has it.';
comment on column lockstep.job.id is 'UUID of version 7: milliseconds, then the bucket in twelve bits, then chance.';
comment on column lockstep.job.tenant is 'On whose behalf; default unless the app says otherwise.';
comment on column lockstep.job.workflow is 'Which flow, such as dfns_payout.';
comment on column lockstep.job.version is 'The flow''s version when the job was enqueued.';
comment on column lockstep.job.key is 'The app''s own name for the job: once for each tenant and workflow.';
comment on column lockstep.job.input is 'What was asked, checked against the flow''s input schema.';
comment on column lockstep.job.tags is 'Free words for whoever searches.';
comment on column lockstep.job.run_at is 'Not before this instant; null: at once.';
comment on column lockstep.job.enqueued_at is 'When it was enqueued.';
comment on column lockstep.job.enqueued_by is 'The database role that enqueued it, or job:<id> for a child.';
comment on column lockstep.job.parent_id is 'The job that runs this one as its child, and is told of its ending.';
comment on column lockstep.job.parent_seq is 'The parent''s transition that started this child.';

create table lockstep.job_state (
    bucket smallint not null,
    id uuid not null,
    workflow text not null,
    version int not null,
    tenant text not null,
    priority smallint not null default 2,
    status text not null default 'queued',
    state text,
    data jsonb,
    output jsonb,
    seq int not null default 0,
    due_at timestamptz,
    lease int not null default 0,
    leased_by uuid,
    plan text,
    attempt int not null default 0,
    attempt_status text,
    attempt_at timestamptz,
    first_attempt_at timestamptz,
    entered_seq int not null default 0,
    entered_at timestamptz not null,
    deadline_at timestamptz,
    deadline_event text,
    overdue_at timestamptz,
    desk text,
    last_error text,
    finished_at timestamptz,
    constraint job_state_pkey primary key (id, bucket),
    constraint job_state_priority_is_known check (priority between 1 and 4),
    constraint job_state_status_is_known check (status in (
        'queued', 'waiting', 'parked', 'paused',
        'completed', 'failed', 'rejected', 'expired', 'canceled', 'refunded', 'reversed')),
    constraint job_state_finished_iff_outcome check (
        (finished_at is not null) = (status not in ('queued', 'waiting', 'parked', 'paused'))),
    constraint job_state_finished_rests check (finished_at is null or due_at is null or leased_by is not null),
    constraint job_state_parked_has_error check (status <> 'parked' or last_error is not null),
    constraint job_state_lease_ends check (leased_by is null or due_at is not null),
    constraint job_state_state_has_data check ((state is null) = (data is null)),
    constraint job_state_entry_is_past check (entered_seq between 0 and seq),
    constraint job_state_attempt_is_known check (
        attempt >= 0 and (attempt_status is null or attempt_status in ('started', 'unknown')))
) with (
    -- Room on each page for the next version of its rows, so that commits that keep the lease touch no index; and a
    -- vacuum that comes early and does not dawdle, because each claim leaves dead versions behind.
    fillfactor = 50,
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0.05);
-- The only index on a column that changes with each claim. What has nothing due is not in it.
create index job_state_due on lockstep.job_state (bucket, priority, due_at) where due_at is not null;
-- For whoever looks over the unfinished jobs: its columns stay the same until the end, so that it hinders no commit.
create index job_state_unfinished on lockstep.job_state (workflow, version) where finished_at is null;
comment on table lockstep.job_state is 'Where each job rests: one narrow row, updated by each commit of its owner.';
comment on column lockstep.job_state.bucket is 'The job''s bucket, as its id has it.';
comment on column lockstep.job_state.id is 'The job.';
comment on column lockstep.job_state.workflow is 'Which flow.';
comment on column lockstep.job_state.version is
    'The version of the flow whose states `data` speaks; a migration of the job raises it.';
comment on column lockstep.job_state.tenant is 'On whose behalf.';
comment on column lockstep.job_state.priority is '1 first, 4 last, 2 unless said otherwise.';
comment on column lockstep.job_state.status is
    'queued, waiting, parked (needs a person), paused, or the outcome. A job with a lease shows as running.';
comment on column lockstep.job_state.state is 'The name of the state; null before the start.';
comment on column lockstep.job_state.data is 'The whole state as the flow encodes it; null before the start.';
comment on column lockstep.job_state.output is 'What the app may show its customer.';
comment on column lockstep.job_state.seq is 'Number of transitions so far, and of history rows: half of the fence.';
comment on column lockstep.job_state.due_at is
    'When a daemon must look next; while leased, the end of the lease; null: only a signal moves it.';
comment on column lockstep.job_state.lease is
    'The lease''s token, one more with each claim: the other half of the fence.';
comment on column lockstep.job_state.leased_by is 'The daemon that owns it now; null: nobody.';
comment on column lockstep.job_state.plan is
    'What is done in this state, such as: perform confirm, poll readPayout, wait, end.';
comment on column lockstep.job_state.attempt is 'Number of the last attempt at the plan''s activity; 0: none yet.';
comment on column lockstep.job_state.attempt_status is
    'started: the call may be in flight; unknown: it may have happened, look it up; null: nothing is open.';
comment on column lockstep.job_state.attempt_at is 'When the last attempt started.';
comment on column lockstep.job_state.first_attempt_at is 'When the first attempt in this state started.';
comment on column lockstep.job_state.entered_seq is
    'The transition that entered the state; the provider''s key is derived from it.';
comment on column lockstep.job_state.entered_at is 'When the state was entered.';
comment on column lockstep.job_state.deadline_at is 'When waiting here ends by itself; null: never.';
comment on column lockstep.job_state.deadline_event is 'The event that the deadline then is.';
comment on column lockstep.job_state.overdue_at is 'From when on the job counts as overdue; null: never.';
comment on column lockstep.job_state.desk is 'Who looks at it then.';
comment on column lockstep.job_state.last_error is 'What went wrong last; why a parked job is parked.';
comment on column lockstep.job_state.finished_at is 'When it ended.';

create table lockstep.history_entry (
    bucket smallint not null,
    job_id uuid not null,
    seq int not null,
    at timestamptz not null,
    from_state text,
    event text not null,
    to_state text,
    actor text not null,
    attempt int,
    detail jsonb not null default '{}',
    constraint history_entry_pkey primary key (job_id, seq, at, bucket)
) partition by range (at);
create table lockstep.history_entry_default partition of lockstep.history_entry default;
comment on table lockstep.history_entry is
    'Every transition of every job, in monthly partitions. Append-only: no role may update, delete or truncate.';
comment on column lockstep.history_entry.bucket is 'The job''s bucket.';
comment on column lockstep.history_entry.job_id is 'The job.';
comment on column lockstep.history_entry.seq is 'Number of the transition, from 1 on, without gaps.';
comment on column lockstep.history_entry.at is 'When it was decided.';
comment on column lockstep.history_entry.from_state is 'The state before; null at the start.';
comment on column lockstep.history_entry.event is 'What became known.';
comment on column lockstep.history_entry.to_state is 'The state after; null where the job could not be started.';
comment on column lockstep.history_entry.actor is 'Who brought the event: engine, a role, webhook, or another job.';
comment on column lockstep.history_entry.attempt is 'The attempt that brought it, where an activity did.';
comment on column lockstep.history_entry.detail is
    'What else is known: the event''s facts without secrets, and activity, key and started_at of the attempt.';
comment on table lockstep.history_entry_default is
    'Entries outside every month that has a partition, such as those of a virtual clock.';

create table lockstep.attempt (
    bucket smallint not null,
    job_id uuid not null,
    seq int not null,
    attempt int not null,
    activity text not null,
    key text,
    started_at timestamptz not null,
    finished_at timestamptz not null,
    outcome text not null,
    error text,
    constraint attempt_pkey primary key (job_id, seq, attempt, finished_at, bucket),
    constraint attempt_outcome_is_known check (outcome in ('not_applied', 'unknown', 'nothing', 'crashed'))
) partition by range (finished_at);
create table lockstep.attempt_default partition of lockstep.attempt default;
comment on table lockstep.attempt is
    'Attempts that did not end in a transition, in monthly partitions. Append-only. The others stand in the history.';
comment on column lockstep.attempt.bucket is 'The job''s bucket.';
comment on column lockstep.attempt.job_id is 'The job.';
comment on column lockstep.attempt.seq is 'Number of transitions that the job had made when it tried.';
comment on column lockstep.attempt.attempt is 'Number of the attempt in its state.';
comment on column lockstep.attempt.activity is 'What was tried.';
comment on column lockstep.attempt.key is 'The idempotency key that the provider was given; null for reads.';
comment on column lockstep.attempt.started_at is 'When it started.';
comment on column lockstep.attempt.finished_at is 'When its outcome was known, or given up.';
comment on column lockstep.attempt.outcome is
    'not_applied: nothing happened; unknown: it may have; nothing: a read without news; crashed: its owner vanished.';
comment on column lockstep.attempt.error is 'What went wrong, without secrets.';
comment on table lockstep.attempt_default is 'Attempts outside every month that has a partition.';

create table lockstep.signal (
    bucket smallint not null,
    id bigint generated always as identity,
    job_id uuid not null,
    name text not null,
    payload jsonb not null default '{}',
    key text,
    actor text not null,
    sent_at timestamptz not null,
    handled_at timestamptz,
    answer text,
    constraint signal_pkey primary key (job_id, id, bucket),
    constraint signal_key_is_short check (char_length(key) between 1 and 255),
    constraint signal_answer_is_handled check (answer is null or handled_at is not null)
) with (
    autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 1000, autovacuum_vacuum_cost_delay = 0,
    autovacuum_analyze_scale_factor = 0.05);
create unique index signal_key_is_unique on lockstep.signal (job_id, key, bucket) where key is not null;
create index signal_unhandled on lockstep.signal (bucket, job_id, id) where handled_at is null;
comment on table lockstep.signal is
    'The inbox of every job, in order of id. Names that start with $ are Lockstep''s own, such as $cancel and $wake.';
comment on column lockstep.signal.bucket is 'The job''s bucket.';
comment on column lockstep.signal.id is 'Order of arrival.';
comment on column lockstep.signal.job_id is 'The job that is told.';
comment on column lockstep.signal.name is 'What it is told, such as payment_sent.';
comment on column lockstep.signal.payload is 'What came with it.';
comment on column lockstep.signal.key is 'The sender''s own name for it: once for each job.';
comment on column lockstep.signal.actor is 'Who sent it: a database role, webhook, or job:<id>.';
comment on column lockstep.signal.sent_at is 'When it was sent.';
comment on column lockstep.signal.handled_at is 'When the job took it, or refused it; null: not yet.';
comment on column lockstep.signal.answer is 'What became of it, for the sender.';

create table lockstep.reference (
    bucket smallint not null,
    provider text not null,
    value text not null,
    job_id uuid not null,
    constraint reference_pkey primary key (provider, value, job_id, bucket)
);
comment on table lockstep.reference is 'The names by which providers know jobs: how a webhook finds its job.';
comment on column lockstep.reference.bucket is 'The job''s bucket.';
comment on column lockstep.reference.provider is 'Whose name it is, such as dfns.';
comment on column lockstep.reference.value is 'The name, such as a payout''s id.';
comment on column lockstep.reference.job_id is 'The job.';

create table lockstep.webhook (
    bucket smallint not null,
    id bigint generated always as identity,
    provider text not null,
    account text not null,
    kind text not null,
    dedupe_key text not null,
    refs text[] not null,
    headers jsonb not null,
    body bytea not null,
    received_at timestamptz not null,
    status text not null default 'parked',
    job_id uuid,
    handled_at timestamptz,
    constraint webhook_pkey primary key (id, bucket),
    constraint webhook_is_stored_once unique (dedupe_key, provider, account, bucket),
    constraint webhook_status_is_known check (status in ('parked', 'matched', 'late', 'unknown')),
    constraint webhook_handled_iff_settled check ((handled_at is not null) = (status <> 'parked')),
    constraint webhook_match_has_job check ((job_id is not null) = (status in ('matched', 'late')))
);
create index webhook_parked on lockstep.webhook using gin (refs) where status = 'parked';
create index webhook_job on lockstep.webhook (job_id) where job_id is not null;
comment on table lockstep.webhook is 'What providers sent, after its signature was verified: once each, as it came.';
comment on column lockstep.webhook.bucket is 'From a hash of the dedupe key.';
comment on column lockstep.webhook.id is 'Order of arrival.';
comment on column lockstep.webhook.provider is 'Who sent it.';
comment on column lockstep.webhook.account is 'At which of our accounts.';
comment on column lockstep.webhook.kind is 'The provider''s name for what happened.';
comment on column lockstep.webhook.dedupe_key is 'What makes two deliveries one.';
comment on column lockstep.webhook.refs is 'The provider''s names in it, by which a job may be found.';
comment on column lockstep.webhook.headers is 'Its headers without credentials.';
comment on column lockstep.webhook.body is 'Its body, byte for byte.';
comment on column lockstep.webhook.received_at is 'When it came.';
comment on column lockstep.webhook.status is
    'parked: no job has such a name yet; matched: it woke its job; late: the job had ended; unknown: given up.';
comment on column lockstep.webhook.job_id is 'The job it belongs to.';
comment on column lockstep.webhook.handled_at is 'When it was matched or given up.';

create table lockstep.workflow (
    workflow text not null,
    version int not null,
    input_schema jsonb not null,
    signals text[] not null default '{}',
    states jsonb not null default '[]',
    diagram text,
    published_at timestamptz not null,
    constraint workflow_pkey primary key (workflow, version),
    constraint workflow_name_is_plain check (workflow ~ '^[a-z][a-z0-9_]{0,62}$'),
    constraint workflow_version_is_positive check (version > 0)
);
comment on table lockstep.workflow is 'The flows that daemons can run, each published when a daemon starts.';
comment on column lockstep.workflow.workflow is 'The flow''s name.';
comment on column lockstep.workflow.version is 'Its version; new jobs take the highest.';
comment on column lockstep.workflow.input_schema is 'What enqueue accepts: a plain subset of JSON Schema.';
comment on column lockstep.workflow.signals is 'The signals that apps may send.';
comment on column lockstep.workflow.states is
    'An array of objects: state, plan and whatever else the flow says of each.';
comment on column lockstep.workflow.diagram is 'Its picture in the DOT language.';
comment on column lockstep.workflow.published_at is 'When a daemon published it last.';

create table lockstep.node (
    id uuid primary key,
    name text not null,
    build text not null,
    workflows text[] not null,
    versions int[] not null,
    started_at timestamptz not null,
    seen_at timestamptz not null,
    constraint node_knows_pairs check (cardinality(workflows) = cardinality(versions))
) with (fillfactor = 50);
comment on table lockstep.node is 'The daemons, each alive while it was seen in the last five seconds (of real time).';
comment on column lockstep.node.id is 'Drawn at random when the process starts.';
comment on column lockstep.node.name is 'Host and process, for people.';
comment on column lockstep.node.build is 'The build it runs.';
comment on column lockstep.node.workflows is
    'The flows that it knows, each with the version at the same place in versions.';
comment on column lockstep.node.versions is 'Their versions.';
comment on column lockstep.node.started_at is 'When it started, by the server''s own clock.';
comment on column lockstep.node.seen_at is 'Its last heartbeat, by the server''s own clock.';

create table lockstep.bell (
    node uuid primary key,
    idle boolean not null default false
) with (fillfactor = 50);
comment on table lockstep.bell is
    'Which daemons sleep. Apart from node, because the transaction of an app that rings holds its row until it ends.';
comment on column lockstep.bell.node is 'The daemon.';
comment on column lockstep.bell.idle is
    'It set this before it slept; whoever rings it clears it: one NOTIFY for each sleep.';

create table lockstep.clock_participants (
    name text primary key,
    next_due timestamptz,
    busy boolean not null default false,
    seen_at timestamptz not null default clock_timestamp()
);
comment on table lockstep.clock_participants is
    'Whoever keeps timers on the virtual clock besides the jobs: the sandbox, or a test''s own fake provider.';
comment on column lockstep.clock_participants.name is 'Who it is.';
comment on column lockstep.clock_participants.next_due is 'Its next due instant; null: none.';
comment on column lockstep.clock_participants.busy is 'Whether it is at work now.';
comment on column lockstep.clock_participants.seen_at is 'When it spoke last, by the server''s own clock.';

create table lockstep.pause (
    kind text not null,
    name text not null,
    since timestamptz not null,
    paused_by text not null,
    reason text,
    constraint pause_pkey primary key (kind, name),
    constraint pause_kind_is_known check (kind in ('workflow', 'tenant'))
);
comment on table lockstep.pause is
    'What operators paused: claims skip the jobs of paused workflows and tenants.';
comment on column lockstep.pause.kind is 'workflow or tenant.';
comment on column lockstep.pause.name is 'Which one.';
comment on column lockstep.pause.since is 'Since when.';
comment on column lockstep.pause.paused_by is 'Who paused it.';
comment on column lockstep.pause.reason is 'Why.';

create table lockstep.tenant_role (
    role text not null,
    tenant text not null,
    constraint tenant_role_pkey primary key (role, tenant)
);
comment on table lockstep.tenant_role is
    'Which tenants a database role may act for. A role without a row here has the tenant default, and no other.';
comment on column lockstep.tenant_role.role is 'The role: of the login, or of SET ROLE where that is used.';
comment on column lockstep.tenant_role.tenant is 'The tenant.';
