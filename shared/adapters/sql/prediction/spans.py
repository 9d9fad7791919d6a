"""Spans of telemetry in SQL: the watermark moves in the transaction that claims the window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, insert, select

from shared.adapters.sql.connection.transactions import read, take_turn, write
from shared.adapters.sql.prediction.windows import claim_window
from shared.adapters.sql.schema.operations import telemetry_window as table
from shared.prediction.telemetry_span import RecordedSpan, Span
from shared.prediction.window import Window

_T = table.c


class SqlSpans:
    """Port `Spans`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def last(self, scenario: str) -> RecordedSpan | None:
        """The newest span; its end is the watermark."""
        return next(iter(self.list(scenario, 1)), None)

    def record(self, recorded: RecordedSpan, window: Window | None) -> RecordedSpan:
        """Keep the span and claim its window in one transaction; the existing span when another worker was faster."""
        start, span = recorded.span.start, recorded.span
        names = ("scenario", "window", "query", "parameters", "rows", "sha256", "at")
        values = {**{name: getattr(recorded, name) for name in names}, "start": start, "end": span.end}
        query = select(table).where(_T.scenario == recorded.scenario, _T.start == start)

        def work(connection: Connection) -> RecordedSpan:
            take_turn(connection, f"windows of {recorded.scenario}")
            existing = connection.execute(query).one_or_none()
            if existing is not None:
                return _read(existing)
            if window is not None:
                claim_window(connection, window)
            connection.execute(insert(table), values | {"parameters": dict(recorded.parameters)})
            return recorded

        return write(self._engine, work)

    def list(self, scenario: str, limit: int = 200) -> Sequence[RecordedSpan]:
        """The newest spans, oldest of them first."""
        query = select(table).where(_T.scenario == scenario).order_by(_T.start.desc()).limit(limit)
        rows = read(self._engine, lambda connection: connection.execute(query).all())
        return [_read(row) for row in reversed(rows)]


def _read(row: Row[Any]) -> RecordedSpan:
    span = Span(row.start, row.end)
    return RecordedSpan(row.scenario, span, row.window, row.query, row.parameters, row.rows, row.sha256, row.at)
