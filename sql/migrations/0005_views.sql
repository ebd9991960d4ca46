-- Locks: nothing; it adds views.
--
-- What apps and operators read. An app sees the jobs of its own tenants; operators see all.

-- The jobs that the caller may see, with the instant by which they are judged: what the other views are made of.
create view lockstep.job_status with (security_barrier) as
select s.id, j.key, s.tenant, s.workflow, s.version, s.state,
    case when s.leased_by is not null and s.due_at > moment.now then 'running' else s.status end as status,
    s.plan, s.entered_at as since,
    case when s.leased_by is null or s.due_at <= moment.now then s.due_at end as due,
    s.deadline_at as deadline, s.deadline_event,
    s.finished_at is null and coalesce(s.overdue_at <= moment.now, false) as overdue, s.desk,
    s.attempt, s.last_error,
    case when s.finished_at is not null then s.status end as outcome,
    s.output, s.seq, s.priority::int as priority, j.tags, j.parent_id as parent, j.enqueued_at, j.enqueued_by,
    s.finished_at
from (select lockstep.now() as now) as moment
cross join lockstep.job_state s
join lockstep.job j on j.id = s.id and j.bucket = s.bucket
where (select lockstep.acts_for_all()) or s.tenant = any ((select lockstep.own_tenants())::text[]);
comment on view lockstep.job_status is 'Where each job is now: one row for each.';
comment on column lockstep.job_status.id is 'The job''s id, as enqueue returned it.';
comment on column lockstep.job_status.key is 'The app''s own name for it.';
comment on column lockstep.job_status.tenant is 'On whose behalf.';
comment on column lockstep.job_status.workflow is 'Which flow.';
comment on column lockstep.job_status.version is 'Which version of it.';
comment on column lockstep.job_status.state is 'Where the flow rests; null before the start.';
comment on column lockstep.job_status.status is
    'queued, running, waiting, parked (needs a person) or paused; in the end, the outcome.';
comment on column lockstep.job_status.plan is 'What is done in this state.';
comment on column lockstep.job_status.since is 'Since when it rests in this state.';
comment on column lockstep.job_status.due is
    'When it is looked at next; null: while it runs, and when only a signal moves it.';
comment on column lockstep.job_status.deadline is 'When waiting here ends by itself; null: never.';
comment on column lockstep.job_status.deadline_event is 'The event that the deadline then is.';
comment on column lockstep.job_status.overdue is 'Whether it rests here for longer than is usual.';
comment on column lockstep.job_status.desk is 'Who looks at it then.';
comment on column lockstep.job_status.attempt is 'Number of the last attempt in this state.';
comment on column lockstep.job_status.last_error is 'What went wrong last; why a parked job is parked.';
comment on column lockstep.job_status.outcome is 'How it ended; null until then.';
comment on column lockstep.job_status.output is
    'What the app may show its customer: a link, instructions, a quote to accept.';
comment on column lockstep.job_status.seq is 'Number of transitions so far.';
comment on column lockstep.job_status.priority is '1 first, 4 last.';
comment on column lockstep.job_status.tags is 'Free words for whoever searches.';
comment on column lockstep.job_status.parent is 'The job that runs this one as its child.';
comment on column lockstep.job_status.enqueued_at is 'When it was enqueued.';
comment on column lockstep.job_status.enqueued_by is 'By which role, or by which job.';
comment on column lockstep.job_status.finished_at is 'When it ended; null until then.';

create view lockstep.history with (security_barrier) as
select h.job_id, h.seq, h.at, h.from_state, h.event, h.to_state, h.actor, h.attempt, h.detail
from lockstep.history_entry h
where (select lockstep.acts_for_all())
    or exists (
        select from lockstep.job j
        where j.id = h.job_id and j.bucket = h.bucket and j.tenant = any ((select lockstep.own_tenants())::text[]));
comment on view lockstep.history is 'Every transition of every job: … where job_id = … order by seq.';
comment on column lockstep.history.job_id is 'The job.';
comment on column lockstep.history.seq is 'Number of the transition, from 1 on.';
comment on column lockstep.history.at is 'When it was decided.';
comment on column lockstep.history.from_state is 'The state before; null at the start.';
comment on column lockstep.history.event is 'What became known.';
comment on column lockstep.history.to_state is 'The state after.';
comment on column lockstep.history.actor is 'Who brought the event.';
comment on column lockstep.history.attempt is 'The attempt that brought it, where an activity did.';
comment on column lockstep.history.detail is 'What else is known of it.';

create view lockstep.signals with (security_barrier) as
select g.job_id, g.id, g.name, g.payload, g.key, g.actor, g.sent_at, g.handled_at, g.answer
from lockstep.signal g
where (select lockstep.acts_for_all())
    or exists (
        select from lockstep.job j
        where j.id = g.job_id and j.bucket = g.bucket and j.tenant = any ((select lockstep.own_tenants())::text[]));
comment on view lockstep.signals is 'What jobs were told, and what they made of it.';
comment on column lockstep.signals.job_id is 'The job.';
comment on column lockstep.signals.id is 'Order of arrival.';
comment on column lockstep.signals.name is 'What it was told; names that begin with $ are requests such as $cancel.';
comment on column lockstep.signals.payload is 'What came with it.';
comment on column lockstep.signals.key is 'The sender''s own name for it.';
comment on column lockstep.signals.actor is 'Who sent it.';
comment on column lockstep.signals.sent_at is 'When it was sent.';
comment on column lockstep.signals.handled_at is 'When the job took or refused it; null: not yet.';
comment on column lockstep.signals.answer is 'What became of it.';

create view lockstep.provider_calls as
select h.job_id, h.seq - 1 as seq, h.attempt, h.detail ->> 'activity' as activity, h.detail ->> 'key' as key,
    (h.detail ->> 'started_at')::timestamptz as started_at, h.at as finished_at, h.event as outcome, null as error
from lockstep.history_entry h
where h.detail ? 'activity'
union all
select a.job_id, a.seq, a.attempt, a.activity, a.key, a.started_at, a.finished_at, a.outcome, a.error
from lockstep.attempt a
union all
select s.id, s.seq, s.attempt, substr(s.plan, strpos(s.plan, ' ') + 1), null, s.attempt_at, null, 'in flight', null
from lockstep.job_state s
where s.attempt_status = 'started' and s.finished_at is null;
comment on view lockstep.provider_calls is
    'What providers were asked: attempts that brought a transition, those that did not, and those in flight.';
comment on column lockstep.provider_calls.job_id is 'The job.';
comment on column lockstep.provider_calls.seq is 'Number of transitions that the job had made then.';
comment on column lockstep.provider_calls.attempt is 'Number of the attempt in its state.';
comment on column lockstep.provider_calls.activity is 'What was asked.';
comment on column lockstep.provider_calls.key is 'The idempotency key that the provider was given.';
comment on column lockstep.provider_calls.started_at is 'When it was asked.';
comment on column lockstep.provider_calls.finished_at is 'When its outcome was known, or given up; null: in flight.';
comment on column lockstep.provider_calls.outcome is
    'The event that it brought, or: not_applied, unknown, nothing, crashed, in flight.';
comment on column lockstep.provider_calls.error is 'What went wrong.';

create view lockstep.overdue as
select s.id, j.key, s.tenant, s.workflow, s.state, s.desk, s.overdue_at as since, s.status, s.plan, s.last_error
from (select lockstep.now() as now) as moment
cross join lockstep.job_state s
join lockstep.job j on j.id = s.id and j.bucket = s.bucket
where s.finished_at is null and s.overdue_at <= moment.now;
comment on view lockstep.overdue is 'Jobs that rest somewhere for longer than is usual, each on somebody''s desk.';
comment on column lockstep.overdue.id is 'The job.';
comment on column lockstep.overdue.key is 'The app''s own name for it.';
comment on column lockstep.overdue.tenant is 'On whose behalf.';
comment on column lockstep.overdue.workflow is 'Which flow.';
comment on column lockstep.overdue.state is 'Where it rests.';
comment on column lockstep.overdue.desk is 'Who looks at it.';
comment on column lockstep.overdue.since is 'Since when it counts as overdue.';
comment on column lockstep.overdue.status is 'Its status.';
comment on column lockstep.overdue.plan is 'What is done in its state.';
comment on column lockstep.overdue.last_error is 'What went wrong last.';

create view lockstep.parked as
select s.id, j.key, s.tenant, s.workflow, s.state, s.desk, s.entered_at as since, s.plan, s.attempt, s.last_error
from lockstep.job_state s
join lockstep.job j on j.id = s.id and j.bucket = s.bucket
where s.status = 'parked' and s.finished_at is null;
comment on view lockstep.parked is
    'Jobs that need a person: look at last_error, mend the cause, select lockstep.retry(id).';
comment on column lockstep.parked.id is 'The job.';
comment on column lockstep.parked.key is 'The app''s own name for it.';
comment on column lockstep.parked.tenant is 'On whose behalf.';
comment on column lockstep.parked.workflow is 'Which flow.';
comment on column lockstep.parked.state is 'Where it rests.';
comment on column lockstep.parked.desk is 'Who looks at it.';
comment on column lockstep.parked.since is 'Since when it rests in this state.';
comment on column lockstep.parked.plan is 'What was tried.';
comment on column lockstep.parked.attempt is 'How often.';
comment on column lockstep.parked.last_error is 'Why it is parked.';

-- The daemons that are alive: seen in the last five seconds of real time.
create view lockstep.nodes as
select n.id, n.name, n.build, n.seen_at > clock_timestamp() - interval '5 seconds' as alive,
    coalesce(b.idle, false) as idle,
    array(
        select k.workflow || ' ' || k.version
        from unnest(n.workflows, n.versions) as k (workflow, version)
        order by k.workflow, k.version) as knows,
    n.started_at, n.seen_at
from lockstep.node n
left join lockstep.bell b on b.node = n.id;
comment on view lockstep.nodes is 'The daemons.';
comment on column lockstep.nodes.id is 'Drawn at random when the process starts.';
comment on column lockstep.nodes.name is 'Host and process.';
comment on column lockstep.nodes.build is 'The build it runs.';
comment on column lockstep.nodes.alive is 'Whether it was seen in the last five seconds.';
comment on column lockstep.nodes.idle is 'Whether it sleeps until the bell.';
comment on column lockstep.nodes.knows is 'The flows and versions that it can run.';
comment on column lockstep.nodes.started_at is 'When it started.';
comment on column lockstep.nodes.seen_at is 'Its last heartbeat.';

-- The (workflow, version) pairs that a living daemon can run.
create view lockstep.known_versions as
select distinct k.workflow, k.version
from lockstep.node n
cross join unnest(n.workflows, n.versions) as k (workflow, version)
where n.seen_at > clock_timestamp() - interval '5 seconds';
comment on view lockstep.known_versions is 'The flows and versions that a living daemon can run.';
comment on column lockstep.known_versions.workflow is 'The flow.';
comment on column lockstep.known_versions.version is 'The version.';

create view lockstep.workflows as
select w.workflow, w.version, w.input_schema, w.signals, w.states, w.diagram, w.published_at,
    exists (select from lockstep.pause p where p.kind = 'workflow' and p.name = w.workflow) as paused,
    exists (
        select from lockstep.known_versions k where k.workflow = w.workflow and k.version = w.version) as runs
from lockstep.workflow w;
comment on view lockstep.workflows is 'The flows: what they accept, which signals they take, how they look.';
comment on column lockstep.workflows.workflow is 'The flow''s name: what enqueue is given.';
comment on column lockstep.workflows.version is 'Its version; new jobs take the highest.';
comment on column lockstep.workflows.input_schema is 'What enqueue accepts, as JSON Schema.';
comment on column lockstep.workflows.signals is 'The signals that it takes.';
comment on column lockstep.workflows.states is 'Its states.';
comment on column lockstep.workflows.diagram is 'Its picture in the DOT language.';
comment on column lockstep.workflows.published_at is 'When a daemon published it last.';
comment on column lockstep.workflows.paused is 'Whether it is paused.';
comment on column lockstep.workflows.runs is 'Whether a living daemon can run it.';

create view lockstep.unclaimable as
select s.id, j.key, s.tenant, s.workflow, s.version, s.state, s.status, s.entered_at as since
from lockstep.job_state s
join lockstep.job j on j.id = s.id and j.bucket = s.bucket
where s.finished_at is null
    and not exists (
        select from lockstep.known_versions k where k.workflow = s.workflow and k.version = s.version);
comment on view lockstep.unclaimable is 'Unfinished jobs whose flow and version no living daemon can run.';
comment on column lockstep.unclaimable.id is 'The job.';
comment on column lockstep.unclaimable.key is 'The app''s own name for it.';
comment on column lockstep.unclaimable.tenant is 'On whose behalf.';
comment on column lockstep.unclaimable.workflow is 'The flow that nobody can run.';
comment on column lockstep.unclaimable.version is 'In this version.';
comment on column lockstep.unclaimable.state is 'Where it rests.';
comment on column lockstep.unclaimable.status is 'Its status.';
comment on column lockstep.unclaimable.since is 'Since when it rests there.';

create view lockstep.webhooks as
select w.id, w.provider, w.account, w.kind, w.dedupe_key, w.refs, w.status, w.job_id, w.received_at, w.handled_at
from lockstep.webhook w;
comment on view lockstep.webhooks is 'What providers sent, without the bodies: those may be personal.';
comment on column lockstep.webhooks.id is 'Order of arrival.';
comment on column lockstep.webhooks.provider is 'Who sent it.';
comment on column lockstep.webhooks.account is 'At which of our accounts.';
comment on column lockstep.webhooks.kind is 'The provider''s name for what happened.';
comment on column lockstep.webhooks.dedupe_key is 'What makes two deliveries one.';
comment on column lockstep.webhooks.refs is 'The provider''s names in it.';
comment on column lockstep.webhooks.status is 'parked, matched, late or unknown.';
comment on column lockstep.webhooks.job_id is 'The job it belongs to.';
comment on column lockstep.webhooks.received_at is 'When it came.';
comment on column lockstep.webhooks.handled_at is 'When it was matched or given up.';
