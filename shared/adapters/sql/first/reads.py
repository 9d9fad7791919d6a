"""Reading single rows before SQLAlchemy is loaded. Whatever does not go smoothly is left to SQLAlchemy's words."""

from __future__ import annotations

import os
from contextlib import suppress
from threading import Lock
from typing import TYPE_CHECKING, Any
from weakref import finalize

from shared.adapters.sql.connection.arguments import storable
from shared.adapters.sql.connection.waits import busy, waited_in_vain
from shared.adapters.sql.revisions import newest, revision_id
from shared.core.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from shared.adapters.lazy import Once
    from shared.adapters.sql.first.connecting import Connect, Connected

_VERSION = "SELECT max(version_num) AS newest FROM alembic_version"


class NotRead(Exception):
    """The driver alone did not read it: SQLAlchemy is to read it."""


class FirstReads:
    """Reads rows by a connection of the driver, as long as nothing else has opened the database in this process.

    Each statement sees what is committed when it begins. The schema has to be that of this code. After the first
    problem, of whatever kind, and once SQLAlchemy has opened the database or could not, nothing is read here any more.
    """

    def __init__(self, connect: Connect | None, engine: Once[Any]) -> None:
        self._connect = connect
        self._engine = engine
        self._lock = Lock()
        self._held: list[Connected] = []
        self._unwanted = False
        self._process = os.getpid()
        # Ports are never closed explicitly: the connection is closed with the last reference to them.
        finalize(self, _close, self._held)

    def row(self, statement: str, *given: str | int) -> Mapping[str, Any] | None:
        """The only row by its columns, None without one; NotRead when SQLAlchemy has to read it.

        `:text` and `:number` in the statement are what is given, in order. A Fault where SQLAlchemy would wait as long
        to say the same.
        """
        # Of a connection that passed a fork SQLite forbids even the end.
        if self._connect is None or os.getpid() != self._process:
            raise NotRead
        if self._engine.was_tried:
            # Before the lock: somebody may hold it for a server that hangs, and SQLAlchemy has other connections.
            self._connect = None
            self.close()
            raise NotRead
        try:
            with self._lock:
                return self._read(statement, given)
        finally:
            self._close_unwanted()

    def close(self) -> None:
        """Close the connection, at once or when it comes back from whoever reads; the next read opens one."""
        self._unwanted = True
        self._close_unwanted()

    def _read(self, statement: str, given: Sequence[str | int]) -> Mapping[str, Any] | None:
        connect = self._connect
        if connect is None:
            raise NotRead
        try:
            return _row(self._connected(connect), statement, given)
        except Exception as error:
            self._connect = None
            _close(self._held)
            # SQLAlchemy would wait as long and say the same: no token is had, no server answers.
            if isinstance(error, Fault):
                raise
            if waited_in_vain(error):
                raise busy(error) from error
            # Whatever it is, it comes again where it is explained.
            raise NotRead from error

    def _connected(self, connect: Connect) -> Connected:
        if not self._held:
            self._held.append(connect())
            if _row(self._held[0], _VERSION, ()) != {"newest": revision_id(newest())}:
                raise NotRead
        return self._held[0]

    def _close_unwanted(self) -> None:
        # Whoever has the lock looks again after giving it back.
        while self._unwanted and self._lock.acquire(blocking=False):
            try:
                self._unwanted = False
                _close(self._held)
            finally:
                self._lock.release()


def _row(connected: Connected, statement: str, given: Sequence[str | int]) -> Mapping[str, Any] | None:
    written = statement.replace(":text", connected.text).replace(":number", connected.number)
    cursor = connected.driver.execute(written, [storable(one) if isinstance(one, str) else one for one in given])
    try:
        row = cursor.fetchone()
        return None if row is None else dict(zip((column[0] for column in cursor.description), row, strict=True))
    finally:
        cursor.close()


def _close(held: list[Connected]) -> None:
    while held:
        # A connection that broke cannot be closed either.
        with suppress(Exception):
            held.pop().driver.close()
