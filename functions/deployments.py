"""HTTP: roll back to the previous deployment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import azure.functions as func

from functions.answering import answered, body_of, caller_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import Ports


def blueprint(ports: Callable[[], Ports]) -> func.Blueprint:
    """The rollback route, which needs a key of scope operate."""
    bp = func.Blueprint()  # type: ignore[no-untyped-call]  # the library's constructor has no annotations

    @bp.route(route="deployments/{scenario}/rollback", methods=["POST"])
    def rollback(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_roll_back(req, ports()), {}))

    return bp


def _roll_back(req: func.HttpRequest, ports: Ports) -> Any:
    from shared.core.plain_json import plain
    from shared.release.rollback.request import RollbackRequest, execute_rollback

    request = RollbackRequest.read(body_of(req), who=caller_of(req))
    return plain(execute_rollback(ports, req.route_params["scenario"], request))
