"""The restart epoch of committed predictions: how often the source's counter was reset before the row.

A source numbers its items and starts again at a low number after a restart. Rows in order of time, for example:

    time     08:00  08:01  08:02  08:03  08:04
    number       7      8      9      1      2
    epoch        0      0      0      1      1

The number falls at 08:03, so this position is a reset. The epoch of a row is the number of resets up to its position.
Finding the resets orders all rows of a scenario. This happens once for all windows: resets are few, and a committed
window never changes. The epoch of a row is then a look-up.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, Connection, Select, Table, case, func, literal, select

from shared.adapters.sql.schema.lineage import prediction_revision
from shared.adapters.sql.schema.predictions import prediction_table, whole_rows, with_commit
from shared.adapters.sql.schema.tables import prediction_commit
from shared.adapters.sql.views.revision_views import versioned
from shared.core.scenario import Scenario
from shared.serving.prediction_rows import sql_name

# What rows are ordered by, comparable as the database orders it.
SortKey = tuple[int, Any, int]
_C = prediction_commit.c
_R = prediction_revision.c
# PostgreSQL sorts null behind all values, the others before them.
_NULL_RANK = {"postgresql": 1}


@dataclass(frozen=True, slots=True)
class CounterResets:
    """The sorted positions of the resets; `commits` is how many commits they cover and the sum of their ordinals."""

    commits: tuple[int, int] = (0, 0)
    positions: Sequence[SortKey] = ()

    def epoch_at(self, position: SortKey) -> int:
        """Return the epoch of the row at that position: the number of resets up to it."""
        return bisect_right(self.positions, position)


class Restarts:
    """Keeps the counter resets of each scenario until another window is committed."""

    def __init__(self) -> None:
        self._resets: dict[str, CounterResets] = {}

    def resets(self, connection: Connection, scenario: Scenario, *, refresh: bool = False) -> CounterResets:
        """Return the resets among the rows that this transaction sees; `refresh` ignores what is kept."""
        if not scenario.monitoring.restart:
            return CounterResets()
        query = select(func.count(), func.coalesce(func.sum(_C.ordinal), 0)).where(_C.scenario == scenario.name)
        count, ordinals = connection.execute(query).one()
        commits = (int(count), int(ordinals))
        known = self._resets.get(scenario.name)
        if refresh or known is None or known.commits != commits:
            known = self._resets[scenario.name] = CounterResets(commits, reset_positions(connection, scenario))
        return known


def order_columns(scenario: Scenario, table: Table) -> list[Column[Any]]:
    """Return the columns that order the rows: the scenario's time where the table has it, then the id."""
    timed = scenario.time and sql_name(scenario.time) in table.c
    return [table.c[sql_name(scenario.time)], table.c.prediction_id] if timed else [table.c.prediction_id]


def sort_key(connection: Connection, values: Sequence[Any]) -> SortKey:
    """Return the values of `order_columns`, comparable as the database orders them."""
    *at, prediction_id = values
    if not at:
        return (0, 0, prediction_id)
    if at[0] is None:
        return (_NULL_RANK.get(connection.dialect.name, -1), 0, prediction_id)
    return (0, at[0], prediction_id)


def original_predictions(scenario: Scenario, table: Table) -> Select[Any]:
    """Select from the first version of each committed window, what was predicted at the time; no columns yet."""
    return select().select_from(versioned(scenario, table)).where(func.coalesce(_R.revision, 1) == literal(1))


def committed_predictions(scenario: Scenario, table: Table) -> Select[Any]:
    """Select from every version of each committed window; no columns yet."""
    return select().select_from(versioned(scenario, table))


def current_rows(scenario: Scenario) -> Select[Any]:
    """Select every column of the newest version of each window, and `epoch`; the view orders all rows."""
    table = prediction_table(scenario)
    tables, current = versioned(scenario, table), _R.superseded_at.is_(None)
    if not scenario.monitoring.restart:
        return select(*whole_rows(scenario, table), literal(0).label("epoch")).select_from(tables).where(current)
    counted = _counted(scenario, table, select().select_from(tables).where(current)).subquery()
    same = table.c.prediction_id == counted.c.prediction_id
    rows = with_commit(scenario.name, table).join(counted, same)
    return select(*whole_rows(scenario, table), counted.c.epoch).select_from(rows)


def _marked(scenario: Scenario, table: Table, rows: Select[Any]) -> Any:
    """Select the order of these rows and whether the number fell; further columns would take most of the time."""
    order, counted = order_columns(scenario, table), table.c[sql_name(scenario.monitoring.restart)]
    fell = case((counted < func.lag(counted).over(order_by=order), 1), else_=0)
    return rows.add_columns(*order, fell.label("fell")).subquery()


def _counted(scenario: Scenario, table: Table, rows: Select[Any]) -> Select[Any]:
    marked = _marked(scenario, table, rows)
    order = [marked.c[column.name] for column in order_columns(scenario, table)]
    epoch = func.sum(marked.c.fell).over(order_by=order, rows=(None, 0))
    return select(marked.c.prediction_id, epoch.label("epoch"))


def reset_positions(connection: Connection, scenario: Scenario) -> list[SortKey]:
    """Return the sorted positions at which the number is lower than that of the row before."""
    table = prediction_table(scenario)
    marked = _marked(scenario, table, original_predictions(scenario, table))
    columns = [marked.c[column.name] for column in order_columns(scenario, table)]
    return sorted(sort_key(connection, row) for row in connection.execute(select(*columns).where(marked.c.fell == 1)))
