"""What the peers' programs share: a counter of what is done, and the clock that ends a run."""

import json
import sys
import threading
import time


class Drain:
    """Counts finished jobs from the first one's start, until all are done or the time is up."""

    def __init__(self) -> None:
        self.database, self.work, count, seconds = sys.argv[1:5]
        self.total, self.seconds = int(count), float(seconds)
        self.done = 0
        self.lock = threading.Lock()

    def start(self) -> None:
        """The jobs are in the database; the worker starts now."""
        self.began = time.monotonic()

    def count(self) -> None:
        """One more job is done."""
        with self.lock:
            self.done += 1

    @property
    def is_over(self) -> bool:
        return self.done >= self.total or time.monotonic() - self.began >= self.seconds

    def wait(self) -> None:
        while not self.is_over:
            time.sleep(0.005)

    async def wait_async(self) -> None:
        import asyncio

        while not self.is_over:
            await asyncio.sleep(0.005)

    def report(self, **settings) -> None:
        """Prints the result as the one line of JSON that the runner reads."""
        took = time.monotonic() - self.began
        print(json.dumps({"jobs": self.done, "seconds": round(took, 3), "settings": settings}), flush=True)
