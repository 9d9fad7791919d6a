"""HTTP: health (anonymous), status, and scoring. Everything but health asks for a key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import azure.functions as func

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from shared.ports import Ports
    from shared.workflows.serving import Servers

MAX_BODY = 5 * 1024 * 1024
# What curl says when it is told nothing means JSON here as well.
_JSON_KINDS = ("application/json", "text/json", "application/x-www-form-urlencoded")


def blueprint(ports: Callable[[], Ports]) -> func.Blueprint:
    """Routes under the host's prefix (`/api`)."""
    bp = func.Blueprint()  # type: ignore[no-untyped-call]  # the library's constructor has no annotations
    servers: list[Servers] = []

    @bp.route(route="health", methods=["GET"], auth_level=func.AuthLevel.ANONYMOUS)
    def health(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 -- the trigger's binding
        return _json(200, {"status": "healthy"})

    @bp.route(route="status", methods=["GET"])
    def status(req: func.HttpRequest) -> func.HttpResponse:  # noqa: ARG001 -- the trigger's binding
        return _answered(lambda: (_status(ports()), {}))

    @bp.route(route="score/{scenario}", methods=["POST"])
    def score(req: func.HttpRequest) -> func.HttpResponse:
        return _answered(lambda: _score(req, ports(), servers))

    return bp


def _status(ports: Ports) -> Any:
    from shared.workflows.status import status

    return status(ports)


def _score(req: func.HttpRequest, ports: Ports, servers: list[Servers]) -> tuple[Any, Mapping[str, str]]:
    from shared.errors import Missing
    from shared.workflows.answer import answer
    from shared.workflows.serving import Servers

    scenario = ports.scenarios.get(req.route_params["scenario"])
    if scenario is None:
        raise Missing(f"There is no such scenario; known: {', '.join(sorted(ports.scenarios))}.")
    if not servers:
        # Two first requests at once may each make one; the later is dropped, which costs a load and nothing else.
        servers.append(Servers(ports))
    key, body = req.headers.get("x-entity-key") or "", _body(req)
    serving, value = servers[0].answered(scenario.name, key, lambda chosen: answer(scenario, chosen, body))
    headers = {"x-model": serving.model.id, "x-generation": str(serving.deployment.generation)}
    return value, headers


def _body(req: func.HttpRequest) -> bytes:
    from shared.errors import BadInput

    kind = (req.headers.get("content-type") or "application/json").partition(";")[0].strip().lower()
    if kind not in _JSON_KINDS:
        raise BadInput(f"The content type is {kind[:80]!r}; accepted: application/json.")
    body = req.get_body()
    if len(body) > MAX_BODY:
        raise BadInput(f"The body has {len(body)} bytes; at most {MAX_BODY} are accepted.")
    return body


def _answered(act: Callable[[], tuple[Any, Mapping[str, str]]]) -> func.HttpResponse:
    from shared.errors import BadInput, Fault, Missing

    try:
        value, headers = act()
    except BadInput as fault:
        return problem(400, fault.reason)
    except Missing as fault:
        return problem(404, fault.reason)
    except Fault as fault:
        return problem(503, fault.reason)
    return _json(200, value, headers)


def problem(code: int, message: str) -> func.HttpResponse:
    """An error document: RFC 9457 members, and what older clients read: `status_code`, `message` and `error`."""
    value = {"title": message, "status": code, "status_code": code, "message": message, "error": message}
    return _json(code, value, kind="application/problem+json")


def _json(
    code: int, value: Any, headers: Mapping[str, str] | None = None, kind: str = "application/json"
) -> func.HttpResponse:
    return func.HttpResponse(json.dumps(value), status_code=code, headers=dict(headers or {}), mimetype=kind)
