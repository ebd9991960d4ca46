-- name: migrate_jobs
-- Takes jobs of one bucket to states of a newer version of their flow: each with a history row and its references, or
-- not at all.
--
-- $1 bucket             smallint
-- for each job, arrays of the same length:
-- $2 id                 uuid[]
-- $3 seq                int[]          the number of transitions when it was looked at: the fence
-- $4 commits            int[]          the number of commits: the fence
-- $5 lease              int[]          the last lease's token: the fence
-- $6 version            int[]          the version from now on
-- $7 state              text[]
-- $8 data               jsonb[]
-- $9 output             jsonb[]
-- $10 due_at            timestamptz[]  null: only a signal moves it
-- $11 plan              text[]
-- $12 attempt           int[]
-- $13 attempt_at        timestamptz[]
-- $14 first_attempt_at  timestamptz[]
-- $15 entered_seq       int[]
-- $16 deadline_at       timestamptz[]
-- $17 deadline_event    text[]
-- $18 overdue_at        timestamptz[]
-- $19 desk              text[]
-- $20 last_error        text[]
-- $21 detail            jsonb[]        of the history row
-- references, once each:
-- $22 job uuid[]  $23 provider text[]  $24 value text[]
--
-- Returns the ids of the jobs that were migrated. An id that is missing is owned by a daemon now, or has gone on since
-- it was looked at: nothing of it was written, and it can be looked at again.
--
-- The races. Nobody is waited for (skip locked), and no daemon waits for more than this statement. Whoever claimed the
-- job meanwhile holds a lease, or has raised the token; the same migration sent twice finds the number of transitions
-- raised. Status, time of entry and the outcome of attempts stay as they are.
with free as (
    select s.id
    from unnest($2::uuid[], $3::int[], $4::int[], $5::int[]) as given (id, seq, commits, lease)
    join lockstep.job_state s on s.id = given.id
    where s.bucket = $1::smallint and s.seq = given.seq and s.commits = given.commits and s.lease = given.lease
        and s.leased_by is null and s.finished_at is null
    for update of s skip locked
),
accepted as (
    update lockstep.job_state s
    set version = given.version, seq = s.seq + 1, commits = s.commits + 1, state = given.state, data = given.data,
        output = given.output, due_at = greatest(given.due_at, case when given.due_at is not null then moment.now end),
        plan = given.plan, attempt = given.attempt, attempt_at = given.attempt_at,
        first_attempt_at = given.first_attempt_at, entered_seq = given.entered_seq, deadline_at = given.deadline_at,
        deadline_event = given.deadline_event, overdue_at = given.overdue_at, desk = given.desk,
        last_error = given.last_error
    from unnest(
        $2::uuid[], $6::int[], $7::text[], $8::jsonb[], $9::jsonb[], $10::timestamptz[], $11::text[], $12::int[],
        $13::timestamptz[], $14::timestamptz[], $15::int[], $16::timestamptz[], $17::text[], $18::timestamptz[],
        $19::text[], $20::text[], $21::jsonb[]
    ) as given (
        id, version, state, data, output, due_at, plan, attempt, attempt_at, first_attempt_at, entered_seq, deadline_at,
        deadline_event, overdue_at, desk, last_error, detail)
    join free on free.id = given.id
    cross join lateral (
        select b.state from lockstep.job_state b where b.bucket = $1::smallint and b.id = given.id
    ) before
    cross join (select lockstep.now() as now) moment
    where s.bucket = $1::smallint and s.id = given.id
    returning s.id, s.seq, before.state as from_state, s.state as to_state, given.detail, moment.now
),
history as (
    insert into lockstep.history_entry (bucket, job_id, seq, at, from_state, event, to_state, actor, detail)
    select $1::smallint, a.id, a.seq, a.now, a.from_state, 'migrated', a.to_state, lockstep.caller(), a.detail
    from accepted a
),
referred as (
    insert into lockstep.reference (bucket, provider, value, job_id)
    select $1::smallint, r.provider, r.value, r.job_id
    from unnest($22::uuid[], $23::text[], $24::text[]) as r (job_id, provider, value)
    join accepted on accepted.id = r.job_id
    on conflict do nothing
)
select id from accepted
