"""`mlops gate` and `mlops rollout`: certificates of versions, and candidates that answer beside the champion."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from local.commands.inspect import model_ref
from local.commands.release import continue_release
from local.console.options import ACCOUNT, By, Json, ScenarioName
from local.console.output import as_json, out, plain, show
from local.console.session import Session
from shared.core.errors import Missing, Refused
from shared.ports import Ports
from shared.release import rollouts
from shared.release.aftercare.post_rollout_watch import judge_watched_generations, watch_checks, watched_generation
from shared.release.gate.certificate import certificate_path
from shared.release.manual_changes import override
from shared.release.verdict import Check
from shared.serving.rollout import Rollout
from shared.training.stored_models import find_model

ModelName = Annotated[str, typer.Argument(help="name:version")]


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
    value = {**plain(verdict), **facts, "file": certificate_path(session.ports, registered, verdict)}
    columns = ("check", "verdict", "value", "threshold", "reason")
    show(
        json_output=json,
        value=value,
        title=f"{registered.id} {verdict.summary}; certificate {verdict.digest[:12]}",
        columns=columns,
        rows=rows,
    )


def gate_override(
    model: ModelName,
    reason: Annotated[str, typer.Option(help="Why the version may serve although its gate failed.")],
    by: By = ACCOUNT,
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
    served = watched_generation(ports, scenario)
    if served is None or ports.core.clock() >= served.until:
        raise Refused(f"No rollout is active for {scenario}; `mlops rollout list {scenario}` lists past ones.")
    title = (
        f"{served.rollout.model}: full, compared with generation {served.rollout.base} until {served.until:%H:%M} UTC"
    )
    return served.rollout, watch_checks(ports, served), title


def rollout_evaluate(json: Json = False) -> None:
    """Evaluate every rollout now, as each sweep does: continue, next step, full service, or rollback."""
    ports = Session().ports
    changed = [*rollouts.judge_rollouts(ports), *judge_watched_generations(ports)]
    for rollout in changed:
        if not rollout.is_active:
            continue_release(ports, rollout.scenario, rollout.version)
    rows = [_row(rollout) for rollout in changed]
    show(
        json_output=json, value=changed, title="Changed", columns=("candidate", "state", "share %", "reason"), rows=rows
    )


def _row(rollout: Rollout) -> tuple[str, str, int, str]:
    return rollout.model, rollout.state, rollout.share, rollout.reason
