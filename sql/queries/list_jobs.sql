-- name: list_jobs
-- The newest jobs that a filter lets through; a filter that is null lets all through. For people, over all buckets.
--
-- $1 id uuid   $2 key text   $3 tenant text   $4 workflow text   $5 status text   $6 state text   $7 tag text
-- $8 overdue boolean   $9 before uuid (only older jobs than this one: the last of the page before)   $10 limit int
--
-- Returns rows of job_status. Ids rise with time, to the millisecond.
select s.id, s.key, s.tenant, s.workflow, s.version, s.state, s.status, s.plan, s.since, s.due, s.deadline,
    s.deadline_event, s.overdue, s.desk, s.attempt, s.last_error, s.outcome, s.output, s.seq, s.priority, s.tags,
    s.parent, s.enqueued_at, s.enqueued_by, s.finished_at, s.held_by
from lockstep.job_status s
where ($1::uuid is null or s.id = $1::uuid)
    and ($2::text is null or s.key = $2::text)
    and ($3::text is null or s.tenant = $3::text)
    and ($4::text is null or s.workflow = $4::text)
    and ($5::text is null or s.status = $5::text)
    and ($6::text is null or s.state = $6::text)
    and ($7::text is null or $7::text = any (s.tags))
    and ($8::boolean is null or s.overdue = $8::boolean)
    and ($9::uuid is null or s.id < $9::uuid)
order by s.id desc
limit $10::int
