"""Procrastinate: jobs without steps, which it has not."""

import asyncio

from drain import Drain
from procrastinate import App, PsycopgConnector

drain = Drain()
concurrency = 20
app = App(connector=PsycopgConnector(conninfo=drain.database, max_size=concurrency))


@app.task(name="jobs")
async def jobs() -> None:
    drain.count()


async def main() -> None:
    async with app.open_async():
        await app.schema_manager.apply_schema_async()
        for first in range(0, drain.total, 1000):
            await jobs.batch_defer_async(*[{}] * min(1000, drain.total - first))
        drain.start()
        worker = asyncio.create_task(app.run_worker_async(
            concurrency=concurrency, wait=True, install_signal_handlers=False))
        await drain.wait_async()
        drain.report(concurrency=concurrency)
        worker.cancel()
        await asyncio.gather(worker, return_exceptions=True)


asyncio.run(main())
