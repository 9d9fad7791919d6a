"""The outbox in SQL: a notice is written in the transaction whose effect it tells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, Engine, bindparam, insert, select, update

from shared.adapters.sql.connection.transactions import read, write
from shared.adapters.sql.schema.tables import outbox as table
from shared.core.notice import Notice

_FIELDS = (table.c.id, table.c.type, table.c.source, table.c.subject, table.c.time, table.c.data)
# Made once: it is asked after each message, and mostly nothing is there.
_PENDING = select(*_FIELDS).where(table.c.sent == 0).order_by(table.c.seq).limit(bindparam("most"))
_KNOWN = select(table.c.seq).where(table.c.id == bindparam("id"))


class SqlOutbox:
    """Port `Outbox`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(self, notice: Notice) -> None:
        """Keep the notice; the same id again changes nothing."""
        # A sweep tells again of what was told long ago: that writes nothing.
        if not read(self._engine, lambda connection: is_known(connection, notice)):
            write(self._engine, lambda connection: add_notice(connection, notice))

    def pending(self, limit: int = 100) -> Sequence[Notice]:
        """Undelivered notices, oldest first."""
        rows = read(self._engine, lambda connection: connection.execute(_PENDING, {"most": limit}).mappings().all())
        return [Notice(**row) for row in rows]

    def sent(self, notice_id: str) -> None:
        """Mark as delivered."""
        change = update(table).where(table.c.id == notice_id).values(sent=1)
        write(self._engine, lambda connection: connection.execute(change))


def add_notice(connection: Connection, notice: Notice) -> None:
    """Keep the notice in the caller's transaction; the same id again changes nothing."""
    if not is_known(connection, notice):
        connection.execute(insert(table), {**asdict(notice), "sent": 0})


def is_known(connection: Connection, notice: Notice) -> bool:
    """Whether a notice of that id was kept before."""
    return connection.scalar(_KNOWN, {"id": notice.id}) is not None
