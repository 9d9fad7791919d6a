"""Connecting by the driver alone, with the arguments that SQLAlchemy would give it; a test compares the two."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from shared.adapters.sql.connection.arguments import (
    AZURE_POSTGRES,
    LOGIN_SECONDS,
    POSTGRES_SCOPE,
    SQL_COPT_SS_ACCESS_TOKEN,
    SQLSERVER_KEYWORDS,
    SQLSERVER_SCOPE,
    STATEMENT_SECONDS,
    packed,
    postgres_arguments,
    short_text,
    sqlserver_session,
)
from shared.adapters.sql.connection.tokens import token_source

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.adapters.sql.connection.tokens import MakeCredential

    type Connect = Callable[[], Connected]

_SQLITE, _POSTGRES, _SQLSERVER = "sqlite:///", "postgresql+psycopg://", "mssql+pyodbc://"
# The usual form; another one is left to SQLAlchemy.
_SERVER = re.compile(
    r"(?:(?P<user>[^:/@?#\[\]]*)(?::(?P<password>[^@/?#]*))?@)?(?P<host>[\w.-]+)(?::(?P<port>\d+))?"
    r"/(?P<database>[^/?#]+)(?:\?(?P<query>[^?#]*))?"
)
# What the URL of SQL Server may add without changing how the rest is understood.
_KEYWORDS = frozenset({"driver", "Encrypt", "UseFMTONLY", "TrustServerCertificate", "ApplicationIntent"})
_QUOTED = re.compile(r"[;{}]")


class Connected(NamedTuple):
    """The driver's connection, where each statement stands alone, and how it writes a parameter: a text, a number."""

    driver: Any
    text: str
    number: str


class Address(NamedTuple):
    """A server's URL in its parts."""

    user: str
    password: str
    host: str
    port: int
    database: str
    query: dict[str, str]


def connector(url: str, busy_seconds: float, credential: MakeCredential | None) -> Connect | None:
    """What connects to that database as it is; None for a URL that is left to SQLAlchemy."""
    if url.startswith(_SQLITE):
        path = url.removeprefix(_SQLITE)
        usual = path.startswith("/") and not set("%?") & set(path)
        return (lambda: _sqlite(Path(path), busy_seconds)) if usual else None
    prefix = _POSTGRES if url.startswith(_POSTGRES) else _SQLSERVER
    address = address_of(url.removeprefix(prefix))
    if address is None or (prefix == _SQLSERVER and not _is_usual(address)):
        return None
    if prefix == _POSTGRES:
        azure = not address.password and address.host.endswith(AZURE_POSTGRES)
        token = token_source(credential, POSTGRES_SCOPE) if azure else None
        return lambda: _postgres(address, busy_seconds, token)
    token = None if address.user else token_source(credential, SQLSERVER_SCOPE)
    return lambda: _sqlserver(address, busy_seconds, token)


def address_of(rest: str) -> Address | None:
    """The parts of a URL behind its scheme; None when it has another form than the usual one."""
    found = _SERVER.fullmatch(rest)
    pairs = parse_qsl(found["query"] or "") if found else []
    if found is None or len(dict(pairs)) < len(pairs):
        return None
    return Address(
        unquote(found["user"] or ""),
        unquote(found["password"] or ""),
        found["host"],
        int(found["port"] or 0),
        unquote(found["database"]),
        dict(pairs),
    )


def _is_usual(address: Address) -> bool:
    texts = (address.user, address.password, address.database, *address.query.values())
    return set(address.query) <= _KEYWORDS and not any(map(_QUOTED.search, texts))


def _sqlite(path: Path, busy_seconds: float) -> Connected:
    import sqlite3

    from shared.adapters.sql.connection.sqlite_connection import SqliteConnection

    # A file that is not there is not made.
    place = f"{path.as_uri()}?mode=rw"
    # Threads take turns, as the caller makes them.
    options: dict[str, Any] = {"isolation_level": None, "check_same_thread": False, "factory": SqliteConnection}
    return Connected(sqlite3.connect(place, timeout=busy_seconds, uri=True, **options), "?", "?")


def postgres_keywords(address: Address, busy_seconds: float) -> dict[str, Any]:
    """The keywords of psycopg's connect."""
    given = {
        "host": address.host,
        "dbname": address.database,
        "user": address.user,
        "password": address.password,
        "port": address.port,
    }
    query = {name: value for name, value in address.query.items() if name != "options"}
    limits = postgres_arguments(address.query.get("options", ""), busy_seconds)
    return {name: value for name, value in given.items() if value} | query | limits


def _postgres(address: Address, busy_seconds: float, token: Callable[[], str] | None) -> Connected:
    import psycopg

    keywords = postgres_keywords(address, busy_seconds)
    if token is not None:
        keywords = {"sslmode": "require", **keywords, "password": token()}
    return Connected(psycopg.connect(**keywords, autocommit=True), "%s", "%s")


def odbc_text(address: Address) -> str:
    """The text with which pyodbc connects; without a user a token signs in, which is no part of it."""
    keywords = SQLSERVER_KEYWORDS | address.query
    driver = keywords.pop("driver")
    port = f",{address.port}" if address.port else ""
    parts = [f"DRIVER={{{driver}}}", f"Server={address.host}{port}", f"Database={address.database}"]
    if address.user:
        parts += [f"UID={address.user}", *([f"PWD={address.password}"] if address.password else [])]
    return ";".join([*parts, *(f"{name}={value}" for name, value in keywords.items())])


def _sqlserver(address: Address, busy_seconds: float, token: Callable[[], str] | None) -> Connected:
    import pyodbc

    # The driver manager would keep a closed connection open, and a database with a session never pauses.
    pyodbc.pooling = False
    before = {SQL_COPT_SS_ACCESS_TOKEN: packed(token())} if token else {}
    connection = pyodbc.connect(odbc_text(address), timeout=LOGIN_SECONDS, attrs_before=before, autocommit=True)
    connection.timeout = STATEMENT_SECONDS
    # A reader sees one state and waits for no writer.
    for statement in (sqlserver_session(busy_seconds), "SET TRANSACTION ISOLATION LEVEL SNAPSHOT"):
        connection.execute(statement).close()
    return Connected(connection, short_text("?"), "?")
