"""What each driver is told when it connects, whether SQLAlchemy or we ourselves connect; this loads no library."""

from __future__ import annotations

import struct

# PostgreSQL.
CONNECT_SECONDS = 10
# A worker that hangs inside a transaction must not keep its locks for ever.
IDLE_SECONDS = 600
# Only servers of Azure take tokens; elsewhere a missing password means another way to sign in.
AZURE_POSTGRES = ".postgres.database.azure.com"
POSTGRES_SCOPE = "https://ossrdbms-aad.database.windows.net/.default"
# SQL Server.
DRIVER = "ODBC Driver 18 for SQL Server"
LOGIN_SECONDS = 15
SQLSERVER_SCOPE = "https://database.windows.net/.default"
# The driver's connection attribute for an access token, from msodbcsql.h.
SQL_COPT_SS_ACCESS_TOKEN = 1256
# Describing the parameters of a statement on a temporary table fails, and may roll the transaction back.
SQLSERVER_KEYWORDS = {"driver": DRIVER, "Encrypt": "yes", "UseFMTONLY": "yes"}
# Without a user SQLAlchemy asks for the login of the operating system, which excludes a token.
TRUSTED = ";Trusted_Connection=Yes"
# Names differ when a letter's case does, and a key of 1 200 UTF-8 bytes still fits into an index.
COLLATION = "Latin1_General_100_BIN2_UTF8"
# More bytes than short text has: a parameter is never cut to what would be another key.
_LONGEST = 8000
# Both servers.
STATEMENT_SECONDS = 300
# How long a statement waits for what another one holds, on every database.
BUSY_SECONDS = 30


def postgres_arguments(options: str, busy_seconds: float) -> dict[str, str | int]:
    """The keywords of psycopg beside those of the URL; `options` are the URL's own."""
    milliseconds = {
        "lock_timeout": busy_seconds,
        "statement_timeout": STATEMENT_SECONDS,
        "idle_in_transaction_session_timeout": IDLE_SECONDS,
    }
    # Zero would mean no limit.
    limits = [f"-c {name}={max(1, int(seconds * 1000))}" for name, seconds in milliseconds.items()]
    return {
        "connect_timeout": CONNECT_SECONDS,
        "application_name": "mlops",
        "options": " ".join([options, *limits]).strip(),
        # A server that vanished without closing the connection is noticed.
        "keepalives_idle": 30,
        "tcp_user_timeout": 60_000,
    }


def sqlserver_session(busy_seconds: float) -> str:
    """The first statement on a connection to SQL Server.

    Any error rolls the whole transaction back: half of one is never committed. Counts decide who has won, whatever the
    server's user options say.
    """
    return f"SET NOCOUNT OFF; SET XACT_ABORT ON; SET LOCK_TIMEOUT {max(1, int(busy_seconds * 1000))}"


def short_text(given: str) -> str:
    """A parameter that meets short text on SQL Server: its driver sends NVARCHAR, for which the column is converted."""
    return f"CAST({given} COLLATE {COLLATION} AS VARCHAR({_LONGEST}))"


def storable(text: str) -> str:
    """The text with U+FFFD for NUL and for half surrogate pairs."""
    if text.isascii():
        return text.replace("\0", "\ufffd") if "\0" in text else text
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def packed(token: str) -> bytes:
    """The token as SQL Server's driver takes it: its length in bytes, then UTF-16 little-endian."""
    text = token.encode("utf-16-le")
    return struct.pack("<I", len(text)) + text
