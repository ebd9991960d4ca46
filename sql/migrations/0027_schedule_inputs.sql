-- Locks: nothing but the view for a moment.
--
-- What a schedule asks for is redacted like a job's input: a schedule keeps it in clear, since each of its jobs begins
-- with it.
create or replace view lockstep.schedules as
select s.name, s.workflow,
    case when w.workflow is not null then lockstep.redacted(w.input_schema, s.input) end as input,
    s.tenant, s.cron, s.time_zone, s.overlap, s.paused, case when not s.paused then s.next_at end as next_at, s.last_at,
    s.last_job, j.status as last_status, s.last_skipped_at, s.last_error, s.created_at, s.created_by
from lockstep.schedule s
left join lockstep.job_state j on j.id = s.last_job
left join lockstep.open_workflow w on w.workflow = s.workflow;
