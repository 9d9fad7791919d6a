"""Training runs: requested once per dataset version, watched, restarted once when lost, then failed visibly."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Corrupt, Missing, Transient
from shared.core.ledger import Outcome
from shared.datasets.version import DatasetVersion
from shared.profiles.history import remember
from shared.training.run import Run

if TYPE_CHECKING:
    from shared.training.ports import TrainingPorts


# Part of the request key: a changed pipeline may train the same dataset again.
PIPELINE_VERSION = "1"
MAX_ATTEMPTS = 2


def request_training(ports: TrainingPorts, dataset: DatasetVersion, *, force: str = "", profile: str = "") -> Run:
    """The run of this dataset version, started if it has not been; `force` is a key that asks for another one."""
    request = "/".join(part for part in (dataset.scenario, dataset.id, PIPELINE_VERSION, force) if part)
    suffix = hashlib.sha256(request.encode()).hexdigest()[:8]
    now = ports.core.clock()
    wanted = Run(
        id=f"{dataset.scenario}-{dataset.id}-{suffix}",
        scenario=dataset.scenario,
        dataset=dataset.id,
        request=request,
        state="requested",
        attempts=1,
        reason="",
        created_at=now,
        updated_at=now,
        profile=profile or ports.training.profile,
    )
    run = ports.training.runs.request(wanted)
    if run.state == "requested":
        ports.core.ledger.note("train", run.id, "requested", f"Training of dataset {dataset.id} was requested.")
        remember(ports, dataset)
        ports.training.trainer.submit(run)
    return run


def resume_training(ports: TrainingPorts, scenario: str) -> Run:
    """The scenario's newest run, started again where it ended: what its steps have left whole is not made anew.

    One whose worker lives is left alone; Missing without a run, Conflict when the newest has completed.
    """
    runs = ports.training.runs.list(scenario)
    if not runs:
        raise Missing(f"{scenario} has no training run yet; there is nothing to resume.")
    run = runs[-1]
    if run.state == "completed":
        raise Conflict(f"Run {run.id} has completed: {run.reason} There is nothing to resume.")
    if ports.training.trainer.alive(run):
        return run
    reason = f"The run is resumed as attempt {run.attempts + 1}."
    if ports.training.runs.move(run.id, run.state, "requested", reason, attempts=run.attempts + 1):
        ports.core.ledger.note("train", run.id, "requested", reason)
        run = replace(run, state="requested", attempts=run.attempts + 1)
        ports.training.trainer.submit(run)
    return run


def watch_runs(ports: TrainingPorts) -> list[Run]:
    """Collect what ended elsewhere; notice runs whose worker is gone: start them again once, then fail them.

    Returns the runs that changed. What cannot be asked about now is told and asked about again by the next sweep.
    """
    open_runs = [run for run in ports.training.runs.list() if run.state in ("requested", "running")]
    return [changed for run in open_runs if (changed := _watched(ports, run))]


def _watched(ports: TrainingPorts, run: Run) -> Run | None:
    try:
        if _collected(ports, run):
            return run
        return None if ports.training.trainer.alive(run) else _lost(ports, run)
    except Transient as fault:
        ports.core.ledger.note("watch", run.id, "waiting", fault.reason)
        return None


def _collected(ports: TrainingPorts, run: Run) -> bool:
    """Whether the run ended elsewhere and left a model, which is registered now; or left none, and has failed."""
    try:
        artefact = ports.training.trainer.result(run)
    except Corrupt as fault:
        return _fail(ports, run, fault.reason)
    if artefact is None:
        return False
    reason = f"Registered as {ports.training.registry.register(artefact).id}."
    if ports.training.runs.move(run.id, run.state, "completed", reason):
        ports.core.ledger.note("train", run.id, "done", reason)
    return True


def _fail(ports: TrainingPorts, run: Run, reason: str) -> bool:
    if ports.training.runs.move(run.id, run.state, "failed", reason):
        ports.core.ledger.note("train", run.id, "failed", reason)
    return True


def _lost(ports: TrainingPorts, seen: Run) -> Run:
    # Read again: the run may have ended between the listing and the question whether it lives.
    run = ports.training.runs.find(seen.id)
    if run is None or run.state not in ("requested", "running"):
        return seen
    models = [model for model in ports.training.registry.list(run.scenario) if model.run == run.id]
    if models:
        ports.training.runs.move(run.id, run.state, "completed", f"Registered as {models[-1].id}.")
        return run
    if run.state == "requested" and not ports.training.trainer.started(run):
        ports.training.trainer.submit(run)
        return run
    return _again(ports, run)


def _again(ports: TrainingPorts, run: Run) -> Run:
    if run.attempts >= MAX_ATTEMPTS:
        reason = f"The training worker was lost {run.attempts} times; the run is given up. Its log lies with the run."
        _fail(ports, run, reason)
        return run
    reason = f"The training worker was lost; attempt {run.attempts + 1} was started."
    if ports.training.runs.move(run.id, run.state, "requested", reason, attempts=run.attempts + 1):
        ports.core.ledger.note("train", run.id, "requested", reason)
        ports.training.trainer.submit(replace(run, state="requested", attempts=run.attempts + 1))
    return run


def run_ended(ports: TrainingPorts, name: str, status: str) -> Outcome:
    """Record that a run reached a final status elsewhere; `name` is the run's or that of one of its attempts."""
    run = ports.training.runs.find(name) or ports.training.runs.find(name.rpartition("-")[0])
    if run is None:
        return Outcome("ignored", f"Run {name} is not one of ours.")
    facts = {"run": run.id}
    if name not in (run.id, run.attempt_name):
        return Outcome(
            "superseded", f"{name} ended as {status}; attempt {run.attempts} of run {run.id} is newer.", facts
        )
    if run.state in ("requested", "running"):
        if status != "completed":
            _fail(ports, run, f"The training service reports the run as {status}.")
        else:
            _collected(ports, run)
        run = ports.training.runs.find(run.id) or run
    return Outcome(
        "failed" if run.state == "failed" else "done", f"Run {run.id} is {run.state}. {run.reason}".strip(), facts
    )
