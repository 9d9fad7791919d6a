"""The pages of the dashboard: functions of ports and a query that return JSON values."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from shared.core.errors import Missing
from shared.operations.views import (
    actuals,
    compare,
    datasets,
    history,
    lineage,
    models,
    monitoring,
    overview,
    predictions,
    releases,
    runs,
)
from shared.operations.views.query import ViewQuery

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


type View = Callable[[OperationsPorts, ViewQuery], Mapping[str, Any]]
VIEWS: Mapping[str, View] = {
    "overview": overview.overview,
    "datasets": datasets.datasets,
    "runs": runs.runs,
    "models": models.models,
    "compare": compare.compare,
    "releases": releases.releases,
    "predictions": predictions.predictions,
    "actuals": actuals.actuals,
    "monitoring": monitoring.monitoring,
    "lineage": lineage.lineage,
    "history": history.history,
}


def view(ports: OperationsPorts, page: str, values: Mapping[str, str]) -> Mapping[str, Any]:
    """The content of the page for these parameters; Missing when there is no such page."""
    if page not in VIEWS:
        raise Missing(f"There is no page {page[:80]!r}; known: {', '.join(VIEWS)}.")
    return VIEWS[page](ports, ViewQuery(values))


__all__ = ["VIEWS", "View", "ViewQuery", "view"]
