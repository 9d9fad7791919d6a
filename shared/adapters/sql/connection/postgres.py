"""PostgreSQL through psycopg: time-outs on every connection, a token where the URL has no password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import finalize

from sqlalchemy import URL, Engine, create_engine, event

from shared.adapters.sql.connection.arguments import AZURE_POSTGRES, POSTGRES_SCOPE, postgres_arguments

if TYPE_CHECKING:
    from shared.adapters.sql.connection.tokens import MakeCredential


def open_engine(url: URL, busy_seconds: float, credential: MakeCredential | None) -> Engine:
    """An engine on the server; it connects when first used."""
    given = url.query.get("options", "")
    arguments = postgres_arguments(given if isinstance(given, str) else " ".join(given), busy_seconds)
    engine = create_engine(
        url.difference_update_query(["options"]),
        pool_pre_ping=True,
        pool_size=8,
        max_overflow=24,
        pool_recycle=1800,
        isolation_level="READ COMMITTED",
        connect_args=arguments,
        hide_parameters=True,
    )
    # Ports are never closed explicitly: connections are closed with the last reference to the engine.
    finalize(engine, engine.pool.dispose)
    if not url.password and (url.host or "").endswith(AZURE_POSTGRES):
        _sign_in_with_token(engine, credential)
    return engine


def _sign_in_with_token(engine: Engine, credential: MakeCredential | None) -> None:
    from shared.adapters.sql.connection.tokens import token_source

    token = token_source(credential, POSTGRES_SCOPE)

    @event.listens_for(engine, "do_connect")
    def give_token(_dialect: Any, _record: Any, _args: Any, parameters: dict[str, Any]) -> None:
        parameters["password"] = token()
        parameters.setdefault("sslmode", "require")
