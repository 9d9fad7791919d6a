"""The meaning of a database error: a reason to repeat the whole transaction, or a sentence for a person."""

from __future__ import annotations

import re

from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.adapters.sql.connection.waits import busy, on_one_line, state_of, waited_in_vain
from shared.core.errors import Conflict, Corrupt, Fault, Misconfigured, Permanent, Transient

# SQLite's primary result codes (the low byte of the extended code).
_BUSY = frozenset({5, 6})
_IO = 10
_DAMAGED = frozenset({11, 26})
_FULL = 13
_UNUSABLE = frozenset({8, 14})
# SQLSTATEs after which the same transaction may succeed: serialization failure, deadlock, lock not available,
# connection loss, too many connections, a server that stops or starts.
_RETRY_STATES = ("40001", "40P01", "55P03", "08", "53300", "57P01", "57P02", "57P03")
# SQLSTATEs that pass later rather than in a moment: out of resources, a standby.
_TRANSIENT_STATES = ("53", "58", "25006")
_VALUE_STATES = ("22",)
# No such user, password, database or right; for SQL Server as its numbers below.
_ACCESS_STATES = ("28", "3D000", "42501")
_SCHEMA_STATES = ("42P01", "42703", "42S02", "42S22", "3F000")
# Numbers of SQL Server and Azure SQL: locks and deadlocks, failover, throttling, lost connections.
_RETRY_NUMBERS = frozenset(
    {
        233,
        1204,
        1205,
        1222,
        3960,
        3961,
        4060,
        4221,
        10060,
        10928,
        10929,
        40143,
        40197,
        40501,
        40540,
        40613,
        42108,
        42109,
    }
    | {49918, 49919, 49920}
)
# The service is throttling or moving the database: asking sooner makes it worse.
_SLOW_NUMBERS = frozenset({10928, 10929, 40501, 40540, 40613, 40197, 42108, 42109, 49918, 49919, 49920})
SLOW_SECONDS = 10.0
_ACCESS_NUMBERS = frozenset({18456, 229, 230, 262, 297, 2760})
_NO_SNAPSHOTS = 3952
_SCHEMA_NUMBERS = frozenset({207, 208})
_VALUE_NUMBERS = frozenset({220, 241, 2628, 8114, 8115, 8152})
# A driver's message ends with the server's number: `… deadlocked (1205) (SQLExecDirectW)`.
_NUMBER = re.compile(r"\((\d{1,5})\)(?= \(SQL|; \[|\s*$)")

_REFUSED_LOGIN = re.compile(
    r"FATAL:.*(authentication failed|does not exist|pg_hba|permission denied|not permitted)|no password supplied"
)


class Overtaken(Exception):
    """Another transaction changed a row between our read and our write: the whole transaction should run again."""


def worth_retrying(error: DBAPIError | Overtaken) -> bool:
    """Return whether the same transaction may succeed a moment later.

    Two writers that meet on a unique key end in IntegrityError: the loser reads again and finds the winner's row.
    """
    if isinstance(error, Overtaken | IntegrityError) or error.connection_invalidated:
        return True
    if state_of(error.orig).startswith(_RETRY_STATES) or _numbers(error) & _RETRY_NUMBERS:
        return True
    return _sqlite_code(error) in _BUSY or _is_unreachable(error)


def seconds_to_wait(error: DBAPIError | Overtaken, attempt: int) -> float:
    """Return the seconds to wait before attempt `attempt` + 1."""
    if isinstance(error, Overtaken) or not _numbers(error) & _SLOW_NUMBERS:
        return 0.0
    return SLOW_SECONDS * attempt


def explain(error: DBAPIError | Overtaken) -> Fault:
    """Return the fault for the error."""
    if isinstance(error, Overtaken):
        return Conflict(str(error))
    if isinstance(error, IntegrityError):
        return Conflict(f"The database refused the change again and again: {_text(error)}.")
    if worth_retrying(error) or waited_in_vain(error.orig) or state_of(error.orig).startswith(_TRANSIENT_STATES):
        return busy(error.orig)
    return _explain_server(error) or _explain_file(error) or Fault(f"The database refused a statement: {_text(error)}.")


def _explain_server(error: DBAPIError) -> Fault | None:
    state, numbers = state_of(error.orig), _numbers(error)
    if _NO_SNAPSHOTS in numbers:
        return Misconfigured("DATABASE_URL", "names a database without snapshots", "ALLOW_SNAPSHOT_ISOLATION ON there")
    if state.startswith(_ACCESS_STATES) or numbers & _ACCESS_NUMBERS or _has_no_state(error):
        return Misconfigured(
            "DATABASE_URL",
            f"names a user, a password or a right that does not exist ({_text(error)})",
            "docs/database.md",
        )
    if state.startswith(_SCHEMA_STATES) or numbers & _SCHEMA_NUMBERS:
        return Permanent(f"The database lacks a table or a column ({_text(error)}); see docs/database.md, Migrations.")
    if state.startswith(_VALUE_STATES) or numbers & _VALUE_NUMBERS:
        return Permanent(f"The database cannot store a value: {_text(error)}.")
    return None


def _explain_file(error: DBAPIError) -> Fault | None:
    code = _sqlite_code(error)
    if code == _FULL:
        return Transient("The disk that holds the database is full; nothing was changed. Free some space.")
    if code == _IO:
        return Transient(f"The disk that holds the database did not take or give its data ({error.orig}).")
    if code in _DAMAGED:
        return Corrupt(f"The database file is damaged or is not a database ({error.orig}).")
    if code in _UNUSABLE:
        return Transient(f"The database file cannot be written now ({error.orig}).")
    return None


def explain_opening(error: DBAPIError | Overtaken) -> Fault:
    """Return the fault for an error while the database is opened: a file that cannot be written is a wrong setting."""
    if isinstance(error, DBAPIError) and _sqlite_code(error) in _UNUSABLE:
        return Misconfigured("DATABASE_URL", f"names a file that cannot be written ({error.orig})", "a writable path")
    return explain(error)


def _text(error: DBAPIError) -> str:
    return on_one_line(error.orig)


def _sqlite_code(error: DBAPIError) -> int:
    return int(getattr(error.orig, "sqlite_errorcode", 0)) & 0xFF


def _numbers(error: DBAPIError) -> frozenset[int]:
    if not type(error.orig).__module__.startswith("pyodbc"):
        return frozenset()
    return frozenset(int(found) for found in _NUMBER.findall(str(error.orig)))


def _is_unreachable(error: DBAPIError) -> bool:
    """Return whether the server could not be reached: then psycopg has a message and no state."""
    return _has_no_state(error) and not _REFUSED_LOGIN.search(str(error.orig))


def _has_no_state(error: DBAPIError) -> bool:
    orig = error.orig
    return type(orig).__module__ == "psycopg" and type(orig).__name__ == "OperationalError" and not state_of(error.orig)
