"""A PostgreSQL of our own for the length of a run: reached by a Unix socket only, and removed at the end."""

import os
import pwd
import shutil
import subprocess
import tempfile
from pathlib import Path

# What `lockstep bench` sets for its own, in Sources/Bench/Cluster.swift.
SETTINGS = {
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "1GB",
    "max_wal_size": "8GB", "checkpoint_timeout": "15min", "jit": "off", "max_connections": "200",
}


def binaries() -> Path:
    """The directory of PostgreSQL's programs: that of the PATH, else Debian's newest."""
    found = shutil.which("initdb")
    if found:
        return Path(found).resolve().parent
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: float(path.parts[4]))
    if not debian:
        raise SystemExit("PostgreSQL's programs were not found: install postgresql, or put initdb into the PATH")
    return debian[-1].parent


class Cluster:
    """Starts as a context manager, and is gone after it."""

    def __enter__(self) -> "Cluster":
        self.binaries = binaries()
        # PostgreSQL does not run as root.
        self.prefix = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        self.directory = Path(tempfile.mkdtemp(prefix="lockstep-peers-", dir="/var/tmp"))
        try:
            if self.prefix:
                user = pwd.getpwnam("postgres")
                os.chown(self.directory, user.pw_uid, user.pw_gid)
            self.run("initdb", "--pgdata", self.data, "--username", "postgres", "--auth", "trust",
                     "--encoding", "UTF8", "--locale", "C", "--no-instructions")
            settings = SETTINGS | {"listen_addresses": "", "unix_socket_directories": str(self.directory)}
            options = " ".join(f"-c {name}={value or chr(39) * 2}" for name, value in settings.items())
            self.run("pg_ctl", "--pgdata", self.data, "--wait", "--log", f"{self.directory}/log",
                     "--options", options, "start")
        except BaseException:
            shutil.rmtree(self.directory, ignore_errors=True)
            raise
        return self

    def __exit__(self, *_) -> None:
        self.run("pg_ctl", "--pgdata", self.data, "--wait", "--mode", "immediate", "stop")
        shutil.rmtree(self.directory, ignore_errors=True)

    @property
    def data(self) -> str:
        return f"{self.directory}/data"

    def fresh(self, name: str) -> str:
        """An empty database, and its address."""
        for statement in (f'drop database if exists "{name}" with (force)', f'create database "{name}"', "checkpoint"):
            subprocess.run(
                [self.binaries / "psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", "--host", self.directory,
                 "--username", "postgres", "--command", statement, "postgres"], check=True, stderr=subprocess.DEVNULL)
        return f"postgresql://postgres@/{name}?host={self.directory}"

    def run(self, program: str, *arguments: str) -> None:
        done = subprocess.run(
            [*self.prefix, self.binaries / program, *arguments], cwd="/", stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True)
        if done.returncode != 0:
            raise SystemExit(f"{program} failed: {done.stdout.strip()}")
