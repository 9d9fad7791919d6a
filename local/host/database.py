"""The host's state: one SQLite file with queues, event deliveries, timers and reported files.

A write that the disk refuses is Transient: the caller repeats it later and loses nothing.
"""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from local.host.turn_writes import TurnWrites
from shared.core.errors import Corrupt, Permanent, Transient

VERSION = 1
_SCHEMA = """
CREATE TABLE messages (
    id TEXT PRIMARY KEY, queue TEXT NOT NULL, body TEXT NOT NULL, inserted REAL NOT NULL, expires REAL NOT NULL,
    visible REAL NOT NULL, dequeue_count INTEGER NOT NULL DEFAULT 0, receipt TEXT NOT NULL DEFAULT '');
CREATE INDEX messages_by_queue ON messages (queue, visible);
CREATE TABLE deliveries (
    id INTEGER PRIMARY KEY AUTOINCREMENT, function TEXT NOT NULL, event TEXT NOT NULL, published REAL NOT NULL,
    due REAL NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, outcome TEXT NOT NULL DEFAULT '', attempted REAL);
CREATE INDEX deliveries_by_due ON deliveries (due);
CREATE TABLE timers (function TEXT PRIMARY KEY, schedule TEXT NOT NULL, last REAL, next REAL NOT NULL);
CREATE TABLE seen (path TEXT PRIMARY KEY, etag TEXT NOT NULL);
CREATE TABLE sequence (last INTEGER NOT NULL);
INSERT INTO sequence VALUES (0);
"""


class HostDatabase:
    """One connection for all threads of a process; a transaction is whole or absent, also after kill -9."""

    def __init__(self, path: Path) -> None:
        self._lock = threading.RLock()
        self._depth = 0
        # For writes from the host's loop: those of one turn wait for the disk together.
        self.turn = TurnWrites(self)
        self._connection = _connect(path)
        try:
            # A message must be on the disk before its sender is told that it was accepted.
            for pragma in ("journal_mode=WAL", "synchronous=FULL"):
                self.rows(f"PRAGMA {pragma}")
            with self.transaction():
                self._prepare(path)
        except BaseException as error:
            self._connection.close()
            if isinstance(error, sqlite3.DatabaseError):
                raise _damaged(path, error) from error
            raise

    def _prepare(self, path: Path) -> None:
        ((version,),) = self.rows("PRAGMA user_version")
        if version > VERSION:
            raise Permanent(f"{path.name} was written by a newer version ({version}; this one knows {VERSION}).")
        if version == 0:
            for statement in _SCHEMA.split(";"):
                self._execute(statement)
            self._execute(f"PRAGMA user_version = {VERSION}")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit everything inside or nothing; an inner transaction is part of the outer one."""
        with self._lock:
            if self._depth == 0:
                self._execute("BEGIN IMMEDIATE")
            self._depth += 1
            try:
                yield
            except BaseException:
                self._end("ROLLBACK")
                raise
            self._end("COMMIT")

    @contextmanager
    def repeatable(self) -> Iterator[None]:
        """A transaction that does not wait for the disk, for what may happen again: taking and ending a delivery.

        It outlives a kill -9. A power failure may undo it, never what was committed before it; then work comes twice.
        """
        with self._lock:
            outermost = self._depth == 0
            if outermost:
                self._execute("PRAGMA synchronous=NORMAL")
            try:
                with self.transaction():
                    yield
            finally:
                if outermost:
                    self._execute("PRAGMA synchronous=FULL")

    def _end(self, how: str) -> None:
        self._depth -= 1
        if self._depth:
            return
        try:
            # A full disk may have rolled the transaction back by itself.
            if self._connection.in_transaction:
                self._execute(how)
        finally:
            # A commit that failed must not stay open, or no later transaction could begin.
            if self._connection.in_transaction:
                self._connection.rollback()

    def _execute(self, statement: str, values: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        try:
            return self._connection.execute(statement, values)
        except sqlite3.OperationalError as error:
            raise Transient(f"The host's database cannot be used now ({error}).") from error

    def run(self, statement: str, *values: Any) -> int:
        """Execute one statement and return how many rows it changed."""
        with self._lock:
            return self._execute(statement, values).rowcount

    def rows(self, query: str, *values: Any) -> list[Any]:
        """All rows of a query, as tuples."""
        with self._lock:
            return self._execute(query, values).fetchall()

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._connection.close()


def _connect(path: Path) -> sqlite3.Connection:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        return sqlite3.connect(path, timeout=30, isolation_level=None, check_same_thread=False)
    except (OSError, sqlite3.OperationalError) as error:
        raise Transient(f"The host's database {path} cannot be opened now ({error}).") from error


def _damaged(path: Path, error: sqlite3.DatabaseError) -> Corrupt:
    todo = "move it and the files beside it (-wal, -shm) away: the host makes another, and the sweep finds its work"
    return Corrupt(f"The host's database {path} is damaged ({error}); {todo}.")
