"""Approvals over HTTP: show a request, decide on it, and tell a release pipeline how a release stands.

In Azure each function has keys of its own, so whoever may score may not approve. A GET never decides anything.
"""

from __future__ import annotations

import typing
from typing import Any

import azure.functions as func

from functions.answering import answered, body_of, caller_of
from functions.names import MODEL_EVENTS, STORAGE

if typing.TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import Ports
    from shared.release.decision import Decision

Messages = func.Out[typing.List[str]]  # noqa: UP006 -- the worker library cannot index `list[str]` here
_LARGEST = 16_384
_DIGITS = 10
_ACCEPTED = '{"decision": "approve" or "reject", "by": "…", "reason": "…"}'


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
    from shared.release.status import approval_json

    return {"approvals": [approval_json(one) for one in ports.release.approvals.list()]}


def _one(ports: Ports, approval_id: str) -> Any:
    from shared.release.approvals import find_approval
    from shared.release.status import approval_json

    return approval_json(find_approval(ports, approval_id))


def _decided(ports: Ports, req: func.HttpRequest, events: Messages) -> Any:
    from msgspec import to_builtins

    from shared.core.messages import model_message
    from shared.release.approvals import decide
    from shared.release.status import approval_json

    body = _body(req)
    # An identity that was verified wins over a name anybody can write.
    by = caller_of(req) or body.by
    bound = to_builtins(body)
    decided = decide(ports, req.route_params["id"], body.decision, by=by, reason=body.reason, bound=bound)
    events.set([model_message(decided.approval.scenario, decided.approval.version)])
    return {**approval_json(decided.approval), "repeated": decided.repeated}


def _body(req: func.HttpRequest) -> Decision:
    from shared.core.errors import BadInput
    from shared.core.strict_json import fit, read_json_body
    from shared.release.decision import Decision

    content = body_of(req)
    if len(content) > _LARGEST:
        raise BadInput(f"The body has {len(content)} bytes; accepted: {_ACCEPTED}, of at most {_LARGEST} bytes.")
    decision: Decision = fit(read_json_body(content, _ACCEPTED), Decision)
    return decision


def _status(ports: Ports, req: func.HttpRequest) -> Any:
    from shared.core.errors import BadInput
    from shared.release.status import release_status

    version = req.route_params["version"]
    if not (version.isascii() and version.isdigit() and len(version) < _DIGITS):
        raise BadInput(f"The version is {version[:40]!r}; accepted: a whole number.")
    return release_status(ports, req.route_params["scenario"], int(version))
