-- name: commit
-- Commits finished work of many jobs of one bucket: new states, history, signals handled, references, messages to other
-- jobs, children, attempts. All of it for each job, or nothing.
--
-- $1 bucket             smallint
-- $2 node               uuid           the daemon that owns the jobs
-- for each job, arrays of the same length; one that holds nothing but nulls may be null:
-- $3 id                 uuid[]
-- $4 seq                int[]          the number of transitions that the daemon knows of: the fence
-- $5 lease              int[]          the lease's token: the fence
-- $6 new_seq            int[]          the number of transitions now
-- $7 keep               bool[]         true: the daemon goes on with the job, and lease and due_at stay as they are, so
--                                      that no index is touched; false: the lease ends, and due_at is what $12 says
-- $8 status             text[]
-- $9 state              text[]
-- $10 data              jsonb[]
-- $11 output            jsonb[]
-- $12 due_at            timestamptz[]  null: only a signal moves it
-- $13 plan              text[]
-- $14 attempt           int[]
-- $15 attempt_status    text[]
-- $16 attempt_at        timestamptz[]
-- $17 first_attempt_at  timestamptz[]
-- $18 entered_seq       int[]
-- $19 entered_at        timestamptz[]  null: stays as it is, for a job that could not be started
-- $20 deadline_at       timestamptz[]
-- $21 deadline_event    text[]
-- $22 overdue_at        timestamptz[]
-- $23 desk              text[]
-- $24 last_error        text[]
-- $25 finished_at       timestamptz[]
-- $62 commits           int[]          the number of commits that the daemon knows of: the fence
-- history, one element for each transition:
-- $26 job uuid[]  $27 seq int[]  $28 at timestamptz[]  $29 from_state text[]  $30 event text[]  $31 to_state text[]
-- $32 actor text[]  $33 attempt int[]  $34 detail jsonb[]
-- signals handled:
-- $35 job uuid[]  $36 id bigint[]  $37 answer text[]
-- references, once each:
-- $38 job uuid[]  $39 provider text[]  $40 value text[]
-- messages to jobs of the same bucket, once for each receiver and key:
-- $41 from uuid[]  $42 to uuid[]  $43 name text[]  $44 payload jsonb[]  $45 key text[]
-- children, in the parent's bucket and with its priority, once each:
-- $46 parent uuid[]  $47 id uuid[]  $48 workflow text[]  $49 version int[]  $50 tenant text[]  $51 input jsonb[]
-- $52 parent_seq int[]
-- attempts that did not end in a transition:
-- $53 job uuid[]  $54 seq int[]  $55 attempt int[]  $56 activity text[]  $57 key text[]  $58 started_at timestamptz[]
-- $59 finished_at timestamptz[]  $60 outcome text[]  $61 error text[]
-- for each job again:
-- $63 held_by text[]  $64 held_since timestamptz[]
-- inputs in which what is sensitive was sealed, with the first transition of their jobs:
-- $65 job uuid[]  $66 input jsonb[]
--
-- Returns the ids of the jobs that were committed, and lockstep.now(). An id that is missing was taken over by another
-- daemon: nothing of it was written, for every other part of this statement hangs on `accepted`.
--
-- The races. A stale owner's token or numbers no longer fit, also when the row changes while this statement waits for
-- its lock: PostgreSQL then judges the condition again. The same commit sent twice, because its answer was lost, is
-- refused the second time, whichever copy comes first: `commits` has gone on. Two commits may in theory lock the jobs
-- of a take-over crosswise; PostgreSQL ends one of them (40P01), nothing of it happened, and it can be sent again.
--
-- The conditions `between 0 and 2147483647` always hold. They are there for the planner, which then expects one row of
-- the arrays and looks each up by its key: so that a plan that was made while the tables were small, and is kept with
-- the prepared statement, does not walk through a bucket that has grown since.
with accepted as (
    update lockstep.job_state s
    set seq = given.new_seq, commits = given.commits + 1,
        leased_by = case when given.keep then s.leased_by end,
        due_at = case when given.keep then s.due_at else given.due_at end,
        status = given.status, state = given.state, data = given.data, output = given.output, plan = given.plan,
        attempt = given.attempt, attempt_status = given.attempt_status, attempt_at = given.attempt_at,
        first_attempt_at = given.first_attempt_at, entered_seq = given.entered_seq,
        entered_at = coalesce(given.entered_at, s.entered_at),
        deadline_at = given.deadline_at, deadline_event = given.deadline_event, overdue_at = given.overdue_at,
        desk = given.desk, last_error = given.last_error, finished_at = given.finished_at,
        held_by = given.held_by, held_since = given.held_since
    from unnest(
        $3::uuid[], $4::int[], $5::int[], $6::int[], $7::bool[], $8::text[], $9::text[], $10::jsonb[], $11::jsonb[],
        $12::timestamptz[], $13::text[], $14::int[], $15::text[], $16::timestamptz[], $17::timestamptz[], $18::int[],
        $19::timestamptz[], $20::timestamptz[], $21::text[], $22::timestamptz[], $23::text[], $24::text[],
        $25::timestamptz[], $62::int[], $63::text[], $64::timestamptz[]
    ) as given (
        id, seq, lease, new_seq, keep, status, state, data, output,
        due_at, plan, attempt, attempt_status, attempt_at, first_attempt_at, entered_seq,
        entered_at, deadline_at, deadline_event, overdue_at, desk, last_error,
        finished_at, commits, held_by, held_since)
    where s.bucket = $1::smallint and s.id = given.id and given.seq between 0 and 2147483647
        and s.seq = given.seq and s.commits = given.commits and s.lease = given.lease and s.leased_by = $2::uuid
    returning s.id, s.priority
),
history as (
    insert into lockstep.history_entry (
        bucket, job_id, seq, at, from_state, event, to_state, actor, attempt, detail)
    select $1::smallint, h.job_id, h.seq, h.at, h.from_state, h.event, h.to_state, h.actor, h.attempt, h.detail
    from unnest(
        $26::uuid[], $27::int[], $28::timestamptz[], $29::text[], $30::text[], $31::text[], $32::text[], $33::int[],
        $34::jsonb[]
    ) as h (job_id, seq, at, from_state, event, to_state, actor, attempt, detail)
    join accepted on accepted.id = h.job_id
),
handled as (
    update lockstep.signal g
    set handled_at = lockstep.now(), answer = done.answer
    from unnest($35::uuid[], $36::bigint[], $37::text[]) as done (job_id, id, answer)
    join accepted on accepted.id = done.job_id
    where g.bucket = $1::smallint and g.id = done.id
        and g.job_id = done.job_id and g.handled_at is null
),
referred as (
    insert into lockstep.reference (bucket, provider, value, job_id)
    select $1::smallint, r.provider, r.value, r.job_id
    from unnest($38::uuid[], $39::text[], $40::text[]) as r (job_id, provider, value)
    join accepted on accepted.id = r.job_id
    on conflict do nothing
),
told as (
    insert into lockstep.signal (bucket, job_id, name, payload, key, actor, sent_at)
    select $1::smallint, m.receiver, m.name, m.payload, m.key, 'job:' || m.sender, lockstep.now()
    from unnest($41::uuid[], $42::uuid[], $43::text[], $44::jsonb[], $45::text[])
        as m (sender, receiver, name, payload, key)
    join accepted on accepted.id = m.sender
    on conflict do nothing
),
born as (
    insert into lockstep.job (
        bucket, id, tenant, workflow, version, input, enqueued_at, enqueued_by, parent_id, parent_seq)
    select $1::smallint, c.id, c.tenant, c.workflow, c.version, c.input, lockstep.now(), 'job:' || c.parent_id,
        c.parent_id, c.parent_seq
    from unnest($46::uuid[], $47::uuid[], $48::text[], $49::int[], $50::text[], $51::jsonb[], $52::int[])
        as c (parent_id, id, workflow, version, tenant, input, parent_seq)
    join accepted on accepted.id = c.parent_id
    on conflict do nothing
    returning id, workflow, version, tenant, parent_id, enqueued_at
),
started as (
    insert into lockstep.job_state (bucket, id, workflow, version, tenant, priority, due_at, entered_at)
    select $1::smallint, born.id, born.workflow, born.version, born.tenant, accepted.priority, born.enqueued_at,
        born.enqueued_at
    from born
    join accepted on accepted.id = born.parent_id
),
sealed as (
    select lockstep.seal_input(given.id, given.input)
    from unnest($65::uuid[], $66::jsonb[]) as given (id, input)
    join accepted on accepted.id = given.id
),
tried as (
    insert into lockstep.attempt (
        bucket, job_id, seq, attempt, activity, key, started_at, finished_at, outcome, error)
    select $1::smallint, t.job_id, t.seq, t.attempt, t.activity, t.key, t.started_at, t.finished_at, t.outcome, t.error
    from unnest(
        $53::uuid[], $54::int[], $55::int[], $56::text[], $57::text[], $58::timestamptz[], $59::timestamptz[],
        $60::text[], $61::text[]
    ) as t (job_id, seq, attempt, activity, key, started_at, finished_at, outcome, error)
    join accepted on accepted.id = t.job_id
    on conflict do nothing
)
-- What only reads is done only if it is asked for.
select id, (select lockstep.now()) as now from accepted where (select count(*) from sealed) >= 0
