"""One transition of a ledger entry: its line in the journal and the columns that the entry takes from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, insert, update

from shared.adapters.sql.connection.faults import Overtaken
from shared.adapters.sql.connection.transactions import rows_changed
from shared.adapters.sql.schema.tables import journal, ledger


def add_line(  # noqa: PLR0917 -- the columns of a line
    connection: Connection, kind: str, key: str, attempt: int, state: str, reason: str, at: datetime
) -> dict[str, Any]:
    """Write the line to the journal and return the columns that the ledger's row takes from it."""
    line = insert(journal).values(kind=kind, key=key, attempt=attempt, state=state, reason=reason, at=at)
    (line_id,) = connection.execute(line).inserted_primary_key or (0,)
    return {"state": state, "reason": reason, "at": at, "last": line_id}


def is_entry(kind: str, key: str) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that choose the ledger's row of that kind and key."""
    return ledger.c.kind == kind, ledger.c.key == key


def add_entry(connection: Connection, kind: str, key: str, **values: Any) -> None:
    """Insert the row of an entry that the ledger does not have yet."""
    empty = {"attempts": 0, "repeats": 0, "last_repeat_at": None, "token": "", "expires": None}
    first = {**empty, "message": "", "detail": {}, **values}
    connection.execute(insert(ledger).values(kind=kind, key=key, **first))


def change_entry(connection: Connection, row: Row[Any], **values: Any) -> None:
    """Set these columns, unless the row has changed since it was read."""
    unchanged = (*is_entry(row.kind, row.key), ledger.c.last == row.last)
    if not rows_changed(connection.execute(update(ledger).where(*unchanged).values(**values))):
        raise Overtaken(f"Another worker changed {row.kind} {row.key!r} first.")
