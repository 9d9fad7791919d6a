"""A connection to SQLite that needs no end."""

from __future__ import annotations

import sqlite3
from contextlib import suppress


class SqliteConnection(sqlite3.Connection):
    """Closed when nobody holds it any more: ports have no end of their own, a process or a test has."""

    def __del__(self) -> None:
        # One that could not be opened cannot be closed either.
        with suppress(sqlite3.ProgrammingError):
            self.close()
