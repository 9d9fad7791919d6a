"""Approvals over HTTP: show a request, decide on it, and tell a release pipeline how a release stands.

In Azure each function has keys of its own, so whoever may score may not approve. A GET never decides anything.
"""

from __future__ import annotations

import json
import typing
from typing import Any

import azure.functions as func

from functions.answering import answered, body_of
from functions.names import MODEL_EVENTS, STORAGE

if typing.TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import Ports

Messages = func.Out[typing.List[str]]  # noqa: UP006 -- the worker library cannot index `list[str]` here
# Who Easy Auth says is calling; the platform strips the header from what comes from outside.
PRINCIPAL = "x-ms-client-principal-name"
_LARGEST = 16_384
_DIGITS = 10
_FIELDS = ("decision", "by", "reason", "scenario", "version", "sha256", "environment", "certificate", "nonce")


def blueprint(ports: Callable[[], Ports]) -> func.Blueprint:
    """Show, decide, and the state a release gate polls."""
    bp = func.Blueprint()  # type: ignore[no-untyped-call]  # the library's constructor has no annotations

    @bp.route(route="approvals", methods=["GET"])
    def approvals(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_all(ports()), {}))

    @bp.route(route="approvals/{id}", methods=["GET"])
    def approval(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_one(ports(), req.route_params["id"]), {}))

    @bp.route(route="approvals/{id}", methods=["POST"])
    @bp.queue_output(arg_name="events", queue_name=MODEL_EVENTS, connection=STORAGE)
    def approve(req: func.HttpRequest, events: Messages) -> func.HttpResponse:
        # The release goes on by its worker; a sweep finds it if this message is lost.
        return answered(req, lambda: (_decided(ports(), req, events), {}))

    @bp.route(route="releases/{scenario}/{version}/status", methods=["GET"])
    def release_status(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_status(ports(), req), {}))

    return bp


def _all(ports: Ports) -> Any:
    from shared.release.release_status import shown

    return {"approvals": [shown(one) for one in ports.release.approvals.list()]}


def _one(ports: Ports, approval_id: str) -> Any:
    from shared.release.approvals import find_approval
    from shared.release.release_status import shown

    return shown(find_approval(ports, approval_id))


def _decided(ports: Ports, req: func.HttpRequest, events: Messages) -> Any:
    from shared.core.messages import model_message
    from shared.release.approvals import decide
    from shared.release.release_status import shown

    body = _body(req)
    # An identity that was verified wins over a name anybody can write.
    by = req.headers.get(PRINCIPAL) or str(body.get("by", ""))
    decision, reason = str(body.get("decision", "")), str(body.get("reason", ""))
    decided = decide(ports, req.route_params["id"], decision, by=by, reason=reason, bound=body)
    events.set([model_message(decided.approval.scenario, decided.approval.version)])
    return {**shown(decided.approval), "repeated": decided.repeated}


def _body(req: func.HttpRequest) -> dict[str, Any]:
    from shared.core.errors import BadInput

    content = body_of(req)
    accepted = '{"decision": "approve" or "reject", "by": "…", "reason": "…"}'
    try:
        value = json.loads(content) if len(content) <= _LARGEST else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BadInput(f"The body is no JSON object of at most {_LARGEST} bytes; accepted: {accepted}.")
    strange = sorted(set(value) - set(_FIELDS))
    if strange:
        raise BadInput(f"The body has a field {strange[0][:40]!r}; accepted: {', '.join(_FIELDS)}.")
    return value


def _status(ports: Ports, req: func.HttpRequest) -> Any:
    from shared.core.errors import BadInput
    from shared.release.release_status import release_status

    version = req.route_params["version"]
    if not (version.isascii() and version.isdigit() and len(version) < _DIGITS):
        raise BadInput(f"The version is {version[:40]!r}; accepted: a whole number.")
    return release_status(ports, req.route_params["scenario"], int(version))
