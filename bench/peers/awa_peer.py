"""awa: jobs without steps, which it has not."""

import asyncio
from dataclasses import dataclass
from urllib.parse import parse_qs, quote, urlsplit

import awa
from drain import Drain

drain = Drain()
workers = 200


@dataclass
class Job:
    number: int


def address() -> str:
    """The database's address with the socket's directory where awa looks for a host."""
    url = urlsplit(drain.database)
    return f"{url.scheme}://{url.username}@{quote(parse_qs(url.query)['host'][0], safe='')}{url.path}"


async def main() -> None:
    client = awa.AsyncClient(address())
    await client.migrate()
    await client.install_queue_storage(schema="awa")

    @client.task(Job, queue="default")
    async def job(job) -> None:
        drain.count()

    for first in range(0, drain.total, 5000):
        await client.enqueue_many_copy([Job(n) for n in range(first, min(first + 5000, drain.total))])
    drain.start()
    await client.start([("default", workers)])
    await drain.wait_async()
    drain.report(workers=workers)
    await client.shutdown()


asyncio.run(main())
