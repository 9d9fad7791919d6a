"""SQL Server and Azure SQL through pyodbc: XACT_ABORT, time-outs, a token where the URL names no user."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Dialect, Engine, create_engine, event

if TYPE_CHECKING:
    from shared.adapters.sql.connection.tokens import MakeCredential

DRIVER = "ODBC Driver 18 for SQL Server"
LOGIN_SECONDS = 15
STATEMENT_SECONDS = 300
SCOPE = "https://database.windows.net/.default"
# The driver's connection attribute for an access token, from msodbcsql.h.
SQL_COPT_SS_ACCESS_TOKEN = 1256


def open_engine(url: URL, busy_seconds: float, credential: MakeCredential | None) -> Engine:
    """An engine on the server; it connects when first used, encrypted unless the URL says otherwise."""
    # Describing the parameters of a statement on a temporary table fails, and may roll the transaction back.
    given = {"driver": DRIVER, "Encrypt": "yes", "UseFMTONLY": "yes"} | dict(url.query)
    engine = create_engine(
        url.set(query=given),
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=24,
        pool_recycle=1800,
        isolation_level="READ COMMITTED",
        connect_args={"timeout": LOGIN_SECONDS},
        hide_parameters=True,
        # Otherwise the types would depend on the first statement sent to the server.
        deprecate_large_types=True,
    )

    quote_window(engine.dialect)
    # The driver manager would keep a closed connection open, and a database with a session never pauses.
    driver: Any = engine.dialect.loaded_dbapi
    driver.pooling = False

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _record: Any) -> None:
        connection.timeout = STATEMENT_SECONDS
        # Any error rolls the whole transaction back: half of one is never committed. Counts decide who has won,
        # whatever the server's user options say.
        cursor = connection.cursor()
        cursor.execute(f"SET NOCOUNT OFF; SET XACT_ABORT ON; SET LOCK_TIMEOUT {max(1, int(busy_seconds * 1000))}")
        cursor.close()
        connection.commit()

    @event.listens_for(engine, "do_setinputsizes")
    def send_wide(sizes: dict[Any, Any], *_: Any) -> None:
        # As VARCHAR a text would go through the code page of the database's collation and lose other letters.
        narrow, wide = engine.dialect.loaded_dbapi.SQL_VARCHAR, engine.dialect.loaded_dbapi.SQL_WVARCHAR
        for parameter, size in sizes.items():
            if size == narrow:
                sizes[parameter] = wide
            elif isinstance(size, tuple) and size[0] == narrow:
                sizes[parameter] = (wide, *size[1:])

    @event.listens_for(engine, "checkin")
    def end(connection: Any, _record: Any) -> None:
        # Setting the isolation level back begins a transaction, which would stay open in the pool.
        if connection is not None:
            connection.rollback()

    if not url.username:
        _sign_in_with_token(engine, credential)
    return engine


def quote_window(dialect: Dialect) -> None:
    """Quote the name WINDOW: it begins a clause since SQL Server 2022, which SQLAlchemy does not know."""
    preparer = dialect.identifier_preparer
    preparer.reserved_words = preparer.reserved_words | {"window"}


def packed(token: str) -> bytes:
    """Return the token as the driver takes it: its length in bytes, then UTF-16 little-endian."""
    text = token.encode("utf-16-le")
    return struct.pack("<I", len(text)) + text


def _sign_in_with_token(engine: Engine, credential: MakeCredential | None) -> None:
    from shared.adapters.sql.connection.tokens import token_source

    token = token_source(credential, SCOPE)

    @event.listens_for(engine, "do_connect")
    def give_token(_dialect: Any, _record: Any, arguments: list[Any], parameters: dict[str, Any]) -> None:
        # Without a user SQLAlchemy asks for the login of the operating system, which excludes a token.
        arguments[0] = arguments[0].replace(";Trusted_Connection=Yes", "")
        parameters["attrs_before"] = {SQL_COPT_SS_ACCESS_TOKEN: packed(token())}
