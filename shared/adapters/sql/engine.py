"""Opening the database, and transactions that are whole or absent."""

from __future__ import annotations

import os
import random
import sqlite3
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import DBAPIError

from shared.adapters.sql import tables_release  # noqa: F401 -- its tables belong to the schema
from shared.adapters.sql.faults import explain, worth_retrying
from shared.adapters.sql.schema import create_schema
from shared.errors import Fault, Permanent

BUSY_SECONDS = 30
ATTEMPTS = 4
# Execution options of our own: how SQLite begins, and whose turn it is to write. A writer takes the lock when it
# begins: a reader that becomes a writer half-way can only fail.
_BEGIN = "sqlite_begin"
_TURNS = "sqlite_turns"
_READING, _WRITING, _OUTSIDE = "BEGIN", "BEGIN IMMEDIATE", ""


def open_database(url: str, *, busy_seconds: float = BUSY_SECONDS) -> Engine:
    """An engine on the database of that SQLAlchemy URL, its schema created if absent; Permanent when it is too new.

    A writer waits `busy_seconds` for another one. Safe for threads, and for several processes that open it at once;
    open it after a fork, never before.
    """
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        engine = _open_sqlite(url, Path(parsed.database or ""), busy_seconds)
    else:
        engine = create_engine(parsed, pool_pre_ping=True)
    try:
        write(engine, create_schema)
    except Fault:
        engine.dispose()
        raise
    return engine


def write[T](engine: Engine, work: Callable[[Connection], T]) -> T:
    """Run `work` in one writing transaction; the whole of it again, a bounded number of times, when that may help.

    `work` must be repeatable. What stays refused is raised as one of `shared.errors`.
    """
    return _retrying(lambda: _transaction(engine, work, _WRITING))


def read[T](engine: Engine, work: Callable[[Connection], T]) -> T:
    """Run `work` on one consistent state; it waits for no writer and holds none up."""
    return _retrying(lambda: _transaction(engine, work, _READING))


def _transaction[T](engine: Engine, work: Callable[[Connection], T], begin: str) -> T:
    with engine.connect() as connection:
        connection.execution_options(**{_BEGIN: begin})
        with _turn(connection, begin), connection.begin():
            return work(connection)


def _turn(connection: Connection, begin: str) -> AbstractContextManager[Any]:
    """The threads of one process take turns at writing: SQLite lets who waits starve, a lock does not."""
    turns = connection.get_execution_options().get(_TURNS)
    return turns if turns is not None and begin == _WRITING else nullcontext()


def _retrying[T](call: Callable[[], T]) -> T:
    attempt = 1
    while True:
        try:
            return call()
        except DBAPIError as error:
            if attempt == ATTEMPTS or not worth_retrying(error):
                raise explain(error) from error
        # Full jitter: two writers that met once should not meet again.
        time.sleep(random.uniform(0, 0.05 * 2**attempt))
        attempt += 1


class _Connection(sqlite3.Connection):
    """Closed when nobody holds it any more: ports have no end of their own, a process or a test has."""

    def __del__(self) -> None:
        # One that could not be opened cannot be closed either.
        with suppress(sqlite3.ProgrammingError):
            self.close()


def _open_sqlite(url: str, path: Path, busy_seconds: float) -> Engine:
    path.parent.mkdir(parents=True, exist_ok=True)
    options = {"timeout": busy_seconds, "factory": _Connection}
    engine = create_engine(url, pool_size=16, max_overflow=48, connect_args=options, execution_options={_TURNS: Lock()})
    opener = os.getpid()

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # SQLAlchemy's begin event below says when a transaction starts; the driver must not guess.
        connection.isolation_level = None
        # A 2xx is sent after COMMIT, so COMMIT must be on the disk: FULL, not NORMAL.
        for pragma in ("foreign_keys=ON", "synchronous=FULL"):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        statement = connection.get_execution_options().get(_BEGIN, _READING)
        if statement:
            connection.exec_driver_sql(statement)

    @event.listens_for(engine, "checkout")
    def check_process(_connection: Any, _record: Any, _proxy: Any) -> None:
        if os.getpid() != opener:
            raise Permanent("This database was opened before a fork; SQLite forbids that. Open it in the new process.")

    # Write-ahead logging stays in the file. SQLite answers busy at once when two processes switch it on together.
    _retrying(lambda: _transaction(engine, lambda c: c.exec_driver_sql("PRAGMA journal_mode=WAL").close(), _OUTSIDE))
    return engine
