"""The scenario that a request's URL names."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import azure.functions as func

    from shared.core.scenario import Scenario
    from shared.ports import Ports


def scenario_of(req: func.HttpRequest, ports: Ports) -> Scenario:
    """The scenario; Missing lists the known ones."""
    from shared.core.scenario import find_scenario

    return find_scenario(ports.core.scenarios, req.route_params["scenario"])
