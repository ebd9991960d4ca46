"""pgqueuer: jobs without steps, which it has not."""

import asyncio
import datetime

import asyncpg
from drain import Drain
from pgqueuer import PgQueuer
from pgqueuer.db import AsyncpgDriver
from pgqueuer.queries import Queries

drain = Drain()
batch_size = 250


async def main() -> None:
    connection = await asyncpg.connect(drain.database)
    driver = AsyncpgDriver(connection)
    queries = Queries(driver)
    await queries.install()
    for first in range(0, drain.total, 1000):
        count = min(1000, drain.total - first)
        await queries.enqueue(["jobs"] * count, [None] * count, [0] * count)
    queue = PgQueuer(driver)

    @queue.entrypoint("jobs")
    async def jobs(job) -> None:
        drain.count()
        if drain.is_over:
            queue.shutdown.set()

    drain.start()
    await queue.run(batch_size=batch_size, dequeue_timeout=datetime.timedelta(seconds=1))
    drain.report(batch_size=batch_size, connections=1)


asyncio.run(main())
