-- name: enqueue
-- Enqueues a job from the command line, like any app.
--
-- $1 workflow text  $2 input text (JSON)  $3 key text  $4 tenant text (null: default)  $5 run_at timestamptz
-- $6 priority int (null: 2)  $7 tags text[]
select lockstep.enqueue(
    $1::text, $2::text, key => $3::text, tenant => $4::text, run_at => $5::timestamptz, priority => $6::int,
    tags => $7::text[]) as id
