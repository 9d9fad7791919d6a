"""Reopening ledger entries: the only way an ended entry can be claimed again."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, Engine, insert, select, update

from shared.adapters.sql.connection.transactions import read, write
from shared.adapters.sql.ledger.history import FIND, entry_of
from shared.adapters.sql.schema.tables import journal, ledger
from shared.core.ledger import ENDED, Entry, State

_L = ledger.c


class SqlReopening:
    """Port `Reopening`."""

    def __init__(self, engine: Engine, clock: Callable[[], datetime]) -> None:
        self._engine = engine
        self._clock = clock

    def ended(self, states: Collection[str]) -> Sequence[Entry]:
        """Current entries in those states, oldest first."""
        query = select(ledger).where(_L.state.in_(sorted(states))).order_by(_L.at, _L.last)
        return [entry_of(row) for row in read(self._engine, lambda connection: connection.execute(query).all())]

    def reopen(self, kind: str, key: str, reason: str) -> bool:
        """Make an ended entry claimable, with a line in the journal; False when it is not ended (any more)."""
        now = self._clock()

        def work(connection: Connection) -> bool:
            row = connection.execute(FIND, {"k": kind, "y": key}).one_or_none()
            if row is None or row.state not in ENDED:
                return False
            line = {"state": State.RELEASED, "reason": reason, "at": now}
            added = connection.execute(insert(journal), {"kind": kind, "key": key, "attempt": 0, **line})
            (place,) = added.inserted_primary_key or (0,)
            this = (_L.kind == kind, _L.key == key, _L.last == row.last)
            change = update(ledger).where(*this).values(**line, attempts=0, expires=None, token="", last=place)
            return bool(connection.execute(change).rowcount)

        return write(self._engine, work)
