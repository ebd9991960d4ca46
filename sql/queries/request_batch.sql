-- name: request_batch
-- Makes a request of one batch of jobs, from the command line.
--
-- $1 request text   $2 filter jsonb   $3 after uuid (the last of the batch before)   $4 at_most int   $5 reason text
select asked, last from lockstep.request_batch($1::text, $2::jsonb, $3::uuid, $4::int, $5::text)
