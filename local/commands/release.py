"""`mlops approvals`, `approve`, `reject`, `gate` and `rollout`: releases and their approvals."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from local.commands.inspect import model_ref
from local.console.options import By, Json, ScenarioName
from local.console.output import as_json, out, plain, show
from local.console.session import Session
from shared import dispatch
from shared.core.errors import Missing, Refused
from shared.core.messages import model_message
from shared.ports import Ports
from shared.release import approvals as workflow
from shared.release import rollouts
from shared.release.deploy import find_model, override
from shared.release.gate.certificate import certificate_path
from shared.release.post_rollout_watch import after, watch_full, watched
from shared.release.release_status import release_status, shown
from shared.release.verdict import Check
from shared.serving.rollout import Rollout

ApprovalId = Annotated[str, typer.Argument(help="The request's id; `mlops approvals` lists them.")]
ModelName = Annotated[str, typer.Argument(help="name:version")]


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
        json_output=json, value=[shown(request) for request in requests], title="Approvals", columns=columns, rows=rows
    )


def approve(
    request: ApprovalId,
    by: By = "unknown",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    json: Json = False,
) -> None:
    """Approve a request of another person; the release continues at once."""
    _decide(request, "approve", by, reason, json=json)


def reject(
    request: ApprovalId,
    by: By = "unknown",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    json: Json = False,
) -> None:
    """Reject a request; the release ends as refused."""
    _decide(request, "reject", by, reason, json=json)


def _decide(request: str, decision: str, by: str, reason: str, *, json: bool) -> None:
    ports = Session().ports
    decided = workflow.decide(ports, request, decision, by=by, reason=reason)
    approval = decided.approval
    go_on(ports, approval.scenario, approval.version)
    release = release_status(ports, approval.scenario, approval.version)
    if json:
        as_json({**shown(decided.approval), "repeated": decided.repeated, "release": release})
        return
    before = " before" if decided.repeated else ""
    first = "approved" if approval.state == "used" else approval.state
    out.print(
        f"{approval.model} was {first}{before} for {approval.environment} by {approval.decided_by}.", markup=False
    )
    out.print(f"{release['status']}: {release['reason']}", markup=False, soft_wrap=True)


def go_on(ports: Ports, scenario: str, version: int) -> None:
    """Continue the release of a version, and score the windows that become due."""
    for window in dispatch.on_event(ports, model_message(scenario, version)):
        dispatch.on_window(ports, window)


def gate_show(model: ModelName, json: Json = False) -> None:
    """Show every check of a version's certificate: value, threshold, verdict and reason."""
    session = Session()
    ref = model_ref(model)
    session.scenario(ref.name)
    registered = find_model(session.ports, ref.name, ref.version)
    verdict = session.ports.release.deployments.verdict(registered)
    if verdict is None:
        raise Missing(f"{registered.id} has no certificate yet: the gate has not checked it.")
    rows = [(check.name, check.verdict, check.value, check.threshold, check.reason) for check in verdict.checks]
    facts = {"passed": verdict.passed, "verdict": verdict.state, "reason": verdict.reason, "digest": verdict.digest}
    value = {**plain(verdict), **facts, "file": certificate_path(session.ports, registered, verdict.generation)}
    columns = ("check", "verdict", "value", "threshold", "reason")
    show(
        json_output=json,
        value=value,
        title=f"{registered.id} {verdict.told}; certificate {verdict.digest[:12]}",
        columns=columns,
        rows=rows,
    )


def gate_override(
    model: ModelName,
    reason: Annotated[str, typer.Option(help="Why the version shall serve although its gate failed.")],
    by: By = "unknown",
    json: Json = False,
) -> None:
    """Request that a version that did not pass serves all the same; another person has to approve the request."""
    session = Session()
    ref = model_ref(model)
    session.scenario(ref.name)
    request = override(session.ports, find_model(session.ports, ref.name, ref.version), by=by, reason=reason)
    if json:
        as_json({"approval": request, "model": model, "by": by, "reason": reason})
        return
    out.print(f"{model} waits for approval {request} by a person other than {by}.", markup=False)


def rollout_list(
    scenario: Annotated[str | None, typer.Argument(help="Only this scenario.")] = None, json: Json = False
) -> None:
    """List every change of every rollout, oldest first."""
    session = Session()
    changes = session.ports.release.rollouts.list(session.named(scenario))
    rows = [
        (
            change.model,
            change.environment,
            change.number,
            change.state,
            change.share,
            change.by,
            change.reason,
            change.at,
        )
        for change in changes
    ]
    columns = ("candidate", "environment", "change", "state", "share %", "by", "reason", "at")
    show(json_output=json, value=changes, title="Rollouts", columns=columns, rows=rows)


def rollout_show(scenario: ScenarioName, json: Json = False) -> None:
    """Show the candidate in rollout or just after it, and the verdict of each health rule."""
    session = Session()
    session.scenario(scenario)
    current, checks, title = _active_rollout(session.ports, scenario)
    rows = [(check.name, check.verdict, check.value, check.threshold, check.reason) for check in checks]
    value: dict[str, Any] = {"rollout": plain(current), "health": plain(checks)}
    columns = ("rule", "verdict", "value", "threshold", "reason")
    show(json_output=json, value=value, title=title, columns=columns, rows=rows)


def _active_rollout(ports: Ports, scenario: str) -> tuple[Rollout, list[Check], str]:
    """The newest change, its verdicts and a title; Refused when no rollout is active."""
    current = rollouts.active_rollout(ports, scenario, ports.release.policies.last(scenario))
    if current is not None:
        title = f"{current.model}: {current.state}, {current.share} % beside generation {current.base}"
        return current, rollouts.health_checks(ports, current), title
    served = watched(ports, scenario)
    if served is None or ports.core.clock() >= served.until:
        raise Refused(f"No rollout is active for {scenario}; `mlops rollout list {scenario}` lists past ones.")
    title = (
        f"{served.rollout.model}: full, compared with generation {served.rollout.base} until {served.until:%H:%M} UTC"
    )
    return served.rollout, after(ports, served), title


def rollout_evaluate(json: Json = False) -> None:
    """Evaluate every rollout now, as each sweep does: continue, next step, full service, or rollback."""
    ports = Session().ports
    changed = [*rollouts.judge_rollouts(ports), *watch_full(ports)]
    for rollout in changed:
        if not rollout.is_active:
            go_on(ports, rollout.scenario, rollout.version)
    rows = [_row(rollout) for rollout in changed]
    show(
        json_output=json, value=changed, title="Changed", columns=("candidate", "state", "share %", "reason"), rows=rows
    )


def _row(rollout: Rollout) -> tuple[str, str, int, str]:
    return rollout.model, rollout.state, rollout.share, rollout.reason
