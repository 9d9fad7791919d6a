"""SQL Server and Azure SQL through pyodbc: XACT_ABORT, time-outs, a token where the URL names no user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import URL, Dialect, Engine, create_engine, event

from shared.adapters.sql.connection.arguments import (
    LOGIN_SECONDS,
    SQL_COPT_SS_ACCESS_TOKEN,
    SQLSERVER_KEYWORDS,
    SQLSERVER_SCOPE,
    STATEMENT_SECONDS,
    TRUSTED,
    packed,
    sqlserver_session,
)

if TYPE_CHECKING:
    from shared.adapters.sql.connection.tokens import MakeCredential


def open_engine(url: URL, busy_seconds: float, credential: MakeCredential | None) -> Engine:
    """An engine on the server; it connects when first used, encrypted unless the URL says otherwise."""
    given = SQLSERVER_KEYWORDS | dict(url.query)
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
        cursor = connection.cursor()
        cursor.execute(sqlserver_session(busy_seconds))
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


def _sign_in_with_token(engine: Engine, credential: MakeCredential | None) -> None:
    from shared.adapters.sql.connection.tokens import token_source

    token = token_source(credential, SQLSERVER_SCOPE)

    @event.listens_for(engine, "do_connect")
    def give_token(_dialect: Any, _record: Any, arguments: list[Any], parameters: dict[str, Any]) -> None:
        arguments[0] = arguments[0].replace(TRUSTED, "")
        parameters["attrs_before"] = {SQL_COPT_SS_ACCESS_TOKEN: packed(token())}
