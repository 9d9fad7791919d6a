"""HTTP: late labels as a JSON list of rows, processed like a file that lands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import azure.functions as func

from functions.answering import answered, body_of
from functions.scenarios import scenario_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.ports import Ports


def add(bp: func.Blueprint, ports: Callable[[], Ports]) -> None:
    """`POST /api/actuals/{scenario}`."""

    @bp.route(route="actuals/{scenario}", methods=["POST"])
    def actuals(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: _posted(req, ports()))


def _posted(req: func.HttpRequest, ports: Ports) -> tuple[Any, Mapping[str, str]]:
    from shared.monitoring.posted_actuals import post_actuals

    return post_actuals(ports, scenario_of(req, ports), body_of(req)), {}
