-- name: job_children
-- The jobs that a job runs or has run as its children, oldest first. For people.
--
-- $1 job uuid
--
-- Returns rows of job_status, as list_jobs does.
select s.id, s.key, s.tenant, s.workflow, s.version, s.state, s.status, s.plan, s.since, s.due, s.deadline,
    s.deadline_event, s.overdue, s.desk, s.attempt, s.last_error, s.outcome, s.output, s.seq, s.priority, s.tags,
    s.parent, s.enqueued_at, s.enqueued_by, s.finished_at, s.held_by
from lockstep.job_status s
where s.parent = $1::uuid
order by s.id
