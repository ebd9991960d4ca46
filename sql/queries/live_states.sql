-- name: live_states
-- What rests where: the states of all unfinished jobs, counted, for `lockstep check` to compare with the build.
-- Takes no parameter and reads all buckets: it is for people and for start-up, not for the loop.
--
-- Returns workflow, version, state (null: not started), how many, and one job as an example with what is stored of it.
select s.workflow, s.version, s.state, count(*) as jobs, (array_agg(s.id))[1] as example,
    (array_agg(s.data))[1] as example_data
from lockstep.job_state s
where s.finished_at is null
group by s.workflow, s.version, s.state
order by s.workflow, s.version, s.state nulls first
