#!/usr/bin/env python3
"""Runs the peers that Python's index has beside one another: `make bench-peers`.

Each in a private environment under .lockstep/peers, one after the other, on a PostgreSQL of their own with the settings
of `make bench`. The same work as nearly as they allow: a workflow of ten durable steps that do nothing, where the peer
has steps; and jobs that do nothing. Jobs are enqueued before the clock starts. Each run ends when all are done, or
after --seconds. One worker process for each, with the settings that are printed beside its figures.
"""

import argparse
import datetime
import json
import os
import platform
import signal
import subprocess
import sys
import venv
from pathlib import Path

from cluster import SETTINGS, Cluster

# What is installed, and how many jobs are enqueued for each kind of work: more than it does in the time.
PEERS = {
    "absurd": {"packages": ["absurd-sdk==0.5.1", "absurdctl==0.5.1"], "steps": 5_000, "jobs": 20_000},
    "dbos": {"packages": ["dbos==3.4.0"], "steps": 2_000, "jobs": 5_000},
    "awa": {"packages": ["awa-pg==0.6.9"], "jobs": 200_000},
    "pgqueuer": {"packages": ["pgqueuer==1.6.0", "asyncpg==0.32.0"], "jobs": 300_000},
    "procrastinate": {"packages": ["procrastinate==3.10.0", "psycopg[binary]==3.3.9"], "jobs": 15_000},
}
STEPS = 10
here = Path(__file__).resolve().parent
root = here.parent.parent


def environment(name: str, packages: list[str]) -> Path:
    """The peer's own Python, made the first time."""
    directory = root / ".lockstep" / "peers" / name
    python, note = directory / "bin" / "python3", directory / "installed"
    wanted = "\n".join(packages)
    if not note.exists() or note.read_text() != wanted:
        print(f"Making {directory.relative_to(root)}", file=sys.stderr)
        venv.create(directory, clear=True, with_pip=True)
        subprocess.run(
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", *packages], check=True)
        note.write_text(wanted)
    return python


def measure(name: str, work: str, seconds: float, cluster: Cluster) -> dict:
    """Runs one peer, and returns its figure; or what went wrong."""
    peer = PEERS[name]
    row = {"peer": name, "version": peer["packages"][0].split("==")[1], "work": work, "load": os.getloadavg()[0]}
    try:
        python = environment(name, peer["packages"])
        done = subprocess.run(
            [python, here / f"{name}_peer.py", cluster.fresh(name), work, str(peer[work]), str(seconds)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=seconds + 600,
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"})
        result = json.loads(done.stdout.strip().splitlines()[-1])
    except subprocess.TimeoutExpired:
        return row | {"error": "it did not end"}
    except subprocess.CalledProcessError as error:
        return row | {"error": f"{' '.join(map(str, error.cmd[:4]))} … failed"}
    except (IndexError, json.JSONDecodeError):
        said = done.stderr.strip().splitlines() or ["it said nothing"]
        return row | {"error": said[-1]}
    units = result["jobs"] * (STEPS if work == "steps" else 1)
    return row | result | {"per_second": round(units / result["seconds"])}


def table(rows: list[dict], machine: dict) -> None:
    """The figures for people."""
    print(f"{machine['date']}: {machine['processors']} processors, {machine['system']}, {machine['postgres']}; "
          + " ".join(f"{name}={value}" for name, value in SETTINGS.items()))
    form = "{:<15}{:<9}{:<16}{:>10}{:>9}{:>9}{:>7}  {}"
    print(form.format("peer", "version", "work", "a second", "jobs", "seconds", "load", "settings"))
    for row in rows:
        work = f"{STEPS} steps each" if row["work"] == "steps" else "jobs"
        if "error" in row:
            print(form.format(row["peer"], row["version"], work, "–", "–", "–", f"{row['load']:.1f}", row["error"]))
            continue
        settings = ", ".join(f"{name} {value}" for name, value in row["settings"].items())
        print(form.format(
            row["peer"], row["version"], work, f"{row['per_second']:,}", f"{row['jobs']:,}",
            f"{row['seconds']:.1f}", f"{row['load']:.1f}", settings))
    print(f"With {STEPS} steps each, a second's figure counts steps. Jobs are enqueued before the clock starts.")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--peers", nargs="*", choices=list(PEERS), default=list(PEERS), help="only these")
    parser.add_argument("--seconds", type=float, default=20, help="at most so long each (default: 20)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args()
    # Asked to stop, it stops what it started.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    rows = []
    with Cluster() as cluster:
        version = subprocess.run(
            [cluster.binaries / "postgres", "--version"], stdout=subprocess.PIPE, text=True, check=True)
        for name in arguments.peers:
            for work in ("steps", "jobs"):
                if work in PEERS[name]:
                    rows.append(measure(name, work, arguments.seconds, cluster))
                    print(f"{name} {work}: {rows[-1].get('error') or rows[-1]['per_second']}", file=sys.stderr)
    machine = {
        "date": datetime.date.today().isoformat(), "processors": os.cpu_count(), "system": platform.platform(),
        "postgres": version.stdout.strip(), "settings": SETTINGS,
    }
    if arguments.json:
        print(json.dumps({"machine": machine, "figures": rows}, indent=2))
    else:
        table(rows, machine)
    return 1 if any("error" in row for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
