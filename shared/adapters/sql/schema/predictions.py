"""The tables of prediction rows, one per scenario, and what a row has from the commit of its window.

A row has no column for its window: the upper half of its id is the commit's `ordinal`. Tables of before revision 18
have columns for what the commit knows; rows of today leave them empty, and nobody reads them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Float,
    FromClause,
    Index,
    Integer,
    Join,
    MetaData,
    Table,
    and_,
    cast,
    literal,
    type_coerce,
)

from shared.adapters.sql.connection.types import BigId, Instant, Key, LongText, Name
from shared.adapters.sql.schema.tables import metadata, prediction_commit
from shared.core.scenario import Scenario
from shared.serving.prediction_rows import ID_SHIFT, PredictionColumn, is_committed, prediction_columns, table_name

_C = prediction_commit.c
_TYPES = {"int": BigInteger, "float": Float(53), "text": LongText, "time": Instant}
_FROM_COMMIT: Mapping[str, ColumnElement[Any]] = {
    "window": _C.window,
    "run_id": _C.run.label("run_id"),
    "model": _C.model,
    "model_sha256": _C.model_sha256,
    "dataset": _C.dataset,
    # As in the file: an instant without a zone.
    "scored_at": type_coerce(_C.scored_at, Instant).label("scored_at"),
}

# In which version the views of a scenario are written; those of an earlier one are replaced before a row is.
scenario_views = Table(
    "scenario_views",
    metadata,
    Column("scenario", Name, primary_key=True),
    Column("version", Integer, nullable=False),
)


def prediction_table(scenario: Scenario) -> Table:
    """The scenario's typed table: what differs from row to row; by key where the scenario declares one."""
    identity, *others = (one for one in prediction_columns(scenario) if not is_committed(one))
    key = Column(identity.name, BigId, primary_key=True, autoincrement=False)
    name = table_name(scenario)
    by_key = [Index(f"ix_{name}", "entity_key")] if scenario.entity else []
    return Table(name, MetaData(), key, *(Column(each.name, _type(each)) for each in others), *by_key)


def with_commit(scenario: str, table: Table) -> Join:
    """Rows of committed windows with their commit, read from whichever side is smaller."""
    first = _C.ordinal * _rows_of_a_window()
    inside = (table.c.prediction_id >= first, table.c.prediction_id < first + _rows_of_a_window())
    return table.join(prediction_commit, and_(*_same_window(scenario, table), *inside))


def each_with_commit(scenario: str, table: Table) -> Join:
    """The same rows, in the order of their ids: for a few of them, from either end."""
    return table.join(prediction_commit, and_(*_same_window(scenario, table)))


def whole_rows(scenario: Scenario, table: Table) -> Sequence[ColumnElement[Any]]:
    """Every column of a prediction row in order, to be selected from one of the joins above."""
    return [_FROM_COMMIT[one.name] if is_committed(one) else table.c[one.name] for one in prediction_columns(scenario)]


def scored_at(predicted: FromClause) -> ColumnElement[Any]:
    """When a row was scored: of a query its own column, of a table that of the commit beside it."""
    return predicted.c.scored_at if "scored_at" in predicted.c else _FROM_COMMIT["scored_at"]


def _same_window(scenario: str, table: Table) -> tuple[ColumnElement[bool], ...]:
    # Ids are positive: the division rounds down on every database.
    return _C.scenario == literal(scenario, Name), _C.ordinal == table.c.prediction_id // _rows_of_a_window()


def _rows_of_a_window() -> ColumnElement[int]:
    # SQL Server takes so large a number for a decimal one, and divides it into fractions.
    return cast(literal(1 << ID_SHIFT), BigInteger)


def _type(column: PredictionColumn) -> Any:
    # What is compared with a key of the state has its type: SQL Server compares nothing of two collations.
    return Key if column.name == "entity_key" and not column.source else _TYPES[column.kind]
