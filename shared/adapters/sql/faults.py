"""What a database error means: worth trying the whole transaction again, or a sentence for a person."""

from __future__ import annotations

from sqlalchemy.exc import DBAPIError, IntegrityError

from shared.errors import Conflict, Corrupt, Fault, Misconfigured, Transient

# SQLite's primary result codes (the low byte of the extended code).
_BUSY = frozenset({5, 6})
_IO = 10
_DAMAGED = frozenset({11, 26})
_FULL = 13
_UNUSABLE = frozenset({8, 14})
# SQLSTATE classes a server asks to retry: serialization failure, deadlock, connection loss.
_RETRY_STATES = ("40001", "40P01", "08")


def worth_retrying(error: DBAPIError) -> bool:
    """Whether the same transaction may succeed a moment later.

    Two writers that meet on a unique key end in IntegrityError: the loser reads again and finds the winner's row.
    """
    if isinstance(error, IntegrityError) or error.connection_invalidated:
        return True
    return _sqlite_code(error) in _BUSY or _sqlstate(error).startswith(_RETRY_STATES)


def explain(error: DBAPIError) -> Fault:
    """The error in the project's words."""
    if isinstance(error, IntegrityError):
        return Conflict(f"The database kept refusing the change: {error.orig}.")
    if worth_retrying(error):
        return Transient(f"The database is busy: {error.orig}.")
    return _explain_file(error) or Fault(f"The database refused a statement: {error.orig}.")


def _explain_file(error: DBAPIError) -> Fault | None:
    code = _sqlite_code(error)
    if code == _FULL:
        return Transient("The disk that holds the database is full; nothing was changed. Free some space.")
    if code == _IO:
        return Transient(f"The disk that holds the database did not take or give its data ({error.orig}).")
    if code in _DAMAGED:
        return Corrupt(f"The database file is damaged or is not a database ({error.orig}).")
    if code in _UNUSABLE:
        return Misconfigured("DATABASE_URL", f"names a file that cannot be written ({error.orig})", "a writable path")
    return None


def _sqlite_code(error: DBAPIError) -> int:
    return int(getattr(error.orig, "sqlite_errorcode", 0)) & 0xFF


def _sqlstate(error: DBAPIError) -> str:
    return str(getattr(error.orig, "sqlstate", None) or "")
