"""Which scenario a request's address names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.errors import Missing

if TYPE_CHECKING:
    import azure.functions as func

    from shared.core.scenario import Scenario
    from shared.ports import Ports


def scenario_of(req: func.HttpRequest, ports: Ports) -> Scenario:
    """The scenario; Missing lists those there are."""
    return scenario_named(req.route_params["scenario"], ports)


def scenario_named(name: str, ports: Ports) -> Scenario:
    """The scenario of that name; Missing lists those there are."""
    scenario = ports.core.scenarios.get(name)
    if scenario is None:
        raise Missing(f"There is no such scenario; known: {', '.join(sorted(ports.core.scenarios))}.")
    return scenario
