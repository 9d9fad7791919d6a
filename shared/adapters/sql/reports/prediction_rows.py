"""Prediction rows for people: ranges of the primary key, never a scan over all windows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, Engine, Row, Table, cast, func, inspect, select
from sqlalchemy.types import Unicode

from shared.adapters.sql.connection.transactions import read
from shared.adapters.sql.schema.lineage import prediction_revision, prediction_source
from shared.adapters.sql.schema.predictions import each_with_commit, prediction_table, whole_rows
from shared.adapters.sql.schema.tables import prediction_commit
from shared.core.errors import BadInput, Missing
from shared.core.scenario import Scenario
from shared.operations.ports import AnswerCount, RowFilter, WindowVersion
from shared.prediction.window import Commit
from shared.serving.prediction_rows import first_id, prediction_columns

_C = prediction_commit.c
_R = prediction_revision.c
_S = prediction_source.c
_REMEMBERED = 2000


class SqlPredictionRows:
    """Port `PredictionRows`: rows of one window lie together in the primary key."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._counted: dict[tuple[str, str, str], tuple[AnswerCount, ...]] = {}

    def recent(self, scenario: str, limit: int) -> Sequence[Commit]:
        """The newest commits, newest first."""
        query = select(prediction_commit).where(_C.scenario == scenario).order_by(_C.ordinal.desc()).limit(limit)
        rows = read(self._engine, lambda connection: connection.execute(query).mappings().all())
        return [Commit(**row) for row in rows]

    def versions(self, scenario: str, commits: Sequence[Commit]) -> Sequence[WindowVersion]:
        """Which version each commit is; one of before versions were kept is a first."""
        named = [commit.window for commit in commits]
        query = select(prediction_revision).where(_R.scenario == scenario, _R.window.in_(named))
        first = select(_S.window, _S.path).where(_S.scenario == scenario, _S.window.in_(named), _S.position == 0)
        kept = {row.window: row for row in read(self._engine, lambda connection: connection.execute(query).all())}
        paths = {row.window: row.path for row in read(self._engine, lambda connection: connection.execute(first).all())}
        return [_version(window, kept.get(window), paths.get(window, "")) for window in named]

    def answers(self, scenario: Scenario, commits: Sequence[Commit]) -> Sequence[AnswerCount]:
        """Rows per window and answer. A committed window never changes: what was counted once is remembered."""
        keys = {(scenario.name, commit.window, commit.sha256): commit for commit in commits}
        fresh = {key: commit for key, commit in keys.items() if key not in self._counted}
        if len(self._counted) + len(fresh) > _REMEMBERED:
            self._counted.clear()
            fresh = keys
        table = prediction_table(scenario)
        if fresh:
            found = read(self._engine, lambda c: {key: _answers(c, scenario, table, one) for key, one in fresh.items()})
            self._counted.update(found)
        return [one for key in keys for one in self._counted.get(key, ())]

    def page(self, scenario: Scenario, row_filter: RowFilter) -> Sequence[Mapping[str, Any]]:
        """Rows by falling id; Missing when the window is not committed, BadInput for an unknown column."""
        table = prediction_table(scenario)
        has = [column.name for column in prediction_columns(scenario)]
        unknown = [name for name in row_filter.columns if name not in has]
        if unknown:
            raise BadInput(f"{table.name} has no column {unknown[0][:80]!r}; it has: {', '.join(has)}.")

        def work(connection: Connection) -> Sequence[Mapping[str, Any]]:
            if not inspect(connection).has_table(table.name):
                return []
            rows = connection.execute(_chosen(connection, scenario, table, row_filter)).mappings()
            return [dict(row) for row in rows]

        return read(self._engine, work)


def _version(window: str, row: Row[Any] | None, source: str) -> WindowVersion:
    if row is None:
        return WindowVersion(window, window, 1, superseded=False, source=source)
    return WindowVersion(window, row.base, row.revision, row.superseded_at is not None, source)


def _chosen(connection: Connection, scenario: Scenario, table: Table, row_filter: RowFilter) -> Any:
    every = {column.name: column for column in whole_rows(scenario, table)}
    columns = [every[name] for name in row_filter.columns or every]
    query = select(*columns).select_from(each_with_commit(scenario.name, table))
    query = query.order_by(table.c.prediction_id.desc()).limit(row_filter.limit)
    if row_filter.window:
        ordinal = _ordinal(connection, scenario.name, row_filter.window)
        query = query.where(*_range(table, ordinal))
    if row_filter.before is not None:
        query = query.where(table.c.prediction_id < row_filter.before)
    if row_filter.entity:
        query = query.where(table.c.entity_key == row_filter.entity)
    if row_filter.prediction:
        query = query.where(cast(table.c.prediction, Unicode(200)) == row_filter.prediction)
    return query


def _ordinal(connection: Connection, scenario: str, window: str) -> int:
    found = connection.scalar(select(_C.ordinal).where(_C.scenario == scenario, _C.window == window))
    if found is None:
        raise Missing(f"{scenario} has no committed window {window[:200]!r}.")
    return int(found)


def _range(table: Table, ordinal: int) -> tuple[Any, Any]:
    return table.c.prediction_id >= first_id(ordinal), table.c.prediction_id < first_id(ordinal + 1)


def _answers(connection: Connection, scenario: Scenario, table: Table, commit: Commit) -> tuple[AnswerCount, ...]:
    within = _range(table, commit.ordinal)
    if not inspect(connection).has_table(table.name):
        return ()
    if scenario.task == "regression":
        query = select(func.count(), func.avg(table.c.prediction)).where(*within)
        rows, mean = connection.execute(query).one()
        return (AnswerCount(commit.window, "", int(rows), _number(mean)),)
    query = select(table.c.prediction, func.count(), func.avg(table.c.probability)).where(*within)
    counted = connection.execute(query.group_by(table.c.prediction).order_by(table.c.prediction))
    return tuple(AnswerCount(commit.window, str(answer), int(rows), _number(mean)) for answer, rows, mean in counted)


def _number(value: Any) -> float | None:
    return None if value is None else float(value)
