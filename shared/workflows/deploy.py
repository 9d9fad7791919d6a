"""Deployments: a registered model passes its gate or is refused; generations change by compare-and-set only."""

from __future__ import annotations

import json
from dataclasses import asdict

from shared.domain.events import ModelRegistered
from shared.domain.records import Deployment, Model, Outcome, Verdict
from shared.errors import BadInput, Missing, Refused, Transient
from shared.ports import Ports
from shared.workflows.announce import announce
from shared.workflows.gate import judge

BY_GATE = "gate"


def deploy(ports: Ports, event: ModelRegistered) -> Outcome:
    """Judge the registered version and put it into service; Refused with the failed checks' sentences."""
    scenario = ports.scenarios.get(event.name)
    if scenario is None or not event.version.isdigit():
        return Outcome("ignored", f"Model {event.name}:{event.version} belongs to no scenario.")
    model = ports.registry.find(event.name, int(event.version))
    if model is None:
        raise Transient(f"The registry does not show {event.name}:{event.version} yet.")
    verdict = certify(ports, model)
    facts = {"model": model.id, "dataset": model.dataset, "run": model.run}
    if not verdict.passed:
        ports.registry.judge(model, "refused")
        return Outcome("refused", f"{model.id} is refused: {verdict.reason}", facts)
    ports.registry.judge(model, "accepted")
    deployment = _promote_once(ports, model)
    reason = f"{model.id} passed its gate and serves as generation {deployment.generation}."
    return Outcome("done", reason, {**facts, "generation": deployment.generation})


def certify(ports: Ports, model: Model) -> Verdict:
    """The verdict of the model, made once and kept in SQL and beside the model."""
    verdict = ports.deployments.verdict(model)
    if verdict is None:
        verdict = judge(ports, ports.scenarios[model.name], model)
        ports.lake.put(f"{model.folder}gate.json", json.dumps(asdict(verdict), indent=1).encode())
        ports.deployments.certify(model, verdict)
    return verdict


def _promote_once(ports: Ports, model: Model) -> Deployment:
    """The gate promotes a version once: after a rollback a repeated event must not bring it back."""
    for deployment in ports.deployments.list(model.name):
        if deployment.version == model.version and deployment.by == BY_GATE:
            return deployment
    return promote(ports, model, by=BY_GATE, reason="The gate passed.")


def promote(ports: Ports, model: Model, *, by: str, reason: str) -> Deployment:
    """Make the model the next generation; Refused without a passed gate, Conflict when somebody was faster."""
    current = ports.deployments.current(model.name)
    if current is not None and current.version == model.version:
        raise Refused(f"{model.id} serves already, as generation {current.generation}.")
    verdict = ports.deployments.verdict(model)
    if verdict is None or not verdict.passed or verdict.sha256 != model.sha256:
        why = verdict.reason if verdict else "It has no gate verdict."
        raise Refused(f"{model.id} may not serve: {why}")
    return _next(ports, model, by, reason)


def rollback(ports: Ports, scenario: str, *, by: str, reason: str) -> Deployment:
    """A new generation that points to the model that served before the current one."""
    history = ports.deployments.list(scenario)
    if not history:
        raise Missing(f"Nothing is deployed for {scenario}; there is nothing to roll back.")
    earlier = [one for one in history if one.sha256 != history[-1].sha256]
    if not earlier:
        raise Refused(f"{scenario} has only ever served {history[-1].model}:{history[-1].version}.")
    return _next(ports, find_model(ports, scenario, earlier[-1].version), by, reason)


def find_model(ports: Ports, name: str, version: int) -> Model:
    """The model version; BadInput names the versions there are."""
    model = ports.registry.find(name, version)
    if model is None:
        versions = ", ".join(str(one.version) for one in ports.registry.list(name)) or "none"
        raise BadInput(f"There is no {name}:{version}; registered versions: {versions}.")
    return model


def _next(ports: Ports, model: Model, by: str, reason: str) -> Deployment:
    current = ports.deployments.current(model.name)
    generation = current.generation + 1 if current else 1
    wanted = Deployment(
        scenario=model.name,
        generation=generation,
        model=model.name,
        version=model.version,
        sha256=model.sha256,
        at=ports.clock(),
        by=by,
        reason=reason,
    )
    deployment = ports.deployments.promote(wanted)
    subject = f"deployments/{model.name}/{generation}"
    announce(ports, "ModelDeployed", subject, {"model": model.id, "generation": generation, "by": by})
    ports.ledger.note("deployment", f"{model.name}/{generation}", "done", f"{model.id} serves. {reason}")
    return deployment
