"""Committed predictions and the restart of their source each belongs to: how often its number fell before it.

All rows of a scenario have to be put in order to see where the number fell, but once for all windows: a fall is a place
in that order, there are few of them, and no window that is committed changes. A row's restart is then looked up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, and_, case, func, literal, select

from shared.adapters.sql.schema.lineage import prediction_revision
from shared.adapters.sql.schema.tables import prediction_commit, prediction_table
from shared.core.scenario import Scenario
from shared.serving.prediction_rows import sql_name

Place = tuple[int, Any, int]
_C = prediction_commit.c
_R = prediction_revision.c
# PostgreSQL puts what is null behind all values, the others before them.
_NULL_RANK = {"postgresql": 1}


@dataclass(frozen=True, slots=True)
class Falls:
    """Where the number fell, in order, as of the commits there were: how many, and the sum of their ordinals."""

    commits: tuple[int, int] = (0, 0)
    places: Sequence[Place] = ()

    def before(self, place: Place) -> int:
        """How often it fell up to that place: the restart of the row that stands there."""
        return bisect_right(self.places, place)


class Restarts:
    """The falls of each scenario, found anew when a window was committed since."""

    def __init__(self) -> None:
        self._falls: dict[str, Falls] = {}

    def falls(self, connection: Connection, scenario: Scenario, *, anew: bool = False) -> Falls:
        """Of the rows this transaction sees; with `anew` whether or not they are known already."""
        if not scenario.monitoring.restart:
            return Falls()
        query = select(func.count(), func.coalesce(func.sum(_C.ordinal), 0)).where(_C.scenario == scenario.name)
        count, ordinals = connection.execute(query).one()
        commits = (int(count), int(ordinals))
        known = self._falls.get(scenario.name)
        if anew or known is None or known.commits != commits:
            known = self._falls[scenario.name] = Falls(commits, _places(connection, scenario))
        return known


def place_columns(scenario: Scenario, table: Table) -> list[Column[Any]]:
    """What rows are ordered by: the scenario's time where a row has it, then the id."""
    timed = scenario.time and sql_name(scenario.time) in table.c
    return [table.c[sql_name(scenario.time)], table.c.prediction_id] if timed else [table.c.prediction_id]


def place_of(connection: Connection, values: Sequence[Any]) -> Place:
    """The values of `place_columns`, comparable as the database orders them."""
    *at, prediction_id = values
    if not at:
        return (0, 0, prediction_id)
    if at[0] is None:
        return (_NULL_RANK.get(connection.dialect.name, -1), 0, prediction_id)
    return (0, at[0], prediction_id)


def first_rows(scenario: Scenario, table: Table) -> Select[Any]:
    """Committed predictions as of the first version of each window, what was predicted at the time; no columns yet."""
    return select().select_from(_committed(scenario, table)).where(func.coalesce(_R.revision, 1) == literal(1))


def standing_rows(scenario: Scenario) -> Select[Any]:
    """Every column of the predictions that stand now, and `epoch`, their restart: a view, which orders them all."""
    table = prediction_table(scenario)
    tables, stands = _committed(scenario, table), _R.superseded_at.is_(None)
    if not scenario.monitoring.restart:
        return select(*table.c, literal(0).label("epoch")).select_from(tables).where(stands)
    counted = _counted(scenario, table, select().select_from(tables).where(stands)).subquery()
    same = table.c.prediction_id == counted.c.prediction_id
    return select(*table.c, counted.c.epoch).select_from(table.join(counted, same))


def _committed(scenario: Scenario, table: Table) -> Any:
    ours = and_(_C.scenario == literal(scenario.name), _C.window == table.c.window)
    versioned = and_(_R.scenario == _C.scenario, _R.window == _C.window)
    return table.join(prediction_commit, ours).outerjoin(prediction_revision, versioned)


def _marked(scenario: Scenario, table: Table, rows: Select[Any]) -> Any:
    """Of these rows only what they are ordered by and whether the number fell: more columns take most of the time."""
    order, counted = place_columns(scenario, table), table.c[sql_name(scenario.monitoring.restart)]
    fell = case((counted < func.lag(counted).over(order_by=order), 1), else_=0)
    return rows.add_columns(*order, fell.label("fell")).subquery()


def _counted(scenario: Scenario, table: Table, rows: Select[Any]) -> Select[Any]:
    marked = _marked(scenario, table, rows)
    placed = [marked.c[column.name] for column in place_columns(scenario, table)]
    epoch = func.sum(marked.c.fell).over(order_by=placed, rows=(None, 0))
    return select(marked.c.prediction_id, epoch.label("epoch"))


def _places(connection: Connection, scenario: Scenario) -> list[Place]:
    table = prediction_table(scenario)
    marked = _marked(scenario, table, first_rows(scenario, table))
    columns = [marked.c[column.name] for column in place_columns(scenario, table)]
    return sorted(place_of(connection, row) for row in connection.execute(select(*columns).where(marked.c.fell == 1)))
