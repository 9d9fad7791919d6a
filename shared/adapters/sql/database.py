"""Opening the database: the engine of the backend that a URL names, with its schema up to date."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING, NoReturn

from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from shared.adapters.sql.connection.arguments import BUSY_SECONDS
from shared.adapters.sql.connection.transactions import BEFORE_WRITING, PAUSE
from shared.core.errors import Fault, Misconfigured

if TYPE_CHECKING:
    from shared.adapters.sql.connection.tokens import MakeCredential


def open_database(
    url: str,
    *,
    busy_seconds: float = BUSY_SECONDS,
    credential: MakeCredential | None = None,
    pause: Callable[[float], None] = time.sleep,
    before_writing: Callable[[], None] | None = None,
) -> Engine:
    """An engine on the database of that SQLAlchemy URL, its schema up to date; Permanent when it is too new.

    A writer waits `busy_seconds` for another one. Safe for threads, and for several processes that open it at once;
    open it after a fork, never before. A server's URL without a password signs in with a token of `credential`.
    `before_writing` is called before each transaction that writes.
    """
    from shared.adapters.sql.migrations import bring_up_to_date

    engine = bare_engine(url, busy_seconds, credential)
    engine.update_execution_options(**{PAUSE: pause, BEFORE_WRITING: before_writing})
    try:
        bring_up_to_date(engine)
    except Fault:
        engine.dispose()
        raise
    return engine


def bare_engine(url: str, busy_seconds: float = BUSY_SECONDS, credential: MakeCredential | None = None) -> Engine:
    """An engine on the database as it is: its schema is neither looked at nor changed. Misconfigured for no URL."""
    from shared.adapters.sql.connection import postgres, sqlite, sqlserver

    try:
        parsed = make_url(url)
        backend = parsed.get_backend_name()
        if backend == "sqlite":
            return sqlite.open_engine(parsed, busy_seconds)
        if backend == "mssql":
            return sqlserver.open_engine(parsed, busy_seconds, credential)
        return postgres.open_engine(parsed, busy_seconds, credential)
    except (ArgumentError, NoSuchModuleError, ValueError):
        _refuse_url()


def _refuse_url() -> NoReturn:
    """Without the URL: it may hold a password."""
    accepted = "sqlite:///<file>, postgresql+psycopg://<user>@<host>/<database>, mssql+pyodbc://@<host>/<database>"
    raise Misconfigured("DATABASE_URL", "cannot be read as a URL", accepted)
