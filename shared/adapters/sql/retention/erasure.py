"""Taking a person out of SQL: rows, cells of the state that name them, and what the database still remembers."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import batched
from typing import Any

from sqlalchemy import (
    JSON,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Float,
    Table,
    Text,
    TypeDecorator,
    UnicodeText,
    and_,
    cast,
    delete,
    inspect,
    or_,
    select,
    text,
    update,
)

from shared.adapters.sql.connection.transactions import OUTSIDE, read, rows_changed, take_turn, transaction, write
from shared.adapters.sql.monitoring.actual_tables import actual_table
from shared.adapters.sql.schema.predictions import prediction_table
from shared.adapters.sql.schema.readings import reading
from shared.adapters.sql.schema.served_labels import served_label
from shared.adapters.sql.schema.tables import (
    dataset_head,
    dataset_part,
    dataset_version,
    every_table,
    gate_certificate,
)
from shared.core.errors import Transient
from shared.core.scenario import Scenario
from shared.datasets.version import DatasetTable, Part
from shared.monitoring.actual_labels import key_column

_SLICE = 500
# Answers 1 when somebody reads what lies there.
_EMPTY_THE_LOG = text("PRAGMA wal_checkpoint(TRUNCATE)")
# A certificate is known by the digest over its words, which speak of groups of rows.
_LEFT = frozenset({gate_certificate.name})
# These name files and versions, which keep their names.
_NAMES = frozenset({"tables", "sources", "inputs", "deployment", "drops"})


class SqlErasure:
    """Port `Erasure`."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def parts(
        self,
        scenario: str,
        renamed: Mapping[str, Part],
        versions: Mapping[str, Sequence[DatasetTable]],
        head: Sequence[DatasetTable],
    ) -> None:
        """One transaction: parts, versions and head name what lies in the lake now."""

        def work(connection: Connection) -> None:
            take_turn(connection, f"datasets of {scenario}")
            _wipe_on_delete(connection)
            c = dataset_part.c
            for old, new in renamed.items():
                values = {"path": new.path, "sha256": new.sha256, "rows": new.rows}
                connection.execute(update(dataset_part).where(c.scenario == scenario, c.path == old).values(values))
            for dataset, tables in versions.items():
                here = (dataset_version.c.scenario == scenario, dataset_version.c.id == dataset)
                _recount(connection, dataset_version, here, tables, renamed)
            _recount(connection, dataset_head, (dataset_head.c.scenario == scenario,), head, renamed)
            heads = update(dataset_head).where(dataset_head.c.scenario == scenario)
            connection.execute(heads.values(generation=dataset_head.c.generation + 1))

        write(self._engine, work)

    def rows(
        self,
        scenario: Scenario,
        key: str,
        *,
        partial: bool,
        requests: Sequence[tuple[str, int]],
        predictions: Sequence[int],
    ) -> int:
        """Labels, readings and predictions of the key, and labels of these requests and predictions."""
        there = set(read(self._engine, lambda connection: inspect(connection).get_table_names()))
        found = [one for one in _of_key(scenario, key, partial=partial) if one[0].name in there]
        found += [one for one in _of_ids(scenario, requests, predictions) if one[0].name in there]

        def work(connection: Connection) -> int:
            _wipe_on_delete(connection)
            removals = (delete(table).where(condition) for table, condition in found)
            return sum(rows_changed(connection.execute(removal)) for removal in removals)

        return write(self._engine, work)

    def texts(self, texts: Collection[str], numbers: Collection[float], erased: Callable[[Any], Any]) -> int:
        """Table by table, in a transaction each."""
        there = set(read(self._engine, lambda connection: inspect(connection).get_table_names()))
        tables = [table for table in every_table() if table.name in there - _LEFT]
        return sum(
            write(self._engine, lambda connection, table=table: _erase_cells(connection, table, texts, numbers, erased))  # type: ignore[misc]
            for table in tables
            if texts or numbers
        )

    def compact(self) -> None:
        """SQLite writes its file anew; PostgreSQL and SQL Server free what was removed, to be overwritten later."""
        name = self._engine.dialect.name
        if name == "sqlite":
            transaction(self._engine, lambda connection: connection.exec_driver_sql("VACUUM").close(), OUTSIDE)
            if transaction(self._engine, lambda connection: connection.scalar(_EMPTY_THE_LOG), OUTSIDE):
                raise Transient("The database is being read, so its log still holds what was removed; run it again.")
        elif name == "postgresql":
            with self._engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("VACUUM"))


def _wipe_on_delete(connection: Connection) -> None:
    """Removed cells are overwritten, not only forgotten."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete=ON").close()


def _recount(
    connection: Connection,
    table: Table,
    here: Sequence[ColumnElement[bool]],
    counted: Sequence[DatasetTable],
    renamed: Mapping[str, Part],
) -> None:
    """Counts by table, those of each part no longer; in a row of the format before also the file that a table is."""
    told = connection.scalar(select(table.c.tables).where(*here))
    by_name = {one.name: one for one in counted}
    changed = []
    for one in told or ():
        facts = {**one, "rows": by_name[one["name"]].rows}
        facts.pop("standing", None)
        if "parts" in one:
            facts["replaced"] = by_name[one["name"]].replaced
        elif (new := renamed.get(one["path"])) is not None:
            facts |= {"path": new.path, "sha256": new.sha256}
        changed.append(facts)
    if told:
        connection.execute(update(table).where(*here).values(tables=changed))


def _of_key(scenario: Scenario, key: str, *, partial: bool) -> list[tuple[Table, ColumnElement[bool]]]:
    if not key:
        return []

    def named(column: ColumnElement[Any]) -> ColumnElement[bool]:
        return or_(column == key, column.startswith(f"{key}|", autoescape=True)) if partial else column == key

    predicted, actual = prediction_table(scenario), actual_table(scenario)
    found = [(predicted, named(predicted.c.entity_key))]
    if key_column(scenario) == "entity_key":
        found.append((actual, named(actual.c.entity_key)))
    return [*found, (reading, and_(reading.c.scenario == scenario.name, named(reading.c.entity)))]


def _of_ids(
    scenario: Scenario, requests: Sequence[tuple[str, int]], predictions: Sequence[int]
) -> list[tuple[Table, ColumnElement[bool]]]:
    labels, actual = served_label.c, actual_table(scenario)
    found: list[tuple[Table, ColumnElement[bool]]] = [
        (
            served_label,
            and_(labels.scenario == scenario.name, labels.request_id == request, labels.row_number == row),
        )
        for request, row in requests
    ]
    if key_column(scenario) != "entity_key":
        found += [(actual, actual.c.prediction_id.in_(some)) for some in batched(predictions, _SLICE, strict=False)]
    return found


def _erase_cells(
    connection: Connection,
    table: Table,
    texts: Collection[str],
    numbers: Collection[float],
    erased: Callable[[Any], Any],
) -> int:
    _wipe_on_delete(connection)
    changed = 0
    for column in table.columns:
        condition = _holds(column, texts, numbers)
        if condition is None:
            continue
        keys = list(table.primary_key.columns)
        for row in connection.execute(select(*keys, column.label("cell")).where(condition)).all():
            new = erased(row.cell)
            if new != row.cell:
                this = (key == value for key, value in zip(keys, row, strict=False))
                connection.execute(update(table).where(*this).values({column: new}))
                changed += 1
    return changed


def _holds(column: Column[Any], texts: Iterable[str], numbers: Collection[float]) -> ColumnElement[bool] | None:
    """Whether a cell may hold one of them; None for a column of another kind, and for names and digests."""
    kind = column.type.impl_instance if isinstance(column.type, TypeDecorator) else column.type
    if isinstance(kind, Float):
        return column.in_(numbers) if numbers else None
    if isinstance(kind, JSON | UnicodeText) and column.name not in _NAMES:
        forms = {form for one in texts for form in (one, json.dumps(one)[1:-1])}
        words = cast(column, Text) if isinstance(kind, JSON) else column
        return or_(*(words.contains(form, autoescape=True) for form in sorted(forms))) if forms else None
    return None
