"""PostgreSQL through psycopg: time-outs on every connection, a token where the URL has no password."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import finalize

from sqlalchemy import URL, Engine, create_engine, event

if TYPE_CHECKING:
    from shared.adapters.sql.connection.tokens import MakeCredential

CONNECT_SECONDS = 10
STATEMENT_SECONDS = 300
# A worker that hangs inside a transaction must not keep its locks for ever.
IDLE_SECONDS = 600
# Only servers of Azure take tokens; elsewhere a missing password means another way to sign in.
_AZURE = ".postgres.database.azure.com"
SCOPE = "https://ossrdbms-aad.database.windows.net/.default"


def open_engine(url: URL, busy_seconds: float, credential: MakeCredential | None) -> Engine:
    """An engine on the server; it connects when first used."""
    given = url.query.get("options", "")
    options = " ".join([given if isinstance(given, str) else " ".join(given), *_limits(busy_seconds)]).strip()
    arguments = {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "mlops",
        "options": options,
        # A server that vanished without closing the connection is noticed.
        "keepalives_idle": 30,
        "tcp_user_timeout": 60_000,
    }
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
    if not url.password and (url.host or "").endswith(_AZURE):
        _sign_in_with_token(engine, credential)
    return engine


def _limits(busy_seconds: float) -> list[str]:
    milliseconds = {
        "lock_timeout": busy_seconds,
        "statement_timeout": STATEMENT_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_SECONDS,
    }
    # Zero would mean no limit.
    return [f"-c {name}={max(1, int(seconds * 1000))}" for name, seconds in milliseconds.items()]


def _sign_in_with_token(engine: Engine, credential: MakeCredential | None) -> None:
    from shared.adapters.sql.connection.tokens import token_source

    token = token_source(credential, SCOPE)

    @event.listens_for(engine, "do_connect")
    def give_token(_dialect: Any, _record: Any, _args: Any, parameters: dict[str, Any]) -> None:
        parameters["password"] = token()
        parameters.setdefault("sslmode", "require")
