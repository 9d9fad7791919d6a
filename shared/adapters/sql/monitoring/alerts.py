"""Alert deliveries in SQL."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select, update

from shared.adapters.sql.connection.transactions import read, rows_changed, take_turn, write
from shared.adapters.sql.schema.operations import alert_delivery as table
from shared.alerts.alert import Alert, Severity
from shared.alerts.ports import AlertDelivery, DeliveryState

_T = table.c


class SqlAlertDeliveries:
    """Port `AlertDeliveries`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def enqueue(self, alert: Alert, targets: Sequence[str], due: datetime) -> None:
        """Add a delivery of the alert to each target; a delivery that exists already stays as it is."""
        facts = {**asdict(alert), "time": alert.time.isoformat()}

        def work(connection: Connection) -> None:
            take_turn(connection, "alerts")
            known = set(connection.scalars(select(_T.target).where(_T.alert_id == alert.id)))
            fresh = {
                "alert_id": alert.id,
                "alert": facts,
                "attempts": 0,
                "due": due,
                "state": DeliveryState.PENDING,
                "reason": "",
            }
            rows = [{**fresh, "target": target} for target in targets if target not in known]
            if rows:
                connection.execute(insert(table), rows)

        write(self._engine, work)

    def pending(self, now: datetime, limit: int) -> Sequence[AlertDelivery]:
        """Deliveries that are due, oldest first."""
        query = (
            select(table)
            .where(_T.state == DeliveryState.PENDING, _T.due <= now)
            .order_by(_T.due, _T.alert_id)
            .limit(limit)
        )
        return self._deliveries(query)

    def begin(self, delivery: AlertDelivery, next_due: datetime) -> bool:
        """Count an attempt and make the next one due at `next_due`; False when another worker began it first."""
        seen = (*_this(delivery), _T.attempts == delivery.attempts, _T.state == DeliveryState.PENDING)
        change = update(table).where(*seen).values(attempts=delivery.attempts + 1, due=next_due)
        return bool(write(self._engine, lambda connection: rows_changed(connection.execute(change))))

    def settle(self, delivery: AlertDelivery, state: DeliveryState, reason: str) -> None:
        """End the delivery as `sent` or `failed`."""
        change = update(table).where(*_this(delivery)).values(state=state, reason=reason)
        write(self._engine, lambda connection: connection.execute(change))

    def list(self, limit: int = 200) -> Sequence[AlertDelivery]:
        """All deliveries, newest first."""
        return self._deliveries(select(table).order_by(_T.due.desc(), _T.alert_id, _T.target).limit(limit))

    def _deliveries(self, query: Any) -> Sequence[AlertDelivery]:
        return [_read(row) for row in read(self._engine, lambda connection: connection.execute(query).all())]


def _this(delivery: AlertDelivery) -> tuple[Any, ...]:
    return _T.alert_id == delivery.alert.id, _T.target == delivery.target


def _read(row: Row[Any]) -> AlertDelivery:
    facts = dict(row.alert)
    pairs = tuple((str(name), str(value)) for name, value in facts.pop("facts"))
    severity, time = Severity(facts["severity"]), datetime.fromisoformat(facts["time"])
    alert = Alert(**{**facts, "facts": pairs, "severity": severity, "time": time})
    return AlertDelivery(alert, row.target, row.attempts, row.due, DeliveryState(row.state), row.reason)
