"""Predictions by window, by entity, and over time; never more rows than are shown."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput
from shared.core.plain_json import plain
from shared.core.scenario import Scenario
from shared.operations.ports import RowChoice
from shared.operations.views.asked import Asked
from shared.prediction.window import Commit
from shared.serving.prediction_rows import label_columns, prediction_columns

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_WINDOWS = 24
_ROWS = 50
_MOST_ROWS = 200
_POINTS = 2000
_DRAWABLE = ("int", "float")


def predictions(ports: OperationsPorts, asked: Asked) -> Mapping[str, Any]:
    """The newest windows with their answers, a page of rows of one of them, and a column over its rows."""
    scenario = asked.scenario(ports)
    commits = ports.operations.prediction_rows.recent(scenario.name, _WINDOWS)
    window = asked.text("window", commits[0].window if commits else "")
    value = {
        "scenario": scenario.name,
        "title": scenario.title,
        "task": scenario.task,
        "labels": scenario.labels,
        "entity": scenario.entity,
        "windows": _windows(ports, scenario, commits),
        "window": window or None,
        "columns": [{"name": one.name, "kind": one.kind, "source": one.source} for one in prediction_columns(scenario)],
        "drawable": drawable(scenario),
        "page": _page(ports, scenario, asked, window) if window else None,
        "series": _series(ports, scenario, asked, window) if window else None,
        "batch": _batch(ports, scenario, asked, window) if window else None,
    }
    return dict(plain(value))


def drawable(scenario: Scenario) -> list[str]:
    """The numeric columns that people chose to see beside a prediction, without those that name a row."""
    named = {*scenario.entity, scenario.time}
    return [
        one.name
        for one in prediction_columns(scenario)
        if one.source and one.source not in named and one.kind in _DRAWABLE
    ]


def time_column(scenario: Scenario) -> str | None:
    """The column of the prediction table that says when a row was, if it is reported."""
    found = [one.name for one in prediction_columns(scenario) if one.source and one.source == scenario.time]
    return found[0] if found else None


def _windows(ports: OperationsPorts, scenario: Scenario, commits: Sequence[Commit]) -> list[Mapping[str, Any]]:
    answers = ports.operations.prediction_rows.answers(scenario, commits)
    versions = ports.operations.prediction_rows.versions(scenario.name, commits)
    return [
        {
            "window": one.window,
            "corrects": version.base if version.number > 1 else None,
            "version": version.number,
            "superseded": version.superseded,
            "at": one.scored_at,
            "rows": one.rows,
            "failed_rows": one.failed_rows,
            "model": one.model,
            "dataset": one.dataset,
            "answers": [
                {"answer": told.answer, "rows": told.rows, "mean": told.mean}
                for told in answers
                if told.window == one.window
            ],
        }
        for one, version in zip(commits, versions, strict=True)
    ]


def choice_of(asked: Asked, window: str, limit: int | None = None) -> RowChoice:
    """The rows a request asks for: a page of them unless `limit` says how many."""
    return RowChoice(
        window=window,
        prediction=asked.text("prediction"),
        entity=asked.text("entity"),
        before=asked.number("before"),
        limit=limit or asked.number("limit", _ROWS, _MOST_ROWS) or _ROWS,
    )


def _page(ports: OperationsPorts, scenario: Scenario, asked: Asked, window: str) -> Mapping[str, Any]:
    choice = choice_of(asked, window)
    rows = ports.operations.prediction_rows.page(scenario, choice)
    more = len(rows) == choice.limit
    return {"rows": rows, "limit": choice.limit, "next": rows[-1]["prediction_id"] if more else None}


def _batch(ports: OperationsPorts, scenario: Scenario, asked: Asked, window: str) -> Mapping[str, Any] | None:
    """The rows of one entity beside means and deviations of its window's rows; None when none is asked for."""
    entity, names = asked.text("entity"), tuple(drawable(scenario))
    if not entity or not names:
        return None
    rows = ports.operations.prediction_rows.page(scenario, RowChoice(window=window, entity=entity, limit=_ROWS))
    beside = ports.operations.prediction_rows.page(scenario, RowChoice(window=window, limit=_POINTS, columns=names))
    return {"rows": rows, "means": {name: _spread([row[name] for row in beside]) for name in names}}


def _spread(values: Sequence[float | None]) -> Mapping[str, float | None]:
    known = [value for value in values if value is not None]
    if not known:
        return {"mean": None, "std": None}
    return {"mean": statistics.fmean(known), "std": statistics.pstdev(known)}


def _series(ports: OperationsPorts, scenario: Scenario, asked: Asked, window: str) -> Mapping[str, Any]:
    """One column over the window's rows, in row order, with what was predicted for each."""
    known = drawable(scenario)
    column = asked.text("column", known[0] if known else "probability")
    if column not in (*known, "probability", "prediction", *(one.name for one in label_columns(scenario))):
        raise BadInput(f"Column {column[:80]!r} cannot be drawn; accepted: {', '.join((*known, 'probability'))}.")
    time = time_column(scenario)
    names = dict.fromkeys(("prediction_id", "entity_key", "prediction", "probability", column, time or column))
    rows = ports.operations.prediction_rows.page(
        scenario, RowChoice(window=window, limit=_POINTS, columns=tuple(names))
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
