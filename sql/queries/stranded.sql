-- name: stranded
-- The flows and versions with unfinished jobs that no living daemon can run: for the readiness and the log of a daemon.
-- Takes no parameter. It counts to 10,000 and no further, so that it costs little however many jobs there are.
--
-- Returns workflow, version, how many jobs (10,001: more than 10,000), since when the one rests there that does so
-- longest, and one of them as an example.
select s.workflow, s.version, sum(s.jobs)::bigint as jobs, min(s.oldest) as oldest,
    min(s.example::text)::uuid as example
from lockstep.stranded(10001) s
group by s.workflow, s.version
order by s.workflow, s.version
