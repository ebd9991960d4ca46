-- name: stranded
-- The flows and versions with unfinished jobs that no living daemon can run, for the readiness of a daemon.
select u.workflow, u.version, count(*) as jobs
from lockstep.unclaimable u
group by u.workflow, u.version
order by u.workflow, u.version
