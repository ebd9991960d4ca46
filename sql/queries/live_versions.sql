-- name: live_versions
-- The flows and versions of which there are unfinished jobs. Takes no parameter, and costs the same however many there
-- are.
--
-- Returns workflow and version.
select l.workflow, l.version from lockstep.live_versions l order by l.workflow, l.version
