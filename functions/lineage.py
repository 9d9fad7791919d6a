"""HTTP: where a prediction comes from, as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import azure.functions as func

from functions.answering import answered

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import Ports


def blueprint(ports: Callable[[], Ports]) -> func.Blueprint:
    """The read-only trace route, which needs a key of scope operate."""
    bp = func.Blueprint()  # type: ignore[no-untyped-call]  # the library's constructor has no annotations

    @bp.route(route="trace/{scenario}/{prediction}", methods=["GET"])
    def trace(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_trace(req, ports()), {}))

    return bp


def _trace(req: func.HttpRequest, ports: Ports) -> Any:
    from shared.core.errors import BadInput
    from shared.operations.lineage_json import trace_json
    from shared.operations.tracing import is_prediction_id, trace

    prediction = req.route_params["prediction"]
    if not is_prediction_id(prediction):
        raise BadInput(f"{prediction[:40]!r} is not a prediction id; accepted: the number in column prediction_id.")
    return trace_json(trace(ports, int(prediction), req.route_params["scenario"]))
