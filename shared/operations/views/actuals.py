"""What a window predicted beside what turned out to be true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.core.plain_json import plain
from shared.operations.ports import RowChoice
from shared.operations.views.asked import Asked

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_POINTS = 2000


def actuals(ports: OperationsPorts, asked: Asked) -> Mapping[str, Any]:
    """The newest rows of a window with their labels, where they are known; apart, because joining may take a while."""
    scenario, window = asked.scenario(ports), asked.text("window")
    names = ("prediction_id", "entity_key", "prediction", "probability")
    choice = RowChoice(window=window, limit=_POINTS, columns=names)
    rows = list(reversed(ports.operations.prediction_rows.page(scenario, choice))) if window else []
    known: dict[int, Any] = {}
    # Nobody joins before the first label has come.
    if rows and ports.monitoring.qualities.latest(scenario.name):
        found = ports.monitoring.actuals.join_predictions(scenario, rows[0]["prediction_id"], rows[-1]["prediction_id"])
        known = dict(zip(found["prediction_id"].to_pylist(), found["actual"].to_pylist(), strict=True))
    told = [{**row, "actual": known.get(row["prediction_id"])} for row in rows]
    labelled = [row for row in told if row["actual"] is not None]
    value = {
        "scenario": scenario.name,
        "task": scenario.task,
        "labels": scenario.labels,
        "window": window or None,
        "rows": len(told),
        "labelled": labelled,
        "agreed": sum(str(row["actual"]) == str(row["prediction"]) for row in labelled),
    }
    return dict(plain(value))
