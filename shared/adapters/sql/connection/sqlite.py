"""SQLite: one file, write-ahead logging, writers one after the other."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError

from shared.adapters.sql.connection.faults import explain_opening
from shared.adapters.sql.connection.sqlite_connection import SqliteConnection
from shared.adapters.sql.connection.transactions import (
    BEGIN,
    COUNTING,
    MIGRATING,
    OUTSIDE,
    READING,
    TURNS,
    WRITING,
    retrying,
    transaction,
)
from shared.core.errors import Permanent

# A writer takes the lock when it begins: a reader that becomes a writer half-way can only fail.
# A 2xx is sent after COMMIT, so COMMIT must be on the disk: FULL. NORMAL, for counts, waits only at checkpoints.
_STATEMENTS = {
    READING: ("BEGIN",),
    WRITING: ("PRAGMA synchronous=FULL", "BEGIN IMMEDIATE"),
    COUNTING: ("PRAGMA synchronous=NORMAL", "BEGIN IMMEDIATE"),
    # Making a table anew drops the old one: neither the rows nor the views that name it may stand in the way.
    MIGRATING: (
        "PRAGMA synchronous=FULL",
        "PRAGMA foreign_keys=OFF",
        "PRAGMA legacy_alter_table=ON",
        "BEGIN IMMEDIATE",
    ),
    OUTSIDE: (),
}
# What a connection remembers: how it was told to wait for the disk.
_DURABILITY = "mlops_durability"


def _begin(connection: Connection, statements: Sequence[str]) -> None:
    """Tell the driver itself: by way of SQLAlchemy each of these costs as much as a small query."""
    driver: Any = connection.connection.driver_connection
    known = connection.info
    for statement in statements:
        if statement == known.get(_DURABILITY):
            continue
        try:
            driver.execute(statement)
        except sqlite3.Error as error:
            raise OperationalError(statement, None, error) from error
        if statement.startswith("PRAGMA synchronous"):
            known[_DURABILITY] = statement


def open_engine(url: URL, busy_seconds: float) -> Engine:
    """An engine on the file, which is created if absent."""
    Path(url.database or "").parent.mkdir(parents=True, exist_ok=True)
    options = {"timeout": busy_seconds, "factory": SqliteConnection}
    engine = create_engine(url, pool_size=16, max_overflow=48, connect_args=options, execution_options={TURNS: Lock()})
    opener = os.getpid()

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        # SQLAlchemy's begin event below says when a transaction starts; the driver must not guess.
        connection.isolation_level = None
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        _begin(connection, _STATEMENTS[connection.get_execution_options().get(BEGIN, READING)])

    @event.listens_for(engine, "checkout")
    def check_process(_connection: Any, _record: Any, _proxy: Any) -> None:
        if os.getpid() != opener:
            raise Permanent("This database was opened before a fork; SQLite forbids that. Open it in the new process.")

    # Write-ahead logging stays in the file. SQLite answers busy at once when two processes switch it on together.
    log = "PRAGMA journal_mode=WAL"
    retrying(engine, lambda: transaction(engine, lambda c: c.exec_driver_sql(log).close(), OUTSIDE), explain_opening)
    return engine
