"""Absurd, through its Python SDK: a task whose ten steps are checkpoints, or a task without steps."""

import logging
import subprocess
import sys
from pathlib import Path

import psycopg
from absurd_sdk import Absurd
from drain import Drain

drain = Drain()
logging.disable(logging.WARNING)
subprocess.run(
    [Path(sys.executable).with_name("absurdctl"), "init", "--database", drain.database],
    check=True, stdout=subprocess.DEVNULL)
app = Absurd(drain.database)
app.create_queue()


@app.register_task("steps")
def steps(params, context):
    for number in range(10):
        context.step(f"step-{number}", lambda: None)
    finish()


@app.register_task("jobs")
def jobs(params, context):
    finish()


def finish():
    drain.count()
    if drain.is_over:
        app.stop_worker()


with psycopg.connect(drain.database) as connection:
    producer = Absurd(connection)
    for _ in range(drain.total):
        producer.spawn(drain.work, {}, queue="default")
drain.start()
app.start_worker(batch_size=10, claim_timeout=600)
drain.report(batch_size=10, concurrency=1)
