"""What a driver says when somebody waited in vain, in the same words whoever connected; this loads no library."""

from __future__ import annotations

from shared.core.errors import Transient

# SQLSTATEs of a wait that ended: a statement of PostgreSQL, a login or a statement of SQL Server.
_ENDED = ("57014", "HYT00")
# psycopg's own, which has no state.
_NO_ANSWER = ("psycopg.errors", "ConnectionTimeout")


def state_of(error: BaseException | None) -> str:
    """The SQLSTATE of a driver's error: an attribute of psycopg's errors, the first argument of pyodbc's; or empty."""
    state = getattr(error, "sqlstate", None)
    first = (getattr(error, "args", None) or ("",))[0]
    return str(state or (first if isinstance(first, str) and len(first) == 5 else ""))  # noqa: PLR2004 - by the standard


def waited_in_vain(error: BaseException | None) -> bool:
    """Whether a time that was set for the server is over: to ask again at once would take as long."""
    kind = type(error)
    return (kind.__module__, kind.__name__) == _NO_ANSWER or state_of(error) in _ENDED


def busy(error: BaseException | None) -> Transient:
    """The fault for a database that may answer later."""
    return Transient(f"The database is busy: {on_one_line(error)}.")


def on_one_line(error: BaseException | None) -> str:
    """The driver's message without its last full stop."""
    return " ".join(str(error).split()).rstrip(".")
