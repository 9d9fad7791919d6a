"""Approvals over HTTP: show a request, decide on it, and report a release's status to its pipeline.

In Azure each function has its own keys, so a scoring key cannot approve. A GET never decides anything.
"""

from __future__ import annotations

import typing
from typing import Any

import azure.functions as func

from functions.answering import answered, body_of, caller_of
from functions.names import MODEL_EVENTS, STORAGE
from shared.core.wording import counted

if typing.TYPE_CHECKING:
    from collections.abc import Callable

    from shared.ports import Ports
    from shared.release.decision import Decision

Messages = func.Out[typing.List[str]]  # noqa: UP006 -- the worker library cannot index `list[str]` here
_LARGEST = 16_384
_DIGITS = 10
_ACCEPTED = '{"decision": "approve" or "reject", "by": "…", "reason": "…"}'


def blueprint(ports: Callable[[], Ports]) -> func.Blueprint:
    """Routes to list, show and decide requests, and the status that a release pipeline polls."""
    bp = func.Blueprint()  # type: ignore[no-untyped-call]  # the library's constructor has no annotations

    @bp.route(route="approvals", methods=["GET"])
    def approvals(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_list(ports()), {}))

    @bp.route(route="approvals/{id}", methods=["GET"])
    def approval(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_show(ports(), req.route_params["id"]), {}))

    @bp.route(route="approvals/{id}", methods=["POST"])
    @bp.queue_output(arg_name="events", queue_name=MODEL_EVENTS, connection=STORAGE)
    def approve(req: func.HttpRequest, events: Messages) -> func.HttpResponse:
        # The queue's worker continues the release; if the message is lost, a sweep does.
        return answered(req, lambda: (_decide(ports(), req, events), {}))

    @bp.route(route="releases/{scenario}/{version}/status", methods=["GET"])
    def release_status(req: func.HttpRequest) -> func.HttpResponse:
        return answered(req, lambda: (_status(ports(), req), {}))

    return bp


def _list(ports: Ports) -> Any:
    from shared.release.status import approval_json

    return {"approvals": [approval_json(approval) for approval in ports.release.approvals.list()]}


def _show(ports: Ports, approval_id: str) -> Any:
    from shared.release.approvals import find_approval
    from shared.release.status import approval_json

    return approval_json(find_approval(ports, approval_id))


def _decide(ports: Ports, req: func.HttpRequest, events: Messages) -> Any:
    from msgspec import to_builtins

    from shared.core.messages import model_message
    from shared.release.approvals import decide
    from shared.release.status import approval_json

    body = _body(req)
    # A verified identity takes precedence over the name in the body.
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
        raise BadInput(
            f"The body has {counted(len(content), 'byte')}; accepted: {_ACCEPTED}, of at most {_LARGEST} bytes."
        )
    decision: Decision = fit(read_json_body(content, _ACCEPTED), Decision)
    return decision


def _status(ports: Ports, req: func.HttpRequest) -> Any:
    from shared.core.errors import BadInput
    from shared.release.status import release_status

    version = req.route_params["version"]
    if not (version.isascii() and version.isdigit() and len(version) < _DIGITS):
        raise BadInput(f"The version is {version[:40]!r}; accepted: a whole number.")
    return release_status(ports, req.route_params["scenario"], int(version))
