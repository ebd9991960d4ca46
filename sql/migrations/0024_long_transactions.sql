-- Locks: nothing; it adds a function and a view.
--
-- A transaction that stays open anywhere in the database keeps PostgreSQL from clearing away what has become of every
-- row since, and the table that each transition changes grows until claims and commits are slow. Lockstep can't end
-- what is not its own: it says whose it is.

-- What others have open is told to whoever may read statistics (pg_read_all_stats), so the function runs as its owner.
-- Time is the server's own, on a virtual clock too: that is what the dead rows pile up in.
create function lockstep.open_transactions(
    open_for interval, out pid int, out role text, out application text, out state text, out since timestamptz,
    out name text
) returns setof record
    language sql stable security definer set search_path = pg_catalog, lockstep, pg_temp
as $$
    select a.pid, a.usename::text, a.application_name, a.state, a.xact_start, null::text
    from pg_stat_activity a
    where a.datname = current_database() and a.backend_type = 'client backend'
        and a.pid <> pg_backend_pid() and (a.backend_xmin is not null or a.backend_xid is not null)
        and a.xact_start <= clock_timestamp() - open_for
    union all
    select null, p.owner::text, null, 'prepared', p.prepared, p.gid
    from pg_prepared_xacts p
    where p.database = current_database() and p.prepared <= clock_timestamp() - open_for
$$;
comment on function lockstep.open_transactions(interval) is
    'The other transactions of this database that have been open for so long.';

create view lockstep.long_transactions as
select t.pid, t.role, t.application, t.state, t.since, t.name
from lockstep.open_transactions(interval '1 minute') as t
order by t.since;
comment on view lockstep.long_transactions is
    'Transactions open for more than a minute, which keep dead rows in the tables; pg_terminate_backend(pid) ends one.';
comment on column lockstep.long_transactions.pid is 'The server process; null where it is prepared.';
comment on column lockstep.long_transactions.role is 'Whose it is.';
comment on column lockstep.long_transactions.application is 'What the client calls itself.';
comment on column lockstep.long_transactions.state is
    'active, idle in transaction, prepared and so on.';
comment on column lockstep.long_transactions.since is 'Since when it is open.';
comment on column lockstep.long_transactions.name is 'The name of one that is prepared.';

revoke all on function lockstep.open_transactions(interval) from public;
revoke all on lockstep.long_transactions from public;
grant execute on function lockstep.open_transactions(interval) to lockstep_ops, lockstep_daemon;
grant select on lockstep.long_transactions to lockstep_ops, lockstep_daemon;
