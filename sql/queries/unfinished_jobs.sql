-- name: unfinished_jobs
-- A page of the unfinished jobs of some flows and versions, in the order of their ids: for `check`, which reads their
-- states, and for `migrate-jobs`. For people: it reads all buckets, and locks nothing. It is not prepared: which index
-- serves depends on how many jobs there are of these versions; the last two conditions of the page say nothing new, and
-- let the planner estimate that.
--
-- $1 workflows  text[]
-- $2 versions   int[]   at the same place here
-- $3 after      uuid    only ids above this; null: from the first on
-- $4 limit      int
--
-- Returns the columns that a migration looks at, `leased` (whether somebody owns the job) and lockstep.now(). `input`
-- comes where the job has no state.
select page.*, lockstep.now() as now,
    case when page.data is null then (select j.input from lockstep.job j where j.id = page.id) end as input
from (
    select s.id, s.workflow, s.version, s.tenant, s.seq, s.commits, s.lease, s.leased_by is not null as leased,
        s.status, s.state, s.data, s.output, s.due_at, s.plan, s.attempt, s.attempt_status, s.attempt_at,
        s.first_attempt_at, s.entered_seq, s.entered_at, s.deadline_at, s.deadline_event, s.overdue_at, s.desk,
        s.last_error, s.finished_at
    from lockstep.job_state s
    where s.finished_at is null
        and s.id > coalesce($3::uuid, '00000000-0000-0000-0000-000000000000')
        and (s.workflow, s.version) in (select * from unnest($1::text[], $2::int[]))
        and s.workflow = any ($1::text[]) and s.version = any ($2::int[])
    order by s.id
    limit $4::int
) page
order by page.id
