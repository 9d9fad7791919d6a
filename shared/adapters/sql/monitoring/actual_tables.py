"""The table of labels of each scenario, and its view of predictions with their labels, made when they are missing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Engine,
    Float,
    FromClause,
    Index,
    Integer,
    MetaData,
    Select,
    Table,
    and_,
    inspect,
    literal,
    select,
)

from shared.adapters.sql.connection.transactions import provide, take_turn
from shared.adapters.sql.connection.types import BigId, Instant, Key, LongText
from shared.adapters.sql.monitoring.restarts import current_rows
from shared.adapters.sql.schema.predictions import prediction_table, scored_at
from shared.adapters.sql.views.definition import create_or_replace_view
from shared.core.scenario import Kind, Scenario
from shared.monitoring.actual_labels import actual_table_name, comparison_view_name, key_column
from shared.serving.prediction_rows import label_kind

_LABEL = ("actual", "labelled_at")
_TYPES: Mapping[Kind, Any] = {"int": BigInteger, "float": Float(53), "text": LongText, "time": Instant}


class ActualTables:
    """The tables of one database; each is looked for once."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._ready: dict[str, Table] = {}

    def __call__(self, scenario: Scenario) -> Table:
        """Return the scenario's table, which is there with its view from now on."""
        if scenario.name not in self._ready:
            table = actual_table(scenario)
            provide(self._engine, lambda connection: create_actuals(connection, scenario, table))
            self._ready[scenario.name] = table
        return self._ready[scenario.name]


def actual_table(scenario: Scenario) -> Table:
    """Return the table: one row per label that ever came; `is_current` is 1 for those that hold."""
    by, name = key_column(scenario), actual_table_name(scenario)
    key = Column(by, Key if by == "entity_key" else BigInteger, nullable=False)
    return Table(
        name,
        MetaData(),
        Column("actual_id", BigId, primary_key=True, autoincrement=True),
        key,
        Column("epoch", BigInteger, nullable=False),
        Column("actual", _TYPES[label_kind(scenario)], nullable=False),
        Column("source", LongText, nullable=False),
        Column("labelled_at", Instant, nullable=False),
        Column("valid_from", Instant, nullable=False),
        Column("valid_to", Instant, nullable=False),
        Column("is_current", Integer, nullable=False),
        Index(f"ix_{name}", by, "epoch", "is_current"),
    )


def create_actuals(connection: Connection, scenario: Scenario, table: Table) -> None:
    """Create the table of actuals and its view where they are missing."""
    take_turn(connection, "mlops schema")
    prediction_table(scenario).create(connection, checkfirst=True)
    table.create(connection, checkfirst=True)
    view = comparison_view_name(scenario)
    if view not in inspect(connection).get_view_names():
        create_or_replace_view(connection, view, _compared(scenario, table))


def replace_comparison_view(connection: Connection, scenario: Scenario) -> None:
    """Make the view of predictions with their labels anew where there is one."""
    view = comparison_view_name(scenario)
    if view in inspect(connection).get_view_names():
        create_or_replace_view(connection, view, _compared(scenario, actual_table(scenario)))


def _compared(scenario: Scenario, actual: Table) -> Select[Any]:
    """Select the newest version of every prediction, with its label where one is known."""
    predicted = current_rows(scenario).subquery()
    matches = and_(matches_prediction(scenario, actual, predicted), actual.c.epoch == predicted.c.epoch)
    return select(*predicted.c, *(actual.c[name] for name in _LABEL)).select_from(predicted.outerjoin(actual, matches))


def matches_prediction(scenario: Scenario, actual: Table, predicted: FromClause) -> ColumnElement[bool]:
    """Return the condition that a current label has the key and the time of a prediction, whatever its epoch.

    Beside a prediction table its commit is read.
    """
    by, at = key_column(scenario), scored_at(predicted)
    return and_(
        actual.c[by] == predicted.c[by],
        actual.c.is_current == literal(1),
        actual.c.valid_from <= at,
        actual.c.valid_to >= at,
    )
