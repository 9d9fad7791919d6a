"""Training on request: submit a run with checked parameters, once per idempotency key, find it, cancel it."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Literal

from msgspec import UNSET

from shared.core.errors import BadInput, Conflict, Fault, Mismatch, Missing
from shared.core.ledger import Entry, Kind, State
from shared.core.scenario import Scenario
from shared.core.strict_json import fit, misfit
from shared.datasets.version import DatasetVersion
from shared.training.options.run_options import LIMITS, NOTHING, WHOLE, RunOptions
from shared.training.run import Run, RunState
from shared.training.runs import request_training
from shared.training.schemas import PRINTABLE, Parameters, RunAnswer, SubmissionBody

if TYPE_CHECKING:
    from shared.training.ports import TrainingPorts


CANCELLED = "Cancelled on request"
# A submission is a few writes; whoever holds its key longer than this is dead.
_TTL = timedelta(minutes=2)
_OPEN: tuple[RunState, ...] = ("requested", "running")


@dataclass(frozen=True, slots=True)
class Submission:
    """A request for a run: of which dataset version (the newest when empty), with which profile and options."""

    experiment: str
    dataset: str
    profile: str
    options: RunOptions = NOTHING

    @property
    def digest(self) -> str:
        """Equal submissions have equal digests."""
        facts: list[Any] = [self.experiment, self.dataset, self.profile]
        if self.options != NOTHING:
            facts.append(self.options.to_json())
        return hashlib.sha256(json.dumps(facts).encode()).hexdigest()


def read_submission(value: Any) -> Submission:
    """The submission in a JSON body; BadInput for a body that is none."""
    return submission_of(fit(value, SubmissionBody))


def submission_of(body: SubmissionBody) -> Submission:
    """The submission of a body that fits; BadInput when its name cannot be printed."""
    if not body.experiment_name.isprintable():
        raise BadInput(misfit("ExperimentName", body.experiment_name, PRINTABLE))
    parameters = body.parameter_assignments
    return Submission(body.experiment_name, parameters.dataset or "", parameters.profile or "", options_of(parameters))


def options_of(parameters: Parameters) -> RunOptions:
    """The options among the parameters of a body."""
    limits = {name: value for name in LIMITS if (value := getattr(parameters, name)) is not UNSET}
    whole = {name: int(limits[name]) for name in WHOLE if name in limits}
    return RunOptions(tuple(parameters.inputs or ()), **(limits | whole))


def submit(ports: TrainingPorts, scenario: Scenario, submission: Submission, key: str) -> Run:
    """Request the run of this submission, once per key; without a key every submission requests another run.

    Mismatch when the key was used for another submission, Conflict while the same one is being worked on.
    """
    dataset = dataset_of(ports, scenario, submission)
    submission.options.checked(scenario)
    name = f"{scenario.name}/{key or uuid.uuid4().hex}"
    claim = ports.core.ledger.claim(Kind.PIPELINE, name, _TTL, submission.digest)
    if isinstance(claim, Entry):
        return _earlier_run(ports, claim, submission)
    try:
        # A worker that died may have requested the run already, of the dataset version that was the newest then.
        run = _requested(ports, scenario, name) or request_training(
            ports, dataset, force=_force(name), profile=submission.profile, options=submission.options
        )
    except Fault as fault:
        # Nothing was started: the same key may be used again.
        ports.core.ledger.release(claim, fault.reason, counts=False)
        raise
    detail = {"run": run.id, "dataset": run.dataset, "digest": submission.digest}
    ports.core.ledger.finish(claim, State.DONE, f"Training run {run.id} was requested.", detail)
    return run


def _earlier_run(ports: TrainingPorts, entry: Entry, submission: Submission) -> Run:
    digest = entry.detail.get("digest") or entry.message
    if digest and digest != submission.digest:
        raise Mismatch("This Idempotency-Key was used with another body; accepted: the same body, or another key.")
    run = ports.training.runs.find(str(entry.detail.get("run", "")))
    if run is None:
        raise Conflict("The same submission is being worked on at this moment; try again in a few seconds.")
    return run


def submitted(ports: TrainingPorts, scenario: Scenario, key: str) -> Run | None:
    """The run that was requested under that key, or None."""
    return _requested(ports, scenario, f"{scenario.name}/{key}")


def _requested(ports: TrainingPorts, scenario: Scenario, name: str) -> Run | None:
    return next(iter(ports.training.runs.list(scenario.name, ending=f"/{_force(name)}")), None)


def _force(name: str) -> str:
    return hashlib.sha256(name.encode(errors="surrogatepass")).hexdigest()[:16]


def dataset_of(ports: TrainingPorts, scenario: Scenario, submission: Submission) -> DatasetVersion:
    """The submission's dataset version; Missing when the scenario has none at all, BadInput when it lacks this one."""
    if not submission.dataset:
        newest = ports.datasets.versions.newest(scenario.name)
        if newest is None:
            raise Missing(f"{scenario.name} has no dataset version yet; drop labelled files first.")
        return newest
    dataset = ports.datasets.versions.find(scenario.name, submission.dataset)
    if dataset is None:
        known = ", ".join(ports.datasets.versions.ids(scenario.name)[-3:]) or "none yet"
        raise BadInput(f"{scenario.name} has no dataset version {submission.dataset[:80]!r}; the newest: {known}.")
    return dataset


def find_run(ports: TrainingPorts, scenario: Scenario, run_id: str) -> Run:
    """The scenario's run; Missing when it has none of that id."""
    run = ports.training.runs.find(run_id)
    if run is None or run.scenario != scenario.name:
        raise Missing(f"{scenario.name} has no training run {run_id[:80]!r}.")
    return run


def cancel(ports: TrainingPorts, scenario: Scenario, run_id: str) -> Run:
    """Cancel the run: its state first, so that nobody starts it again, then its worker. Again changes nothing.

    Conflict when the run had ended by itself.
    """
    run = find_run(ports, scenario, run_id)
    moved = any(ports.training.runs.move(run.id, state, "failed", f"{CANCELLED}.") for state in _OPEN)
    after = find_run(ports, scenario, run_id)
    if moved:
        ports.core.ledger.note(Kind.TRAIN, run.id, State.FAILED, f"{CANCELLED}.")
    if not after.reason.startswith(CANCELLED):
        raise Conflict(f"Run {run.id} is {after.state}: {after.reason} It cannot be cancelled any more.")
    ports.training.trainer.cancel(after)
    return after


def status_of(run: Run) -> Literal[RunState, "cancelled"]:
    """The run's state in words for people; a run that somebody cancelled is not one that failed."""
    return "cancelled" if run.state == "failed" and run.reason.startswith(CANCELLED) else run.state


def run_answer(run: Run) -> RunAnswer:
    """The run as callers read it."""
    return {
        "Id": run.id,
        "Status": status_of(run),
        "Reason": run.reason,
        "Dataset": run.dataset,
        "Profile": run.profile,
        "Options": run.options.to_json(),
        "CreatedAt": run.created_at.isoformat(),
        "UpdatedAt": run.updated_at.isoformat(),
    }
