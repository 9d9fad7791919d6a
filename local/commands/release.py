"""Releasing: certificates, approvals, and candidates that are being tried."""

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

ApprovalId = Annotated[str, typer.Argument(help="The request's id: mlops approvals lists them.")]
ModelName = Annotated[str, typer.Argument(help="name:version")]


def register(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    app.command("approvals")(list_approvals)
    app.command()(approve)
    app.command()(reject)
    gate = typer.Typer(help="Show a version's gate certificate, or ask to override it.")
    gate.command("show")(gate_show)
    gate.command("override")(gate_override)
    app.add_typer(gate, name="gate")
    group = typer.Typer(help="Candidates that answer beside a champion: how they do, and the next step when it is due.")
    group.command("list")(rollout_list)
    group.command("show")(rollout_show)
    group.command("evaluate")(rollout_evaluate)
    app.add_typer(group, name="rollout")


def list_approvals(
    scenario: Annotated[str | None, typer.Argument(help="Only this scenario.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also those that were decided.")] = False,
    json: Json = False,
) -> None:
    """Requests for approval that wait for a person."""
    session = Session()
    found = [
        one for one in session.ports.release.approvals.list(session.named(scenario)) if every or one.state == "open"
    ]
    rows = [(one.id, one.model, one.environment, one.state, one.requested_by, one.expires, one.why) for one in found]
    columns = ("id", "model", "environment", "state", "asked by", "expires", "why")
    show(json_output=json, value=[shown(one) for one in found], title="Approvals", columns=columns, rows=rows)


def approve(
    request: ApprovalId,
    by: By = "unknown",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    json: Json = False,
) -> None:
    """Approve a request that somebody else made; the release goes on at once."""
    _decide(request, "approve", by, reason, json=json)


def reject(
    request: ApprovalId,
    by: By = "unknown",
    reason: Annotated[str, typer.Option(help="Why.")] = "",
    json: Json = False,
) -> None:
    """Reject a request; the release ends refused."""
    _decide(request, "reject", by, reason, json=json)


def _decide(request: str, decision: str, by: str, reason: str, *, json: bool) -> None:
    ports = Session().ports
    decided = workflow.decide(ports, request, decision, by=by, reason=reason)
    approval = decided.approval
    go_on(ports, approval.scenario, approval.version)
    stands = release_status(ports, approval.scenario, approval.version)
    if json:
        as_json({**shown(decided.approval), "repeated": decided.repeated, "release": stands})
        return
    before = " before" if decided.repeated else ""
    first = "approved" if approval.state == "used" else approval.state
    out.print(
        f"{approval.model} was {first}{before} for {approval.environment} by {approval.decided_by}.", markup=False
    )
    out.print(f"{stands['status']}: {stands['reason']}", markup=False, soft_wrap=True)


def go_on(ports: Ports, scenario: str, version: int) -> None:
    """Go on with the release of a version, and score the windows that became due by it."""
    for window in dispatch.on_event(ports, model_message(scenario, version)):
        dispatch.on_window(ports, window)


def gate_show(model: ModelName, json: Json = False) -> None:
    """Every check of a version's certificate: value, threshold, verdict and reason."""
    session = Session()
    ref = model_ref(model)
    session.scenario(ref.name)
    found = find_model(session.ports, ref.name, ref.version)
    verdict = session.ports.release.deployments.verdict(found)
    if verdict is None:
        raise Missing(f"{found.id} has no certificate yet: its gate has not judged it.")
    rows = [(one.name, one.verdict, one.value, one.threshold, one.reason) for one in verdict.checks]
    facts = {"passed": verdict.passed, "verdict": verdict.state, "reason": verdict.reason, "digest": verdict.digest}
    value = {**plain(verdict), **facts, "file": certificate_path(session.ports, found, verdict.generation)}
    columns = ("check", "verdict", "value", "threshold", "reason")
    show(
        json_output=json,
        value=value,
        title=f"{found.id} {verdict.told}; certificate {verdict.digest[:12]}",
        columns=columns,
        rows=rows,
    )


def gate_override(
    model: ModelName,
    reason: Annotated[str, typer.Option(help="Why it shall serve in spite of its gate.")],
    by: By = "unknown",
    json: Json = False,
) -> None:
    """Ask that a version that did not pass serves all the same; another person has to approve it."""
    session = Session()
    ref = model_ref(model)
    session.scenario(ref.name)
    request = override(session.ports, find_model(session.ports, ref.name, ref.version), by=by, reason=reason)
    if json:
        as_json({"approval": request, "model": model, "by": by, "reason": reason})
        return
    out.print(f"{model} waits for approval {request} by somebody else than {by}.", markup=False)


def rollout_list(
    scenario: Annotated[str | None, typer.Argument(help="Only this scenario.")] = None, json: Json = False
) -> None:
    """Every change of every rollout, oldest first."""
    session = Session()
    found = session.ports.release.rollouts.list(session.named(scenario))
    rows = [(one.model, one.environment, one.number, one.state, one.share, one.by, one.reason, one.at) for one in found]
    columns = ("candidate", "environment", "change", "state", "share %", "by", "reason", "at")
    show(json_output=json, value=found, title="Rollouts", columns=columns, rows=rows)


def rollout_show(scenario: ScenarioName, json: Json = False) -> None:
    """The candidate that is being tried or has just reached full service, and the verdict of each health rule."""
    session = Session()
    session.scenario(scenario)
    current, checks, title = _tried(session.ports, scenario)
    rows = [(one.name, one.verdict, one.value, one.threshold, one.reason) for one in checks]
    value: dict[str, Any] = {"rollout": plain(current), "health": plain(checks)}
    columns = ("rule", "verdict", "value", "threshold", "reason")
    show(json_output=json, value=value, title=title, columns=columns, rows=rows)


def _tried(ports: Ports, scenario: str) -> tuple[Rollout, list[Check], str]:
    """The newest change, its verdicts, and what is going on in a few words; Refused when nothing is."""
    current = rollouts.going_on(ports, scenario, ports.release.policies.last(scenario))
    if current is not None:
        title = f"{current.model}: {current.state}, {current.share} % beside generation {current.base}"
        return current, rollouts.health(ports, current), title
    served = watched(ports, scenario)
    if served is None or ports.core.clock() >= served.until:
        raise Refused(f"Nothing is being tried for {scenario}; mlops rollout list {scenario} tells what was.")
    title = f"{served.rollout.model}: full, judged until {served.until:%H:%M} UTC by generation {served.rollout.base}"
    return served.rollout, after(ports, served), title


def rollout_evaluate(json: Json = False) -> None:
    """Judge every candidate now, as each sweep does: on, next step, full service, or out."""
    ports = Session().ports
    changed = [*rollouts.evaluate(ports), *watch_full(ports)]
    for one in changed:
        if not one.going_on:
            go_on(ports, one.scenario, one.version)
    rows = [_row(one) for one in changed]
    show(
        json_output=json, value=changed, title="Changed", columns=("candidate", "state", "share %", "reason"), rows=rows
    )


def _row(rollout: Rollout) -> tuple[str, str, int, str]:
    return rollout.model, rollout.state, rollout.share, rollout.reason
