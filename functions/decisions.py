"""What people decide on the dashboard: accept a baseline, try failed work again, acknowledge a failure."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import azure.functions as func

from functions.answering import answered, body_of, caller_of
from functions.scenarios import scenario_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import Ports


def blueprint(ports: Callable[[], Ports]) -> func.Blueprint:
    """Routes that need a key of scope operate."""
    bp = func.Blueprint()  # type: ignore[no-untyped-call]  # the library's constructor has no annotations

    @bp.route(route="baselines/{scenario}", methods=["POST"])
    def baseline_accept(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_accept(req, ports()), {}), status=201)

    @bp.route(route="replays", methods=["POST"])
    def work_replay(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_replay(req, ports()), {}))

    @bp.route(route="acknowledgements", methods=["POST"])
    def failure_acknowledge(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_acknowledge(req, ports()), {}))

    return bp


def _accept(req: func.HttpRequest, ports: Ports) -> Any:
    from shared.operations.decision_requests import BaselineRequest
    from shared.profiles.baseline import accept_baseline

    scenario = scenario_of(req, ports).name
    request = BaselineRequest.read(body_of(req), who=caller_of(req))
    baseline = accept_baseline(ports, scenario, request.dataset, by=request.by, reason=request.reason)
    return {"scenario": scenario, "number": baseline.number, "dataset": baseline.dataset}


def _replay(req: func.HttpRequest, ports: Ports) -> Any:
    from shared.core.errors import Fault
    from shared.dispatch import replay
    from shared.operations.decision_requests import WorkRequest
    from shared.operations.replay import items_of

    request = WorkRequest.read(body_of(req), who=caller_of(req))
    why = f"Replayed by {request.by}: {request.reason}"
    for item in items_of(ports, request.kind, request.key):
        try:
            outcome = replay(ports, item, f"{why} It was {item.state}.")
            state, reason = str(outcome.state), outcome.reason
        except Fault as fault:
            state, reason = fault.state, fault.reason
    now = ports.core.history.find(request.kind, request.key)
    # Of a drop how the drop ended, not its last file.
    ended = (now.state, now.reason) if now and now.kind == "drop" else (state, reason)
    return {"kind": request.kind, "key": request.key, "state": ended[0], "reason": ended[1]}


def _acknowledge(req: func.HttpRequest, ports: Ports) -> Any:
    from shared.operations.decision_requests import WorkRequest
    from shared.operations.failures import acknowledge

    request = WorkRequest.read(body_of(req), who=caller_of(req))
    entry = acknowledge(ports, request.kind, request.key, by=request.by, reason=request.reason)
    return {"kind": entry.kind, "key": entry.key, "state": entry.state, "reason": entry.reason}
