-- name: publish_workflow
-- Publishes what a daemon knows about one version of a flow. New jobs get it once a living daemon knows it, by
-- choose_versions; the first version of a flow at once.
--
-- $1 workflow  text   $2 version int   $3 input_schema jsonb   $4 signals text[]   $5 states jsonb   $6 diagram text
--
-- The race. Daemons that start together write the same row one after the other; they say the same.
insert into lockstep.workflow as w (
    workflow, version, input_schema, signals, states, diagram, published_at, takes_new_jobs)
values ($1::text, $2::int, $3::jsonb, $4::text[], $5::jsonb, $6::text, lockstep.now(),
    not exists (select from lockstep.workflow o where o.workflow = $1::text and o.takes_new_jobs))
on conflict (workflow, version) do update
set input_schema = excluded.input_schema, signals = excluded.signals, states = excluded.states,
    diagram = excluded.diagram, published_at = excluded.published_at
where (w.input_schema, w.signals, w.states, w.diagram)
    is distinct from (excluded.input_schema, excluded.signals, excluded.states, excluded.diagram)
