"""Reopening of ledger entries: the only way in which an ended entry can be claimed again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, select, update

from shared.adapters.sql.connection.transactions import read, rows_changed, write
from shared.adapters.sql.ledger.history import entry_of, find_row
from shared.adapters.sql.ledger.transitions import add_line, is_entry
from shared.adapters.sql.schema.tables import ledger
from shared.core.ledger import ENDED, Entry, State

_L = ledger.c


class SqlReopening:
    """Port `Reopening`."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def ended(self, states: Collection[str]) -> Sequence[Entry]:
        """Return the current entries in those states, oldest first."""
        query = select(ledger).where(_L.state.in_(sorted(states))).order_by(_L.last)
        return [entry_of(row) for row in read(self._engine, lambda connection: connection.execute(query).all())]

    def reopen(self, kind: str, key: str, reason: str) -> bool:
        """Make an ended entry claimable and write a line to the journal; False when it is not ended."""
        now = self._clock()

        def work(connection: Connection) -> bool:
            row = find_row(connection, kind, key)
            if row is None or row.state not in ENDED:
                return False
            line = add_line(connection, kind, key, 0, State.RELEASED, reason, now)
            change = update(ledger).where(*is_entry(kind, key), _L.last == row.last)
            change = change.values(**line, attempts=0, expires=None, token="")
            return bool(rows_changed(connection.execute(change)))

        return write(self._engine, work)
