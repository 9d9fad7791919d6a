"""The page of predictions: by window, by entity and over time; it reads no more rows than it shows."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput
from shared.core.plain_json import plain
from shared.core.scenario import Scenario
from shared.operations.ports import RowFilter
from shared.operations.views.query import ViewQuery
from shared.prediction.window import Commit
from shared.serving.prediction_rows import label_columns, prediction_columns

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_WINDOWS = 24
_ROWS = 50
_MOST_ROWS = 200
_POINTS = 2000
_DRAWABLE = ("int", "float")


def predictions(ports: OperationsPorts, query: ViewQuery) -> Mapping[str, Any]:
    """The newest windows with their answers, a page of rows of one of them, and a column over its rows."""
    scenario = query.scenario(ports)
    commits = ports.operations.prediction_rows.recent(scenario.name, _WINDOWS)
    window = query.text("window", commits[0].window if commits else "")
    value = {
        "scenario": scenario.name,
        "title": scenario.title,
        "task": scenario.task,
        "labels": scenario.labels,
        "entity": scenario.entity,
        "windows": _windows(ports, scenario, commits),
        "window": window or None,
        "columns": [
            {"name": column.name, "kind": column.kind, "source": column.source}
            for column in prediction_columns(scenario)
        ],
        "drawable": drawable(scenario),
        "time": time_column(scenario),
        "page": _page(ports, scenario, query, window) if window else None,
        "series": _series(ports, scenario, query, window) if window else None,
        "batch": _batch(ports, scenario, query, window) if window else None,
    }
    return dict(plain(value))


def drawable(scenario: Scenario) -> list[str]:
    """The numeric report columns, without those that name a row."""
    named = {*scenario.entity, scenario.time}
    return [
        column.name
        for column in prediction_columns(scenario)
        if column.source and column.source not in named and column.kind in _DRAWABLE
    ]


def time_column(scenario: Scenario) -> str | None:
    """The column of the prediction table with the time of a row, if it is reported."""
    columns = (column for column in prediction_columns(scenario) if column.source and column.source == scenario.time)
    return next((column.name for column in columns), None)


def _windows(ports: OperationsPorts, scenario: Scenario, commits: Sequence[Commit]) -> list[Mapping[str, Any]]:
    answers = ports.operations.prediction_rows.answers(scenario, commits)
    versions = ports.operations.prediction_rows.versions(scenario.name, commits)
    return [
        {
            "window": commit.window,
            "corrects": version.base if version.number > 1 else None,
            "version": version.number,
            "superseded": version.superseded,
            "source": version.source,
            "at": commit.scored_at,
            "rows": commit.rows,
            "failed_rows": commit.failed_rows,
            "unknown_values": commit.unknown_values,
            "far_values": commit.far_values,
            "rejected_rows": commit.rejected_rows,
            "ignored_columns": commit.ignored_columns,
            "model": commit.model,
            "dataset": commit.dataset,
            "answers": [
                {"answer": answer.answer, "rows": answer.rows, "mean": answer.mean}
                for answer in answers
                if answer.window == commit.window
            ],
        }
        for commit, version in zip(commits, versions, strict=True)
    ]


def row_filter_of(query: ViewQuery, window: str, limit: int | None = None) -> RowFilter:
    """The rows that a query names: a page of them unless `limit` says how many."""
    return RowFilter(
        window=window,
        prediction=query.text("prediction"),
        entity=query.text("entity"),
        before=query.number("before"),
        limit=limit or query.number("limit", _ROWS, _MOST_ROWS) or _ROWS,
    )


def _page(ports: OperationsPorts, scenario: Scenario, query: ViewQuery, window: str) -> Mapping[str, Any]:
    row_filter = row_filter_of(query, window)
    rows = ports.operations.prediction_rows.page(scenario, row_filter)
    more = len(rows) == row_filter.limit
    return {"rows": rows, "limit": row_filter.limit, "next": rows[-1]["prediction_id"] if more else None}


def _batch(ports: OperationsPorts, scenario: Scenario, query: ViewQuery, window: str) -> Mapping[str, Any] | None:
    """The rows of one entity beside means and deviations of its window's rows; None without an entity."""
    entity, names = query.text("entity"), tuple(drawable(scenario))
    if not entity or not names:
        return None
    rows = ports.operations.prediction_rows.page(scenario, RowFilter(window=window, entity=entity, limit=_ROWS))
    beside = ports.operations.prediction_rows.page(scenario, RowFilter(window=window, limit=_POINTS, columns=names))
    return {"rows": rows, "means": {name: _spread([row[name] for row in beside]) for name in names}}


def _spread(values: Sequence[float | None]) -> Mapping[str, float | None]:
    known = [value for value in values if value is not None]
    if not known:
        return {"mean": None, "std": None}
    return {"mean": statistics.fmean(known), "std": statistics.pstdev(known)}


def _series(ports: OperationsPorts, scenario: Scenario, query: ViewQuery, window: str) -> Mapping[str, Any]:
    """One column over the window's rows, in row order, with their predictions."""
    known = drawable(scenario)
    column = query.text("column", known[0] if known else "probability")
    if column not in (*known, "probability", "prediction", *(column.name for column in label_columns(scenario))):
        raise BadInput(f"Column {column[:80]!r} cannot be drawn; accepted: {', '.join((*known, 'probability'))}.")
    time = time_column(scenario)
    names = dict.fromkeys(("prediction_id", "entity_key", "prediction", "probability", column, time or column))
    rows = ports.operations.prediction_rows.page(
        scenario, RowFilter(window=window, limit=_POINTS, columns=tuple(names))
    )
    rows = list(reversed(rows))
    return {
        "column": column,
        "time": time,
        "at": [row[time] for row in rows] if time else None,
        "entity": [row["entity_key"] for row in rows],
        "value": [row[column] for row in rows],
        "probability": [row["probability"] for row in rows],
        "prediction": [row["prediction"] for row in rows],
        "most": _POINTS,
    }
