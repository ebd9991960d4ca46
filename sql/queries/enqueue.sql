-- name: enqueue
-- Enqueues a job from the command line, like any app.
--
-- $1 workflow text  $2 input text (JSON)  $3 key text  $4 tenant text (null: default)  $5 priority int (null: 2)
select lockstep.enqueue($1::text, $2::text, key => $3::text, tenant => $4::text, priority => $5::int) as id
