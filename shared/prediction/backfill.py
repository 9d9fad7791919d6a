"""Score past windows again on purpose: each as a further version of its window, which replaces no row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.errors import BadInput, Refused
from shared.core.lake_reading import read_json
from shared.core.paths import plan_path
from shared.core.scenario import Scenario
from shared.prediction.revision import Correction
from shared.prediction.telemetry_span import Late
from shared.prediction.telemetry_windows import late_correction, late_rows
from shared.prediction.window import Window
from shared.prediction.windows import Due
from shared.serving.deployment import Deployment
from shared.training.model import ModelRef
from shared.training.stored_models import find_model

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts


@dataclass(frozen=True, slots=True)
class Backfill:
    """What is asked for: the windows planned in [start, end), and who scores them.

    The champion of each window's own time; of the time `as_of`; or the registered version `model` (`name:version`).
    """

    scenario: Scenario
    start: datetime
    end: datetime
    by: str
    reason: str
    as_of: datetime | None = None
    model: str = ""
    again: bool = False


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of one window: scored again by `model`, or left as it is; `reason` says why."""

    window: str
    model: str
    reason: str
    correction: Correction | None = None


def plan_backfill(ports: PredictionPorts, asked: Backfill) -> list[Step]:
    """A step for every window of that time, oldest first; nothing is changed yet."""
    if asked.start >= asked.end:
        raise BadInput(f"The time from {asked.start} to {asked.end} is empty; accepted: --from before --to.")
    if asked.as_of is not None and asked.model:
        raise BadInput("One model scores: accepted: --as-of or --model, not both.")
    named = _named(ports, asked) if asked.model else None
    corrections = ports.prediction.corrections.list(asked.scenario.name)
    further = {one.window for one in corrections}
    windows = [one for one in ports.prediction.windows.list(asked.scenario.name) if one.id not in further]
    inside = [one for one in windows if asked.start <= one.created_at < asked.end]
    return [_step(ports, asked, window, named, corrections) for window in inside]


def late_steps(ports: PredictionPorts, scenario: Scenario, by: str) -> list[Step]:
    """A step for every telemetry window that has more rows now than when it was read."""
    if scenario.batch.source != "telemetry":
        raise BadInput(f"{scenario.name} predicts drops, each once it is whole; only telemetry has late rows.")
    return [_late(ports, scenario, late, by) for late in late_rows(ports, scenario)]


def _late(ports: PredictionPorts, scenario: Scenario, late: Late, by: str) -> Step:
    correction = late_correction(ports, scenario, late, by)
    span = f"{late.recorded.span.start:%Y-%m-%dT%H:%M:%SZ} to {late.recorded.span.end:%Y-%m-%dT%H:%M:%SZ}"
    if correction is None:
        return Step(
            late.recorded.window or span, "", f"left: {late.rows} late row(s), but the window was not scored yet"
        )
    model = correction.deployment.model_id
    return Step(correction.base, model, f"is scored again by {model} with {late.rows} late row(s)", correction)


def begin(ports: PredictionPorts, steps: Sequence[Step]) -> list[Due]:
    """Plan the corrections, durably: from here on the queue and the timers finish them whatever happens."""
    planned = [ports.prediction.corrections.plan(step.correction) for step in steps if step.correction is not None]
    return [Due(one.scenario, one.window) for one in planned]


def correct(
    ports: PredictionPorts, window: Window, inputs: Sequence[str], deployment: Deployment, why: tuple[str, str]
) -> Correction:
    """A correction of the window; its name and number are given when it is planned."""
    by, reason = why
    return Correction(
        window.scenario,
        "",
        window.id,
        0,
        tuple(inputs),
        deployment,
        by=by,
        reason=reason,
        created_at=ports.core.clock(),
    )


def _step(
    ports: PredictionPorts, asked: Backfill, window: Window, named: Deployment | None, corrections: Sequence[Correction]
) -> Step:
    if ports.prediction.predictions.committed(window.scenario, window.id) is None:
        return Step(window.id, "", f"left: it was never committed; it is {window.state}. {window.reason}".rstrip())
    when = asked.as_of or window.created_at
    deployment = named or deployed_at(ports, asked.scenario.name, when)
    if deployment is None:
        return Step(window.id, "", f"left: nothing was deployed at {when:%Y-%m-%dT%H:%M:%SZ}")
    model = deployment.model_id
    inputs = read_json(ports, plan_path(window.scenario, window.id))["inputs"]
    wanted = correct(ports, window, inputs, deployment, (asked.by, asked.reason))
    known = None if asked.again else _made(ports, wanted, corrections)
    if known is not None:
        return Step(window.id, model, f"left: version {known.number} was made by this model of the same files already")
    return Step(window.id, model, f"is scored again by {model}", wanted)


def _made(ports: PredictionPorts, wanted: Correction, corrections: Sequence[Correction]) -> Correction | None:
    """The newest committed correction of the window, when it is this very work."""
    versions = [one for one in corrections if one.base == wanted.base]
    done = [one for one in versions if ports.prediction.predictions.committed(one.scenario, one.window) is not None]
    if not done or (done[-1].deployment.sha256, done[-1].inputs) != (wanted.deployment.sha256, wanted.inputs):
        return None
    return done[-1]


def deployed_at(ports: PredictionPorts, scenario: str, when: datetime) -> Deployment | None:
    """What served at that time, by the generations' own times."""
    served = [one for one in ports.release.deployments.list(scenario) if one.at <= when]
    return served[-1] if served else None


def _named(ports: PredictionPorts, asked: Backfill) -> Deployment:
    """The named version as it was deployed last, or as generation 0; Refused when its gate did not let it pass."""
    ref = ModelRef.parse(asked.model)
    if ref is None or ref.name != asked.scenario.name:
        raise BadInput(
            f"{asked.model!r} is no model of {asked.scenario.name}; accepted: {asked.scenario.name}:<version>."
        )
    model = find_model(ports, ref.name, ref.version)
    verdict = ports.release.deployments.verdict(model)
    if verdict is None or not verdict.passed:
        why = verdict.reason if verdict else "It has no gate verdict."
        raise Refused(f"{model.id} may not score: {why}")
    served = [one for one in ports.release.deployments.list(ref.name) if one.sha256 == model.sha256]
    if served:
        return served[-1]
    return Deployment(ref.name, 0, ref.name, model.version, model.sha256, ports.core.clock(), asked.by, asked.reason)
