"""The n-th write to a database fails, as its driver would tell it: a full disk, a broken disk, a lost connection."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Literal

import psycopg
from sqlalchemy import Engine, event

type Failure = Literal["full", "broken", "lost", "unheard"]
# SQLite's codes: the disk is full, and it neither took nor gave its data.
_CODES = {"full": (13, "database or disk is full"), "broken": (10, "disk I/O error")}
_WRITES = re.compile(rb"\s*(INSERT|UPDATE|DELETE|CREATE|ALTER|DROP|MERGE|COPY)\b", re.IGNORECASE)


@dataclass(slots=True)
class Writes:
    """Counts statements that write, and commits; number `at` fails once. 0: none does."""

    at: int
    failure: Failure
    seen: int = 0

    @property
    def is_hit(self) -> bool:
        """Count one; whether it is the one."""
        self.seen += 1
        return self.seen == self.at

    def error(self, connection: Any) -> Exception:
        """The driver's error; a lost connection is lost indeed."""
        if self.failure in _CODES and isinstance(connection, sqlite3.Connection):
            code, words = _CODES[self.failure]
            error = sqlite3.OperationalError(words)
            error.sqlite_errorcode = code
            return error
        if isinstance(connection, sqlite3.Connection):
            return sqlite3.OperationalError("the file's server does not answer")
        if self.failure == "full":
            return psycopg.errors.DiskFull("could not extend file: No space left on device")
        if self.failure == "broken":
            return psycopg.errors.IoError("could not write block: Input/output error")
        connection.close()
        return psycopg.OperationalError("server closed the connection unexpectedly")


@contextmanager
def failing(engine: Engine, writes: Writes) -> Iterator[None]:
    """Within the block the writes of this engine are counted, and one of them fails; `unheard` after its commit."""
    commit = engine.dialect.do_commit

    def execute(cursor: Any, statement: str, *_: Any) -> None:
        if _WRITES.match(statement.encode()) and writes.is_hit:
            raise writes.error(cursor.connection)

    def committed(connection: Any) -> None:
        hit = writes.is_hit
        if hit and writes.failure != "unheard":
            raise writes.error(_driver(connection))
        commit(connection)
        if hit:
            raise writes.error(_driver(connection))

    names = ("do_execute", "do_executemany", "do_execute_no_params")
    for name in names:
        event.listen(engine, name, execute)
    engine.dialect.do_commit = committed  # type: ignore[method-assign]
    try:
        yield
    finally:
        engine.dialect.do_commit = commit  # type: ignore[method-assign]
        for name in names:
            event.remove(engine, name, execute)


def _driver(connection: Any) -> Any:
    return getattr(connection, "driver_connection", connection)
