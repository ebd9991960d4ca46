-- name: long_transactions
-- The transactions that have been open for too long: for the log of a daemon.
--
-- $1 for how many seconds.
--
-- Returns whose they are and what they are doing, since when, and what to end them with; of other databases it tells
-- nothing, though on a server with replicas those can hold rows back too.
select coalesce(
        'process ' || t.pid, 'prepared transaction ' || quote_literal(t.name)) as who,
    t.role, nullif(t.application, '') as application, t.state, t.since,
    coalesce(
        format('select pg_terminate_backend(%s)', t.pid), 'rollback prepared ' || quote_literal(t.name)) as remedy
from lockstep.open_transactions($1::int * interval '1 second') as t
order by t.since
