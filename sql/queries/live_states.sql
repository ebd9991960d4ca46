-- name: live_states
-- What rests where: the states of all unfinished jobs, counted, for `lockstep check` to compare with the build.
-- Takes no parameter and reads all buckets: it is for people and for start-up, not for the loop.
--
-- Returns workflow, version, state (null: not started), how many, since when the one rests there that does so longest,
-- and the job that was enqueued first as an example, with what is stored of it.
select found.*, shown.data as example_data
from (
    select s.workflow, s.version, s.state, count(*) as jobs, min(s.entered_at) as oldest,
        min(s.id::text)::uuid as example
    from lockstep.job_state s
    where s.finished_at is null
    group by s.workflow, s.version, s.state
) found
left join lockstep.job_state shown on shown.id = found.example
order by found.workflow, found.version, found.state nulls first
