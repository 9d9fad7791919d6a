"""Retention in SQL: windows and versions go as a whole, rows and lines by their time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Table, delete, func, inspect, select

from shared.adapters.sql.connection.transactions import read, rows_changed, take_turn, write
from shared.adapters.sql.monitoring.actual_tables import actual_table
from shared.adapters.sql.schema.lineage import correction, prediction_revision, prediction_source
from shared.adapters.sql.schema.monitoring import drift, monitored_window, quality
from shared.adapters.sql.schema.operations import telemetry_window
from shared.adapters.sql.schema.predictions import prediction_table
from shared.adapters.sql.schema.readings import reading
from shared.adapters.sql.schema.release import serving_health
from shared.adapters.sql.schema.served_labels import served_label
from shared.adapters.sql.schema.tables import (
    dataset_head,
    dataset_part,
    dataset_version,
    journal,
    ledger,
    prediction_commit,
    rejected_row,
    window,
    window_input,
)
from shared.core.ledger import Kind
from shared.core.scenario import Scenario
from shared.serving.prediction_rows import first_id

# What names a window by its scenario and id; the window itself comes last.
_OF_WINDOW = (
    rejected_row,
    prediction_source,
    prediction_revision,
    prediction_commit,
    correction,
    drift,
    quality,
    monitored_window,
    telemetry_window,
    window_input,
)
# So many lines go in one transaction: others write the journal meanwhile.
_LINES = 10_000


class SqlExpiry:
    """Port `Expiry`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def windows(self, scenario: Scenario, windows: Sequence[str]) -> None:
        """Remove each window in a transaction of its own; the newest span of telemetry stays, it is the watermark."""
        for one in windows:
            write(self._engine, lambda connection, one=one: _remove_window(connection, scenario, one))  # type: ignore[misc]

    def datasets(self, scenario: str, datasets: Sequence[str]) -> None:
        """Remove these versions and the parts that nothing names any more, in one transaction."""
        if datasets:
            write(self._engine, lambda connection: _remove_datasets(connection, scenario, datasets))

    def rows(
        self, scenario: Scenario, *, served: datetime | None, actuals: datetime | None, dry_run: bool
    ) -> Mapping[str, int]:
        """Remove what requests left behind, and labels that were replaced; the number of rows by table."""
        found: dict[str, int] = {}
        old = _old_rows(scenario, served, actuals)
        there = set(read(self._engine, lambda connection: inspect(connection).get_table_names()))
        for table, conditions in old:
            if table.name in there:
                found[table.name] = self._counted(table, conditions, dry_run=dry_run)
        return found

    def lines(self, before: datetime, *, dry_run: bool) -> Mapping[str, int]:
        """Remove older lines of the journal but each key's newest, and the entries of events that led to nothing."""
        events = (ledger.c.kind == Kind.EVENT, ledger.c.at < before)
        found = {"ledger": self._counted(ledger, events, dry_run=dry_run)}
        newest = select(ledger.c.last).scalar_subquery()
        old = (journal.c.at < before, journal.c.id.not_in(newest))
        if dry_run:
            return {**found, "journal": self._counted(journal, old, dry_run=True)}
        last = read(self._engine, lambda c: c.scalar(select(func.max(journal.c.id)).where(journal.c.at < before))) or 0
        first = read(self._engine, lambda connection: connection.scalar(select(func.min(journal.c.id)))) or last
        slices = range(first, last + 1, _LINES)
        spans = [journal.c.id.between(start, min(start + _LINES - 1, last)) for start in slices]
        return {**found, "journal": sum(self._counted(journal, (*old, span), dry_run=False) for span in spans)}

    def _counted(self, table: Table, conditions: Sequence[ColumnElement[bool]], *, dry_run: bool) -> int:
        query = select(func.count()).select_from(table).where(*conditions)
        found = read(self._engine, lambda connection: int(connection.scalar(query) or 0))
        if dry_run or not found:
            return found
        removal = delete(table).where(*conditions)
        return write(self._engine, lambda connection: rows_changed(connection.execute(removal)))


def _old_rows(
    scenario: Scenario, served: datetime | None, actuals: datetime | None
) -> list[tuple[Table, tuple[ColumnElement[bool], ...]]]:
    found: list[tuple[Table, tuple[ColumnElement[bool], ...]]] = []
    if served is not None:
        received = func.coalesce(reading.c.received_at, reading.c.at)
        found += [
            (served_label, (served_label.c.scenario == scenario.name, served_label.c.labelled_at < served)),
            (serving_health, (serving_health.c.scenario == scenario.name, serving_health.c.minute < served)),
            (reading, (reading.c.scenario == scenario.name, received < served, reading.c.at < served)),
        ]
    if actuals is not None:
        table = actual_table(scenario)
        naive = actuals.astimezone(UTC).replace(tzinfo=None)
        found.append((table, (table.c.is_current == 0, table.c.labelled_at < naive)))
    return found


def _remove_window(connection: Connection, scenario: Scenario, window_id: str) -> None:
    take_turn(connection, f"windows of {scenario.name}")
    this = (window.c.scenario == scenario.name, window.c.id == window_id)
    ordinal = connection.scalar(select(window.c.ordinal).where(*this))
    if ordinal is None:
        return
    predicted = prediction_table(scenario)
    if inspect(connection).has_table(predicted.name):
        ids = predicted.c.prediction_id
        connection.execute(delete(predicted).where(ids >= first_id(ordinal), ids < first_id(ordinal + 1)))
    for table in _OF_WINDOW:
        here = [table.c.scenario == scenario.name, table.c.window == window_id]
        if table is telemetry_window:
            newest = select(func.max(table.c.start)).where(table.c.scenario == scenario.name).scalar_subquery()
            here.append(table.c.start < newest)
        connection.execute(delete(table).where(*here))
    connection.execute(delete(window).where(*this))


def _remove_datasets(connection: Connection, scenario: str, datasets: Sequence[str]) -> None:
    take_turn(connection, f"datasets of {scenario}")
    versions, heads = dataset_version.c, dataset_head.c
    for one in datasets:
        connection.execute(delete(dataset_version).where(versions.scenario == scenario, versions.id == one))
    named: set[int] = set()
    told: list[Any] = [
        *connection.scalars(select(versions.tables).where(versions.scenario == scenario)),
        *connection.scalars(select(heads.tables).where(heads.scenario == scenario)),
    ]
    for tables in told:
        named.update(number for table in tables for number in table.get("parts", ()))
    parts = dataset_part.c
    for number in connection.scalars(select(parts.number).where(parts.scenario == scenario)).all():
        if number not in named:
            connection.execute(delete(dataset_part).where(parts.scenario == scenario, parts.number == number))
