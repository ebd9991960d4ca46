-- Locks: lockstep.node and the view lockstep.nodes exclusively, for a moment; heartbeats wait.
--
-- Live daemons share the buckets out among themselves. Nobody hands them out: a heartbeat answers with the daemons that
-- are alive, and each works out its own buckets from that list, all by the same rule. While they disagree, since one
-- has heard of a newcomer and the other has not, two may claim from one bucket: harmless (skip locked, fences).
--
-- Only daemons that know exactly the same flows and versions share: those of another build take all buckets among
-- themselves once more. Else the jobs of a new version could lie in a bucket whose daemon does not know it.
--
-- Daemons of an older build go on as before: they say nothing of buckets, and claim from all.

alter table lockstep.node add column buckets int;
alter table lockstep.node add column draining boolean not null default false;
comment on column lockstep.node.buckets is 'From how many buckets it claims; null: a build that does not say.';
comment on column lockstep.node.draining is 'Whether it takes no new jobs, since it is about to stop.';

-- The daemons that share the buckets with this one, in order of their ids, itself among them unless it drains.
create function lockstep.heartbeat(
    node uuid, name text, build text, workflows text[], versions int[], buckets int, draining boolean) returns uuid[]
    language plpgsql security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
begin
    perform lockstep.heartbeat(
        heartbeat.node, heartbeat.name, heartbeat.build, heartbeat.workflows, heartbeat.versions);
    update lockstep.node n
    set buckets = heartbeat.buckets, draining = heartbeat.draining
    where n.id = heartbeat.node
        and (n.buckets is distinct from heartbeat.buckets or n.draining <> heartbeat.draining);
    return array(
        select n.id
        from lockstep.node n
        where n.seen_at > clock_timestamp() - interval '5 seconds' and not n.draining
            and n.workflows = heartbeat.workflows and n.versions = heartbeat.versions
        order by n.id);
end
$$;
comment on function lockstep.heartbeat(uuid, text, text, text[], int[], int, boolean) is
    'Says that a daemon is alive, from how many buckets it claims and whether it drains; returns who shares with it.';

create or replace view lockstep.nodes as
select n.id, n.name, n.build, n.seen_at > clock_timestamp() - interval '5 seconds' as alive,
    coalesce(b.idle, false) as idle,
    array(
        select k.workflow || ' ' || k.version
        from unnest(n.workflows, n.versions) as k (workflow, version)
        order by k.workflow, k.version) as knows,
    n.started_at, n.seen_at, n.buckets, n.draining
from lockstep.node n
left join lockstep.bell b on b.node = n.id;
comment on column lockstep.nodes.buckets is
    'From how many buckets it claims, as of its last heartbeat; null: an older build, which claims from all.';
comment on column lockstep.nodes.draining is 'Whether it takes no new jobs, since it is about to stop.';

revoke all on function lockstep.heartbeat(uuid, text, text, text[], int[], int, boolean) from public;
grant execute on function lockstep.heartbeat(uuid, text, text, text[], int[], int, boolean) to lockstep_daemon;
