-- name: preview_request
-- What a request to many jobs would ask, from the command line.
--
-- $1 request text (retry, cancel, pause, resume)   $2 filter jsonb
select jobs, samples::text as samples from lockstep.preview_request($1::text, $2::jsonb)
