"""One transition of a ledger entry: its line in the journal and the columns that the entry takes from it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, insert

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
