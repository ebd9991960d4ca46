-- name: published_workflows
-- What the daemons published of each version of each flow. Takes no parameter.
--
-- Returns workflow, version, input_schema, signals, the names of the states, and whether new jobs get this version.
select w.workflow, w.version, w.input_schema, w.signals, w.takes_new_jobs,
    array(select s ->> 'state' from jsonb_array_elements(w.states) as s order by 1) as states
from lockstep.workflow w
order by w.workflow, w.version
