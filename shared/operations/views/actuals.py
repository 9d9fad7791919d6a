"""The page of actuals: a window's predictions beside their labels."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.core.plain_json import plain
from shared.operations.ports import RowFilter
from shared.operations.views.query import ViewQuery

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_POINTS = 2000


def actuals(ports: OperationsPorts, query: ViewQuery) -> Mapping[str, Any]:
    """The newest rows of a window with their known labels; a page of its own, because the join may take a while."""
    scenario, window = query.scenario(ports), query.text("window")
    names = ("prediction_id", "entity_key", "prediction", "probability")
    row_filter = RowFilter(window=window, limit=_POINTS, columns=names)
    rows = list(reversed(ports.operations.prediction_rows.page(scenario, row_filter))) if window else []
    known: dict[int, Any] = {}
    # Without any label yet there is nothing to join.
    if rows and ports.monitoring.qualities.latest(scenario.name):
        labels = ports.monitoring.actuals.join_predictions(
            scenario, rows[0]["prediction_id"], rows[-1]["prediction_id"]
        )
        known = dict(zip(labels["prediction_id"].to_pylist(), labels["actual"].to_pylist(), strict=True))
    joined = [{**row, "actual": known.get(row["prediction_id"])} for row in rows]
    labelled = [row for row in joined if row["actual"] is not None]
    value = {
        "scenario": scenario.name,
        "task": scenario.task,
        "labels": scenario.labels,
        "window": window or None,
        "rows": len(joined),
        "labelled": labelled,
        "agreed": sum(str(row["actual"]) == str(row["prediction"]) for row in labelled),
    }
    return dict(plain(value))
