-- name: buckets
-- Into how many buckets jobs are divided: chosen at the first migrate, kept for ever.
select c.buckets from lockstep.settings c
