"""Training runs: requested once per dataset version, watched, restarted once when their worker is lost, then failed."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Corrupt, Missing, Transient
from shared.core.ledger import Kind, Outcome, State
from shared.core.wording import counted
from shared.datasets.assets import write_assets
from shared.datasets.version import DatasetVersion
from shared.profiles.history import add_to_history
from shared.profiles.version_report import keep_baseline
from shared.training.options.run_options import NOTHING, RunOptions
from shared.training.registration import register
from shared.training.run import Run

if TYPE_CHECKING:
    from shared.training.ports import TrainingPorts


# Part of the request key: a changed pipeline may train the same dataset again.
PIPELINE_VERSION = "1"
MAX_ATTEMPTS = 2
# Longer than any attempt works: a worker that has not ended by then hangs.
DEADLINE = timedelta(hours=4)


def request_training(
    ports: TrainingPorts, dataset: DatasetVersion, *, force: str = "", profile: str = "", options: RunOptions = NOTHING
) -> Run:
    """The run of this dataset version, started unless it has been; `force` is a key that requests another one.

    What `profile` and `options` leave open is as the settings say. BadInput when the scenario cannot be trained so.
    """
    asked = options.over(ports.training.options.get(dataset.scenario, NOTHING))
    scenario = ports.core.scenarios.get(dataset.scenario)
    request = "/".join(part for part in (dataset.scenario, dataset.id, PIPELINE_VERSION, force) if part)
    suffix = hashlib.sha256(request.encode()).hexdigest()[:8]
    now = ports.core.clock()
    new = Run(
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
        options=asked.checked(scenario) if scenario else asked,
    )
    run = ports.training.runs.request(new)
    if run.state == "requested":
        ports.core.ledger.note(Kind.TRAIN, run.id, State.REQUESTED, f"Training of dataset {dataset.id} was requested.")
        add_to_history(ports, dataset)
        keep_baseline(ports, dataset)
        write_assets(ports, dataset)
        ports.training.trainer.submit(run)
    return run


def resume_training(ports: TrainingPorts, scenario: str) -> Run:
    """Start the scenario's newest run again where it ended: steps that are complete are not repeated.

    A run whose worker is alive is left alone; Missing without a run, Conflict when the newest has completed.
    """
    run = ports.training.runs.newest(scenario)
    if run is None:
        raise Missing(f"{scenario} has no training run yet; there is nothing to resume.")
    if run.state == "completed":
        raise Conflict(f"Run {run.id} has completed: {run.reason} There is nothing to resume.")
    if ports.training.trainer.alive(run):
        return run
    reason = f"The run is resumed as attempt {run.attempts + 1}."
    if ports.training.runs.move(run.id, run.state, "requested", reason, attempts=run.attempts + 1):
        ports.core.ledger.note(Kind.TRAIN, run.id, State.REQUESTED, reason)
        run = replace(run, state="requested", attempts=run.attempts + 1)
        ports.training.trainer.submit(run)
    return run


def watch_runs(ports: TrainingPorts) -> list[Run]:
    """Collect runs that ended elsewhere; start a run whose worker is lost once more, then fail it.

    Returns the runs that changed. A run whose service does not answer is noted and asked about again by the next sweep.
    """
    open_runs = ports.training.runs.list(states=("requested", "running"))
    return [changed for run in open_runs if (changed := _watch(ports, run))]


def _watch(ports: TrainingPorts, run: Run) -> Run | None:
    try:
        if _collect(ports, run):
            return run
        if not ports.training.trainer.alive(run):
            return _handle_lost(ports, run)
        return _end_hung(ports, run)
    except Transient as fault:
        ports.core.ledger.note(Kind.WATCH, run.id, State.WAITING, fault.reason)
        return None


def _end_hung(ports: TrainingPorts, run: Run) -> Run | None:
    """End the worker of a run that has worked past its deadline; the next sweep finds it lost."""
    if run.state != "running" or ports.core.clock() - run.updated_at <= DEADLINE:
        return None
    ports.training.trainer.cancel(run)
    hours = DEADLINE.total_seconds() / 3600
    ports.core.ledger.note(Kind.TRAIN, run.id, State.REQUESTED, f"The worker hung for {hours:g} h and was ended.")
    return run


def _collect(ports: TrainingPorts, run: Run) -> bool:
    """Whether the run ended elsewhere: its model is registered now, or it has failed because it left none."""
    try:
        artefact = ports.training.trainer.result(run)
    except Corrupt as fault:
        return _fail(ports, run, fault.reason)
    if artefact is None:
        return False
    reason = f"Registered as {register(ports, artefact).id}."
    if ports.training.runs.move(run.id, run.state, "completed", reason):
        ports.core.ledger.note(Kind.TRAIN, run.id, State.DONE, reason)
    return True


def _fail(ports: TrainingPorts, run: Run, reason: str) -> bool:
    if ports.training.runs.move(run.id, run.state, "failed", reason):
        ports.core.ledger.note(Kind.TRAIN, run.id, State.FAILED, reason)
    return True


def _handle_lost(ports: TrainingPorts, listed: Run) -> Run:
    # Read again: the run may have ended since it was listed.
    run = ports.training.runs.find(listed.id)
    if run is None or run.state not in ("requested", "running"):
        return listed
    models = [model for model in ports.training.registry.list(run.scenario) if model.run == run.id]
    if models:
        ports.training.runs.move(run.id, run.state, "completed", f"Registered as {models[-1].id}.")
        return run
    if run.state == "requested" and not ports.training.trainer.started(run):
        ports.training.trainer.submit(run)
        return run
    return _restart(ports, run)


def _restart(ports: TrainingPorts, run: Run) -> Run:
    if run.attempts >= MAX_ATTEMPTS:
        reason = (
            f"The training worker was lost {counted(run.attempts, 'time')}; "
            "the run is given up. Its log lies with the run."
        )
        _fail(ports, run, reason)
        return run
    reason = f"The training worker was lost; attempt {run.attempts + 1} was started."
    if ports.training.runs.move(run.id, run.state, "requested", reason, attempts=run.attempts + 1):
        ports.core.ledger.note(Kind.TRAIN, run.id, State.REQUESTED, reason)
        ports.training.trainer.submit(replace(run, state="requested", attempts=run.attempts + 1))
    return run


def run_ended(ports: TrainingPorts, name: str, status: str) -> Outcome:
    """Record that a run reached a final status elsewhere; `name` is the run's or that of one of its attempts."""
    run = ports.training.runs.find(name) or ports.training.runs.find(name.rpartition("-")[0])
    if run is None:
        return Outcome(State.IGNORED, f"Run {name} is not a run of this system.")
    facts = {"run": run.id}
    if name not in (run.id, run.attempt_name):
        reason = f"{name} ended as {status}; attempt {run.attempts} of run {run.id} is newer."
        return Outcome(State.SUPERSEDED, reason, facts)
    if run.state in ("requested", "running"):
        if status != "completed":
            _fail(ports, run, f"The training service reports the run as {status}.")
        else:
            _collect(ports, run)
        run = ports.training.runs.find(run.id) or run
    state = State.FAILED if run.state == "failed" else State.DONE
    return Outcome(state, f"Run {run.id} is {run.state}. {run.reason}".strip(), facts)
