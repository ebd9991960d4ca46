-- Locks: lockstep.job_state exclusively, for as long as it takes to note a column in the catalogue; no row is written.
-- It waits for whoever reads the table just then, and others wait behind it, for ten seconds at most: see Migrator.
--
-- The third part of the fence. `seq` counts transitions; a commit that brings none (an attempt that failed, a signal
-- that was answered) leaves it as it was. So whoever lost the answer to such a commit could not tell whether it had
-- been made, and had to send it again; and the first copy, delayed on a connection that broke, could be taken later,
-- over what its owner had done since under the same lease. `commits` counts every commit: a copy fits once.
--
-- Daemons of an older build may still run: they don't count, and the lease fences them.

alter table lockstep.job_state add column commits int not null default 0;
comment on column lockstep.job_state.commits is
    'Number of commits so far, with and without a transition: the fence''s third part, so that a copy is taken once.';
