-- name: enqueue_lines
-- Enqueues a job for each line of a file, from the command line.
--
-- $1 workflow text   $2 lines text[]   $3 first_line bigint   $4 tenant text   $5 run_at timestamptz   $6 priority int
-- $7 tags text[]
select lockstep.enqueue_lines(
    $1::text, $2::text[], $3::bigint, tenant => $4::text, run_at => $5::timestamptz, priority => $6::int,
    tags => $7::text[]) as jobs
