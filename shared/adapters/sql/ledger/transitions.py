"""One transition of a ledger entry: its line in the journal and the columns that the entry takes from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, bindparam, insert, update

from shared.adapters.sql.connection.faults import Overtaken
from shared.adapters.sql.connection.transactions import rows_changed
from shared.adapters.sql.schema.tables import journal, ledger

# Made once: building a statement with its values takes longer than SQLite does with it.
_LINE, _ENTRY = insert(journal), insert(ledger)
CHANGE = update(ledger).where(ledger.c.kind == bindparam("this_kind"), ledger.c.key == bindparam("this_key"))
_UNCHANGED = CHANGE.where(ledger.c.last == bindparam("this_last"))


def add_line(  # noqa: PLR0917 -- the columns of a line
    connection: Connection, kind: str, key: str, attempt: int, state: str, reason: str, at: datetime
) -> dict[str, Any]:
    """Write the line to the journal and return the columns that the ledger's row takes from it."""
    line = {"kind": kind, "key": key, "attempt": attempt, "state": state, "reason": reason, "at": at}
    (line_id,) = connection.execute(_LINE, line).inserted_primary_key or (0,)
    return {"state": state, "reason": reason, "at": at, "last": line_id}


def is_entry(kind: str, key: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that choose the ledger's row of that kind and key."""
    return ledger.c.kind == kind, ledger.c.key == key


def add_entry(connection: Connection, kind: str, key: str, **values: Any) -> None:
    """Insert the row of an entry that the ledger does not have yet."""
    empty = {"attempts": 0, "repeats": 0, "last_repeat_at": None, "token": "", "expires": None}
    first = {**empty, "message": "", "detail": {}, **values}
    connection.execute(_ENTRY, {"kind": kind, "key": key, **first})


def change_entry(connection: Connection, row: Row[Any], **values: Any) -> None:
    """Set these columns, unless the row has changed since it was read."""
    this = {"this_kind": row.kind, "this_key": row.key, "this_last": row.last}
    if not rows_changed(connection.execute(_UNCHANGED, {**this, **values})):
        raise Overtaken(f"Another worker changed {row.kind} {row.key!r} first.")
