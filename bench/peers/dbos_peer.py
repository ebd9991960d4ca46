"""DBOS: a workflow of ten steps, or one without steps, from a queue."""

from dbos import DBOS
from drain import Drain

drain = Drain()
concurrency = 50
DBOS(config={
    "name": "peers", "system_database_url": drain.database, "log_level": "ERROR", "sys_db_pool_size": concurrency})


@DBOS.step()
def nothing() -> None:
    pass


@DBOS.workflow()
def steps() -> None:
    for _ in range(10):
        nothing()
    drain.count()


@DBOS.workflow()
def jobs() -> None:
    drain.count()


DBOS.launch()
for _ in range(drain.total):
    DBOS.enqueue_workflow("peers", globals()[drain.work])
drain.start()
# From here on the queue is known to this process, which takes from it.
DBOS.register_queue("peers", worker_concurrency=concurrency, polling_interval_sec=0.01)
drain.wait()
drain.report(worker_concurrency=concurrency, polling_interval_sec=0.01)
DBOS.destroy(workflow_completion_timeout_sec=0)
