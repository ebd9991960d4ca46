-- Locks: lockstep.job against enqueues while the index is built, which reads the table once.
--
-- A job that another one runs names it: job_status.parent. The way back, from a job to those that it has run, is asked
-- by people and apps ("the payout failed: what became of its refund?"), and needs an index; few jobs are children.
create index job_children on lockstep.job (parent_id) where parent_id is not null;
comment on index lockstep.job_children is 'From a job to those that it runs or has run.';

create function lockstep.children(job uuid) returns setof uuid
    language sql stable set search_path = pg_catalog, lockstep, pg_temp
as $$
    select s.id from lockstep.job_status s where s.parent = children.job order by s.id
$$;
comment on function lockstep.children(uuid) is
    'The jobs that a job runs or has run as its children, oldest first; each names it as job_status.parent.';

revoke all on function lockstep.children(uuid) from public;
grant execute on function lockstep.children(uuid) to lockstep_app, lockstep_ops, lockstep_daemon;
