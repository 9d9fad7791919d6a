"""Training runs: requested once per dataset version, watched, restarted once when lost, then failed visibly."""

from __future__ import annotations

import hashlib
from dataclasses import replace

from shared.domain.records import DatasetVersion, Outcome, Run
from shared.errors import Conflict, Corrupt, Missing, Transient
from shared.ports import Ports
from shared.workflows.historic import remember

# Part of the request key: a changed pipeline may train the same dataset again.
PIPELINE_VERSION = "1"
MAX_ATTEMPTS = 2


def request_training(ports: Ports, dataset: DatasetVersion, *, force: str = "", profile: str = "") -> Run:
    """The run of this dataset version, started if it has not been; `force` is a key that asks for another one."""
    request = "/".join(part for part in (dataset.scenario, dataset.id, PIPELINE_VERSION, force) if part)
    suffix = hashlib.sha256(request.encode()).hexdigest()[:8]
    now = ports.clock()
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
        profile=profile or ports.training_profile,
    )
    run = ports.runs.request(wanted)
    if run.state == "requested":
        ports.ledger.note("train", run.id, "requested", f"Training of dataset {dataset.id} was requested.")
        remember(ports, dataset)
        ports.trainer.submit(run)
    return run


def resume_training(ports: Ports, scenario: str) -> Run:
    """The scenario's newest run, started again where it ended: what its steps have left whole is not made anew.

    One whose worker lives is left alone; Missing without a run, Conflict when the newest has completed.
    """
    runs = ports.runs.list(scenario)
    if not runs:
        raise Missing(f"{scenario} has no training run yet; there is nothing to resume.")
    run = runs[-1]
    if run.state == "completed":
        raise Conflict(f"Run {run.id} has completed: {run.reason} There is nothing to resume.")
    if ports.trainer.alive(run):
        return run
    reason = f"The run is resumed as attempt {run.attempts + 1}."
    if ports.runs.move(run.id, run.state, "requested", reason, attempts=run.attempts + 1):
        ports.ledger.note("train", run.id, "requested", reason)
        run = replace(run, state="requested", attempts=run.attempts + 1)
        ports.trainer.submit(run)
    return run


def watch_runs(ports: Ports) -> list[Run]:
    """Collect what ended elsewhere; notice runs whose worker is gone: start them again once, then fail them.

    Returns the runs that changed. What cannot be asked about now is told and asked about again by the next sweep.
    """
    open_runs = [run for run in ports.runs.list() if run.state in ("requested", "running")]
    return [changed for run in open_runs if (changed := _watched(ports, run))]


def _watched(ports: Ports, run: Run) -> Run | None:
    try:
        if _collected(ports, run):
            return run
        return None if ports.trainer.alive(run) else _lost(ports, run)
    except Transient as fault:
        ports.ledger.note("watch", run.id, "waiting", fault.reason)
        return None


def _collected(ports: Ports, run: Run) -> bool:
    """Whether the run ended elsewhere and left a model, which is registered now; or left none, and has failed."""
    try:
        artefact = ports.trainer.result(run)
    except Corrupt as fault:
        return _fail(ports, run, fault.reason)
    if artefact is None:
        return False
    reason = f"Registered as {ports.registry.register(artefact).id}."
    if ports.runs.move(run.id, run.state, "completed", reason):
        ports.ledger.note("train", run.id, "done", reason)
    return True


def _fail(ports: Ports, run: Run, reason: str) -> bool:
    if ports.runs.move(run.id, run.state, "failed", reason):
        ports.ledger.note("train", run.id, "failed", reason)
    return True


def _lost(ports: Ports, seen: Run) -> Run:
    # Read again: the run may have ended between the listing and the question whether it lives.
    run = ports.runs.find(seen.id)
    if run is None or run.state not in ("requested", "running"):
        return seen
    models = [model for model in ports.registry.list(run.scenario) if model.run == run.id]
    if models:
        ports.runs.move(run.id, run.state, "completed", f"Registered as {models[-1].id}.")
        return run
    if run.state == "requested" and not ports.trainer.started(run):
        ports.trainer.submit(run)
        return run
    return _again(ports, run)


def _again(ports: Ports, run: Run) -> Run:
    if run.attempts >= MAX_ATTEMPTS:
        reason = f"The training worker was lost {run.attempts} times; the run is given up. Its log lies with the run."
        _fail(ports, run, reason)
        return run
    reason = f"The training worker was lost; attempt {run.attempts + 1} was started."
    if ports.runs.move(run.id, run.state, "requested", reason, attempts=run.attempts + 1):
        ports.ledger.note("train", run.id, "requested", reason)
        ports.trainer.submit(replace(run, state="requested", attempts=run.attempts + 1))
    return run


def run_ended(ports: Ports, name: str, status: str) -> Outcome:
    """Record that a run reached a final status elsewhere; `name` is the run's or that of one of its attempts."""
    run = ports.runs.find(name) or ports.runs.find(name.rpartition("-")[0])
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
        run = ports.runs.find(run.id) or run
    return Outcome(
        "failed" if run.state == "failed" else "done", f"Run {run.id} is {run.state}. {run.reason}".strip(), facts
    )
