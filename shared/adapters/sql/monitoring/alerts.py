"""Alert deliveries in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from shared.adapters.sql.connection.transactions import read, take_turn, write
from shared.adapters.sql.schema.operations import alert_delivery as table
from shared.alerts.alert import Alert
from shared.alerts.ports import Owed

_T = table.c


class SqlAlertDeliveries:
    """Port `AlertDeliveries`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def owe(self, alert: Alert, targets: Sequence[str], due: datetime) -> None:
        """Owe the alert to each target; one that is owed or was delivered already is left as it is."""
        facts = {**asdict(alert), "time": alert.time.isoformat()}

        def work(connection: Connection) -> None:
            take_turn(connection, "alerts")
            known = set(connection.scalars(select(_T.target).where(_T.alert_id == alert.id)))
            fresh = {"alert_id": alert.id, "alert": facts, "attempts": 0, "due": due, "state": "pending", "reason": ""}
            rows = [{**fresh, "target": target} for target in targets if target not in known]
            if rows:
                connection.execute(insert(table), rows)

        write(self._engine, work)

    def pending(self, now: datetime, limit: int) -> Sequence[Owed]:
        """Deliveries that are due, oldest first."""
        query = select(table).where(_T.state == "pending", _T.due <= now).order_by(_T.due, _T.alert_id).limit(limit)
        return self._owed(query)

    def begin(self, owed: Owed, again: datetime) -> bool:
        """Count an attempt and make the next one due `again`; False when somebody else began it first."""
        seen = (*_this(owed), _T.attempts == owed.attempts, _T.state == "pending")
        change = update(table).where(*seen).values(attempts=owed.attempts + 1, due=again)
        return bool(write(self._engine, lambda connection: connection.execute(change).rowcount))

    def settle(self, owed: Owed, state: str, reason: str) -> None:
        """End the delivery as `sent` or `failed`."""
        change = update(table).where(*_this(owed)).values(state=state, reason=reason)
        write(self._engine, lambda connection: connection.execute(change))

    def list(self, limit: int = 200) -> Sequence[Owed]:
        """All deliveries, newest first."""
        return self._owed(select(table).order_by(_T.due.desc(), _T.alert_id, _T.target).limit(limit))

    def _owed(self, query: Any) -> Sequence[Owed]:
        return [_read(row) for row in read(self._engine, lambda connection: connection.execute(query).all())]


def _this(owed: Owed) -> tuple[Any, ...]:
    return _T.alert_id == owed.alert.id, _T.target == owed.target


def _read(row: Row[Any]) -> Owed:
    facts = dict(row.alert)
    pairs = tuple((str(name), str(value)) for name, value in facts.pop("facts"))
    alert = Alert(**{**facts, "facts": pairs, "time": datetime.fromisoformat(facts["time"])})
    return Owed(alert, row.target, row.attempts, row.due, row.state, row.reason)
