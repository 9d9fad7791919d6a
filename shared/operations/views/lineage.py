"""The page of lineage: the graph around one thing, and what may be asked about."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput, Missing
from shared.core.plain_json import plain
from shared.core.scenario import Scenario
from shared.operations.lineage_graph import lineage_graph
from shared.operations.lineage_nodes import graph_json
from shared.operations.views.query import ViewQuery

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_OFFERED = 8


def lineage(ports: OperationsPorts, query: ViewQuery) -> Mapping[str, Any]:
    """The graph around `of`: else around the newest window, model or dataset. What is unknown is told, not raised."""
    scenario = query.scenario(ports)
    offered = _offered(ports, scenario)
    target = query.text("of").strip() or next((name for names in offered.values() for name in names), "")
    graph, problem = _graph(ports, scenario, target)
    value = {"scenario": scenario.name, "title": scenario.title, "of": target, "offered": offered, "problem": problem}
    return dict(plain({**value, **graph}))


def _graph(ports: OperationsPorts, scenario: Scenario, target: str) -> tuple[Mapping[str, Any], str]:
    nothing: Mapping[str, Any] = {"nodes": [], "edges": []}
    if not target:
        return nothing, ""
    try:
        return graph_json(lineage_graph(ports, scenario, target)), ""
    except (Missing, BadInput) as fault:
        return nothing, fault.reason


def _offered(ports: OperationsPorts, scenario: Scenario) -> Mapping[str, list[str]]:
    """The newest of each kind, newest first."""
    name = scenario.name
    return {
        "windows": [commit.window for commit in ports.operations.prediction_rows.recent(name, _OFFERED)],
        "models": [model.id for model in list(ports.training.registry.list(name))[: -_OFFERED - 1 : -1]],
        "datasets": list(ports.datasets.versions.ids(name))[: -_OFFERED - 1 : -1],
    }
