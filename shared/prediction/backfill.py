"""Backfill: score past windows again on request, each as a further version of its window, which replaces no row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.errors import BadInput, Refused
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.prediction.plans import read_plan
from shared.prediction.revision import Correction
from shared.prediction.telemetry_span import LateRows
from shared.prediction.telemetry_windows import late_correction, late_rows
from shared.prediction.window import Window
from shared.prediction.windows import DueWindow
from shared.release.served_graph import chosen_graph
from shared.serving.deployment import Deployment
from shared.training.model import ModelRef
from shared.training.stored_models import find_model

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts


@dataclass(frozen=True, slots=True)
class BackfillRequest:
    """Score the windows planned in [start, end) again.

    The model is the champion of each window's own time, the champion at `as_of`, or the registered version `model`
    (`name:version`). `repeat` also scores windows that the same model has scored from the same files.
    """

    scenario: Scenario
    start: datetime
    end: datetime
    by: str
    reason: str
    as_of: datetime | None = None
    model: str = ""
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class BackfillStep:
    """What a backfill does with one window: `model` scores it again, or it is left as it is; `reason` says why."""

    window: str
    model: str
    reason: str
    correction: Correction | None = None


def plan_backfill(ports: PredictionPorts, request: BackfillRequest) -> list[BackfillStep]:
    """A step for every window of the requested time, oldest first; this changes nothing."""
    if request.start >= request.end:
        raise BadInput(f"The time from {request.start} to {request.end} is empty; accepted: --from before --to.")
    if request.as_of is not None and request.model:
        raise BadInput("Only one model scores the windows; accepted: --as-of or --model, not both.")
    if request.as_of is not None and request.as_of > ports.core.clock():
        raise BadInput(f"No model has served at {request.as_of} yet; accepted: --as-of a time that has passed.")
    named = _named(ports, request) if request.model else None
    corrections = ports.prediction.corrections.list(request.scenario.name)
    corrected = {correction.window for correction in corrections}
    windows = [
        window
        for window in ports.prediction.windows.list(request.scenario.name)
        if window.id not in corrected and request.start <= window.created_at < request.end
    ]
    return [_step(ports, request, window, named, corrections) for window in windows]


def late_steps(ports: PredictionPorts, scenario: Scenario, by: str) -> list[BackfillStep]:
    """A step for every telemetry window that has more rows now than when it was read."""
    if scenario.batch.source != "telemetry":
        raise BadInput(f"{scenario.name} predicts drops, each once it is whole; only telemetry has late rows.")
    return [_late_step(ports, scenario, late, by) for late in late_rows(ports, scenario)]


def _late_step(ports: PredictionPorts, scenario: Scenario, late: LateRows, by: str) -> BackfillStep:
    correction = late_correction(ports, scenario, late, by)
    span = f"{late.recorded.span.start:%Y-%m-%dT%H:%M:%SZ} to {late.recorded.span.end:%Y-%m-%dT%H:%M:%SZ}"
    if correction is None:
        return BackfillStep(
            late.recorded.window or span,
            "",
            f"left: {counted(late.rows, 'late row')}, but the window was not scored yet",
        )
    model = correction.deployment.model_id
    return BackfillStep(
        correction.base, model, f"is scored again by {model} with {counted(late.rows, 'late row')}", correction
    )


def plan_corrections(ports: PredictionPorts, steps: Sequence[BackfillStep]) -> list[DueWindow]:
    """Plan the corrections durably: from then on the queue and the timers finish them."""
    planned = [ports.prediction.corrections.plan(step.correction) for step in steps if step.correction is not None]
    return [DueWindow(correction.scenario, correction.window) for correction in planned]


def _correction(ports: PredictionPorts, request: BackfillRequest, window: Window, deployment: Deployment) -> Correction:
    """A correction of the window from the inputs of its plan; `plan_corrections` gives it its name and number."""
    return Correction(
        scenario=window.scenario,
        window="",
        base=window.id,
        number=0,
        inputs=read_plan(ports, window.scenario, window.id).inputs,
        deployment=deployment,
        by=request.by,
        reason=request.reason,
        created_at=ports.core.clock(),
    )


def _step(
    ports: PredictionPorts,
    request: BackfillRequest,
    window: Window,
    named: Deployment | None,
    corrections: Sequence[Correction],
) -> BackfillStep:
    if ports.prediction.predictions.find_commit(window.scenario, window.id) is None:
        return BackfillStep(
            window.id, "", f"left: it was never committed; it is {window.state}. {window.reason}".rstrip()
        )
    when = request.as_of or window.created_at
    deployment = named or deployed_at(ports, request.scenario.name, when)
    if deployment is None:
        return BackfillStep(window.id, "", f"left: nothing was deployed at {when:%Y-%m-%dT%H:%M:%SZ}")
    model = deployment.model_id
    correction = _correction(ports, request, window, deployment)
    done = None if request.repeat else _done_before(ports, correction, corrections)
    if done is not None:
        return BackfillStep(
            window.id, model, f"left: this model has made version {done.number} from the same files already"
        )
    return BackfillStep(window.id, model, f"is scored again by {model}", correction)


def _done_before(ports: PredictionPorts, wanted: Correction, corrections: Sequence[Correction]) -> Correction | None:
    """The newest committed correction of the window, when it has the same model and inputs."""
    versions = [version for version in corrections if version.base == wanted.base]
    predictions = ports.prediction.predictions
    done = [version for version in versions if predictions.find_commit(version.scenario, version.window) is not None]
    if not done or (done[-1].deployment.sha256, done[-1].inputs) != (wanted.deployment.sha256, wanted.inputs):
        return None
    return done[-1]


def deployed_at(ports: PredictionPorts, scenario: str, when: datetime) -> Deployment | None:
    """The deployment of that time; None when there was none."""
    earlier = [deployment for deployment in ports.release.deployments.list(scenario) if deployment.at <= when]
    return earlier[-1] if earlier else None


def _named(ports: PredictionPorts, request: BackfillRequest) -> Deployment:
    """The last deployment of the named version, or generation 0 of it; Refused when it did not pass its gate."""
    ref = ModelRef.parse(request.model)
    if ref is None or ref.name != request.scenario.name:
        raise BadInput(
            f"{request.model!r} is not a model of {request.scenario.name}; accepted: {request.scenario.name}:<version>."
        )
    model = find_model(ports, ref.name, ref.version)
    verdict = ports.release.deployments.verdict(model)
    if verdict is None or not verdict.passed:
        why = verdict.reason if verdict else "It has no gate verdict."
        raise Refused(f"{model.id} may not score: {why}")
    deployments = [
        deployment
        for deployment in ports.release.deployments.list(ref.name)
        if deployment.sha256 in model.digests and deployment.version == model.version
    ]
    if deployments:
        return deployments[-1]
    served = chosen_graph(ports, model, verdict)
    return Deployment(
        ref.name, 0, ref.name, model.version, served.sha256, ports.core.clock(), request.by, request.reason
    )
