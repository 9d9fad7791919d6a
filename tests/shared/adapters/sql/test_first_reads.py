"""The reads of a first answer: as long as all goes well, and never instead of SQLAlchemy's faults."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from threading import Event
from typing import Any

import pytest
from azure.core.exceptions import ClientAuthenticationError
from postgres import PostgresServer
from psycopg.errors import ConnectionTimeout, QueryCanceled
from sqlalchemy import Engine

from shared.adapters.lazy import Once
from shared.adapters.sql.connection.arguments import AZURE_POSTGRES, BUSY_SECONDS
from shared.adapters.sql.connection.tokens import MakeCredential
from shared.adapters.sql.database import open_database
from shared.adapters.sql.first.connecting import Connected, connector
from shared.adapters.sql.first.reads import FirstReads, NotRead
from shared.adapters.sql.first.stores import GENERATION, FirstDeployments
from shared.adapters.sql.release.deployments import SqlDeployments
from shared.adapters.sql.revisions import newest, revision_id
from shared.core.errors import Corrupt, Misconfigured, Permanent, Transient
from shared.serving.deployment import Deployment

PATIENCE = 20
AT = datetime(2026, 3, 1, 12, 30, tzinfo=UTC)
FIRST = Deployment("adult", 1, "adult", 3, "a" * 64, AT, "gate", "passed")
POSTGRES, SQLSERVER = "postgresql+psycopg://", "mssql+pyodbc://"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A database in which a model is deployed."""
    found = tmp_path / "state.db"
    engine = open_database(f"sqlite:///{found}")
    SqlDeployments(engine).promote(FIRST)
    engine.dispose()
    return found


class NotOpened:
    """The engine of a database that is opened once something asks for it."""

    def __init__(self, url: str) -> None:
        self.opened = 0
        self.once = Once(self._open)
        self._url = url

    def _open(self) -> Engine:
        self.opened += 1
        return open_database(self._url, pause=lambda _: None)


class Stored:
    """Deployments in SQL, whose first use opens the database."""

    def __init__(self, engine: Once[Engine]) -> None:
        self._engine = engine

    def __getattr__(self, name: str) -> Any:
        return getattr(SqlDeployments(self._engine()), name)


def deployments(url: str, credential: MakeCredential | None = None) -> tuple[FirstDeployments, NotOpened]:
    """The store, and whether SQLAlchemy was needed."""
    engine = NotOpened(url)
    reads = FirstReads(connector(url, BUSY_SECONDS, credential), engine.once)
    return FirstDeployments(Stored(engine.once), reads, lambda _: "prod"), engine


def test_what_is_deployed_is_read_without_opening_the_database(file: Path) -> None:
    """And each read sees what was committed before it began."""
    store, engine = deployments(f"sqlite:///{file}")
    assert store.current("adult") == FIRST
    assert store.current("bank") is None
    assert engine.opened == 0
    other = open_database(f"sqlite:///{file}")
    second = Deployment("adult", 2, "adult", 4, "b" * 64, AT, "ada", "better", override=True, restores=1)
    SqlDeployments(other).promote(second)
    other.dispose()
    assert store.current("adult") == second
    assert engine.opened == 0


def test_once_the_database_is_open_all_is_read_there(file: Path) -> None:
    """By SQLAlchemy, and the driver's own connection is closed."""
    engine = NotOpened(f"sqlite:///{file}")
    reads = FirstReads(connector(f"sqlite:///{file}", BUSY_SECONDS, None), engine.once)
    assert reads.row(GENERATION, "adult", "prod") is not None
    engine.once()
    with pytest.raises(NotRead):
        reads.row(GENERATION, "adult", "prod")
    engine.once().dispose()


def test_closing_lets_the_next_read_connect_again(file: Path) -> None:
    """So that a database without sessions may pause."""
    store, engine = deployments(f"sqlite:///{file}")
    reads = store._reads
    assert store.current("adult") == FIRST
    reads.close()
    assert store.current("adult") == FIRST
    assert engine.opened == 0


@pytest.mark.parametrize("sign", ["\0", "\ud800"])
def test_a_name_that_cannot_be_stored_is_read_as_it_would_be_stored(tmp_path: Path, sign: str) -> None:
    """As SQLAlchemy does it; nothing goes wrong for which SQLAlchemy would have to be loaded."""
    url = f"sqlite:///{tmp_path}/state.db"
    engine = open_database(url)
    SqlDeployments(engine).promote(replace(FIRST, scenario=f"a{sign}"))
    engine.dispose()
    store, opened = deployments(url)
    assert store.current(f"a{sign}") == replace(FIRST, scenario="a\ufffd")
    assert opened.opened == 0


def test_a_database_that_is_not_there_is_made_as_ever(tmp_path: Path) -> None:
    """The driver alone would leave an empty file."""
    store, engine = deployments(f"sqlite:///{tmp_path}/new/state.db")
    assert store.current("adult") is None
    assert engine.opened == 1
    engine.once().dispose()


@pytest.mark.parametrize(
    ("change", "fault", "said"),
    [
        ("UPDATE alembic_version SET version_num = '0099'", Permanent, "schema version 99"),
        ('ALTER TABLE deployment DROP COLUMN "override"', Permanent, r"lacks deployment\.override"),
        ("ALTER TABLE deployment DROP COLUMN restores", Permanent, r"lacks deployment\.restores"),
        ("DROP TABLE deployment", Permanent, "lacks deployment"),
    ],
)
def test_a_wrong_schema_is_told_in_the_same_words(file: Path, change: str, fault: type[Exception], said: str) -> None:
    """Whether a version is newer than this code, or a column is absent."""
    with closing(sqlite3.connect(file)) as connection:
        connection.execute(change)
        connection.commit()
    store, _ = deployments(f"sqlite:///{file}")
    for _ in range(2):
        with pytest.raises(fault, match=said):
            store.current("adult")


@pytest.mark.fault(46)
def test_a_damaged_file_is_told_in_the_same_words(file: Path) -> None:
    """As by a process that opened it."""
    file.write_bytes(b"no database" * 1000)
    store, _ = deployments(f"sqlite:///{file}")
    with pytest.raises(Corrupt, match="damaged or is not a database"):
        store.current("adult")


def test_a_server_that_is_away_is_told_in_the_same_words() -> None:
    """Nobody listens there."""
    store, engine = deployments(f"{POSTGRES}ada:secret@127.0.0.1:1/mlops")
    with pytest.raises(Transient, match=r"busy: .*refused"):
        store.current("adult")
    assert engine.opened == 1


def test_a_token_that_cannot_be_had_is_told_in_the_same_words() -> None:
    """There is no credential."""
    store, _ = deployments(f"{SQLSERVER}@127.0.0.1:1/mlops")
    with pytest.raises(Misconfigured, match="no credential for a token"):
        store.current("adult")


class Refused:
    """A credential that gets no token."""

    def __init__(self) -> None:
        self.asked = 0

    def get_token(self, *_scopes: str) -> Any:
        """Refused, after what may have been a long time."""
        self.asked += 1
        raise ClientAuthenticationError("no answer")


@pytest.mark.parametrize("url", [f"{SQLSERVER}@127.0.0.1:1/mlops", f"{POSTGRES}ada@db{AZURE_POSTGRES}/mlops"])
def test_a_token_is_asked_for_once(url: str) -> None:
    """SQLAlchemy would only wait for the same refusal again."""
    credential = Refused()
    store, engine = deployments(url, lambda: credential)
    with pytest.raises(Transient, match=r"No token .* \(AZURE_CREDENTIAL\): no answer"):
        store.current("adult")
    assert (credential.asked, engine.opened) == (1, 0)


class LoginTimeout(Exception):
    """SQL Server's driver gives the state first."""


@pytest.mark.parametrize(
    "error",
    [ConnectionTimeout("connection timeout expired"), LoginTimeout("HYT00", "Login timeout expired"), QueryCanceled()],
)
def test_what_waited_in_vain_does_not_wait_again(file: Path, error: Exception) -> None:
    """The refusal comes after one such time, not two; the next read is SQLAlchemy's."""
    waits = [error]

    def connect() -> Connected:
        raise waits.pop()

    engine = NotOpened(f"sqlite:///{file}")
    store = FirstDeployments(Stored(engine.once), FirstReads(connect, engine.once), lambda _: "prod")
    with pytest.raises(Transient, match="The database is busy"):
        store.current("adult")
    assert engine.opened == 0
    assert store.current("adult") == FIRST
    assert engine.opened == 1
    engine.once().dispose()


def test_after_a_problem_the_driver_alone_reads_nothing_more(file: Path) -> None:
    """A process does not go on where its database could not be opened."""
    reads = FirstReads(connector(f"sqlite:///{file}", BUSY_SECONDS, None), Once(lambda: None))
    with pytest.raises(NotRead):
        reads.row("SELECT nothing FROM nowhere")
    with pytest.raises(NotRead):
        reads.row(GENERATION, "adult", "prod")


def test_another_process_reads_by_sqlalchemy(file: Path) -> None:
    """A connection to SQLite must not pass a fork."""
    code = (
        "import os, sys\n"
        "from shared.adapters.lazy import Once\n"
        "from shared.adapters.sql.first.connecting import connector\n"
        "from shared.adapters.sql.first.reads import FirstReads, NotRead\n"
        "from shared.adapters.sql.first.stores import GENERATION\n"
        "reads = FirstReads(connector(sys.argv[1], 30, None), Once(lambda: None))\n"
        "assert reads.row(GENERATION, 'adult', 'prod')\n"
        "if os.fork() == 0:\n"
        "    try:\n"
        "        reads.row(GENERATION, 'adult', 'prod')\n"
        "    except NotRead:\n"
        "        os._exit(7)\n"
        "    os._exit(1)\n"
        "print(os.waitstatus_to_exitcode(os.wait()[1]))\n"
    )
    command = [sys.executable, "-c", code, f"sqlite:///{file}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=dict(os.environ))
    assert done.stdout == "7\n"


class Answer:
    """A cursor with one row, or none."""

    def __init__(self, **row: str) -> None:
        self.description = [(name,) for name in row]
        self._row = tuple(row.values()) or None

    def fetchone(self) -> tuple[str, ...] | None:
        """The row."""
        return self._row

    def close(self) -> None:
        """Nothing is left."""


class Hangs:
    """A driver's connection to a server that tells its version, and nothing else until it is let go."""

    def __init__(self) -> None:
        self.asked, self.let_go, self.closed = Event(), Event(), Event()

    def execute(self, statement: str, _given: Any) -> Answer:
        """The answer comes late."""
        if "alembic_version" in statement:
            return Answer(newest=revision_id(newest()))
        self.asked.set()
        self.let_go.wait(PATIENCE)
        return Answer()

    def close(self) -> None:
        """Seen by the test."""
        self.closed.set()


@pytest.fixture
def hanging() -> Iterator[tuple[FirstReads, Once[Any], Hangs, Future[Any]]]:
    """The reads, the engine, the server that hangs, and the read that waits for it."""
    server, engine = Hangs(), Once(object)
    reads = FirstReads(lambda: Connected(server, "?", "?"), engine)
    with ThreadPoolExecutor(1) as thread:
        waiting = thread.submit(reads.row, GENERATION, "adult", "prod")
        assert server.asked.wait(PATIENCE)
        yield reads, engine, server, waiting
        server.let_go.set()
        assert waiting.result() is None
    assert server.closed.is_set()


def test_nobody_waits_for_a_read_that_hangs_once_the_database_is_open(
    hanging: tuple[FirstReads, Once[Any], Hangs, Future[Any]],
) -> None:
    """SQLAlchemy has other connections."""
    reads, engine, _, waiting = hanging
    engine()
    with pytest.raises(NotRead):
        reads.row(GENERATION, "adult", "prod")
    assert not waiting.done()


def test_a_connection_that_is_in_use_is_closed_when_it_comes_back(
    hanging: tuple[FirstReads, Once[Any], Hangs, Future[Any]],
) -> None:
    """Whoever closes it waits for nothing."""
    reads, _, server, waiting = hanging
    reads.close()
    assert not waiting.done()
    assert not server.closed.is_set()


def test_a_database_that_could_not_be_opened_is_not_read(file: Path) -> None:
    """What is wrong with it is told to whoever reads."""

    def refuse() -> Engine:
        raise Transient("too many connections")

    engine = Once(refuse)
    reads = FirstReads(connector(f"sqlite:///{file}", BUSY_SECONDS, None), engine)
    assert reads.row(GENERATION, "adult", "prod") is not None
    with pytest.raises(Transient):
        engine()
    with pytest.raises(NotRead):
        reads.row(GENERATION, "adult", "prod")


def test_a_server_is_read_by_its_url(postgres: PostgresServer) -> None:
    """A real one, through the same stores."""
    url = postgres.emptied()
    engine = open_database(url)
    SqlDeployments(engine).promote(FIRST)
    engine.dispose()
    store, opened = deployments(url)
    assert store.current("adult") == FIRST
    assert opened.opened == 0
    store._reads.close()
