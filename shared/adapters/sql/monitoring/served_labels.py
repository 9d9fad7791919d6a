"""Labels of answered requests in SQL. A label that was replaced stays beside its replacement."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import batched, count

from sqlalchemy import Connection, Engine, Select, func, insert, select, update

from shared.adapters.sql.connection.transactions import read, take_turn, write
from shared.adapters.sql.schema.served_labels import served_label as table
from shared.monitoring.served_label import ServedLabel

_L = table.c
# SQL Server takes at most 2 100 parameters in one statement.
_SLICE = 500
_Named = Mapping[tuple[str, int], tuple[int, str]]


class SqlServedLabels:
    """Port `ServedLabels`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def merge(self, scenario: str, labels: Sequence[ServedLabel], source: str, at: datetime) -> tuple[int, int]:
        """Add labels in one transaction; return the counts (new, changed). Equal labels again change nothing."""

        def work(connection: Connection) -> tuple[int, int]:
            take_turn(connection, f"served labels of {scenario}")
            current = _current(connection, scenario, {label.request for label in labels})
            wanted = {(label.request, label.row): label.actual for label in labels}
            changed = [current[key][0] for key in wanted if key in current and current[key][1] != wanted[key]]
            added = {key: actual for key, actual in wanted.items() if key not in current or current[key][1] != actual}
            for some in batched(changed, _SLICE, strict=False):
                ours = (_L.scenario == scenario, _L.number.in_(some))
                connection.execute(update(table).where(*ours).values(is_current=0))
            highest = select(func.coalesce(func.max(_L.number), 0)).where(_L.scenario == scenario)
            numbers = count(1 + int(connection.execute(highest).scalar_one()))
            shared = {"scenario": scenario, "source": source, "labelled_at": at, "is_current": 1, "stated": 0}
            rows = [
                {"number": number, "request_id": request, "row_number": row, "actual": actual, **shared}
                for number, ((request, row), actual) in zip(numbers, added.items(), strict=False)
            ]
            if rows:
                connection.execute(insert(table), rows)
            return len(rows) - len(changed), len(changed)

        return write(self._engine, work)

    def unstated(self, scenario: str) -> Mapping[int, str]:
        """Return by number the request of every current label that no stated quality counts."""
        query = select(_L.number, _L.request_id).where(_L.scenario == scenario, _L.stated == 0, _L.is_current == 1)
        return {row.number: row.request_id for row in read(self._engine, lambda one: one.execute(query).all())}

    def mark_stated(self, scenario: str, numbers: Iterable[int]) -> None:
        """Remember that a stated quality counts these labels."""

        def work(connection: Connection) -> None:
            for some in batched(sorted(numbers), _SLICE, strict=False):
                ours = (_L.scenario == scenario, _L.number.in_(some))
                connection.execute(update(table).where(*ours).values(stated=1))

        write(self._engine, work)

    def of_requests(self, scenario: str, requests: Iterable[str]) -> Mapping[tuple[str, int], str]:
        """Return by (request, row) the labels that hold."""
        wanted = set(requests)
        found = read(self._engine, lambda connection: _current(connection, scenario, wanted))
        return {key: actual for key, (_, actual) in found.items()}


def _current(connection: Connection, scenario: str, requests: set[str]) -> _Named:
    rows = [
        row
        for some in batched(sorted(requests), _SLICE, strict=False)
        for row in connection.execute(_of(scenario).where(_L.request_id.in_(some)))
    ]
    return {(row.request_id, row.row_number): (row.number, row.actual) for row in rows}


def _of(scenario: str) -> Select[tuple[int, str, int, str]]:
    query = select(_L.number, _L.request_id, _L.row_number, _L.actual)
    return query.where(_L.scenario == scenario, _L.is_current == 1)
