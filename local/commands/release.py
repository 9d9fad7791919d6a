"""`mlops approvals`, `approve` and `reject`: requests for approval, and their decisions."""

from __future__ import annotations

from typing import Annotated

import typer

from local.console.options import ACCOUNT, By, Json
from local.console.output import as_json, out, show
from local.console.session import Session
from shared import dispatch
from shared.core.messages import model_message
from shared.ports import Ports
from shared.release import approvals as workflow
from shared.release.status import approval_json, release_status

ApprovalId = Annotated[str, typer.Argument(help="The request's id; `mlops approvals` lists them.")]


def list_approvals(
    scenario: Annotated[str | None, typer.Argument(help="Only this scenario.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also decided requests.")] = False,
    json: Json = False,
) -> None:
    """List open requests for approval."""
    session = Session()
    requests = [
        request
        for request in session.ports.release.approvals.list(session.named(scenario))
        if every or request.state == "open"
    ]
    rows = [
        (
            request.id,
            request.model,
            request.environment,
            request.state,
            request.requested_by,
            request.expires,
            request.why,
        )
        for request in requests
    ]
    columns = ("id", "model", "environment", "state", "requested by", "expires", "why")
    show(
        json_output=json,
        value=[approval_json(request) for request in requests],
        title="Approvals" if every else "Open approvals",
        columns=columns,
        rows=rows,
    )


def approve(
    request: ApprovalId,
    by: By = ACCOUNT,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    json: Json = False,
) -> None:
    """Approve a request of another person; the release continues at once."""
    _decide(request, "approve", by, reason, json=json)


def reject(
    request: ApprovalId,
    by: By = ACCOUNT,
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    json: Json = False,
) -> None:
    """Reject a request; the release ends as refused."""
    _decide(request, "reject", by, reason, json=json)


def _decide(request: str, decision: str, by: str, reason: str, *, json: bool) -> None:
    ports = Session().ports
    decided = workflow.decide(ports, request, decision, by=by, reason=reason)
    approval = decided.approval
    continue_release(ports, approval.scenario, approval.version)
    release = release_status(ports, approval.scenario, approval.version)
    if json:
        as_json({**approval_json(decided.approval), "repeated": decided.repeated, "release": release})
        return
    before = " before" if decided.repeated else ""
    first = "approved" if approval.state == "used" else approval.state
    out.print(
        f"{approval.model} was {first}{before} for {approval.environment} by {approval.decided_by}.", markup=False
    )
    out.print(f"{release['status']}: {release['reason']}", markup=False, soft_wrap=True)


def continue_release(ports: Ports, scenario: str, version: int) -> None:
    """Continue the release of a version, and score the windows that become due."""
    for window in dispatch.on_event(ports, model_message(scenario, version)):
        dispatch.on_window(ports, window)
