"""Scorecards: for each promotion the predicted and the realised gain, its duration and its cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from statistics import fmean
from typing import TYPE_CHECKING

from shared.core.ledger import Entry, State
from shared.core.scenario import Scenario
from shared.monitoring.measures import QualityMeasure, Scorecard
from shared.monitoring.quality import is_judged, metric_of
from shared.prediction.window import split_input
from shared.serving.deployment import Deployment
from shared.training.metrics import LARGER_IS_BETTER
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


def compute_scorecards(ports: MonitoringPorts, scenario: Scenario) -> list[Scorecard]:
    """Compute and keep the scorecard of every generation; a repeat gives the same numbers."""
    history = ports.release.deployments.list(scenario.name)
    entries = ports.core.history.why(f"{scenario.name}") if history else ()
    cards = []
    for place, deployment in enumerate(history):
        model = ports.training.registry.find(deployment.model, deployment.version)
        if model is not None:
            card = _card(ports, scenario, model, history[: place + 1], entries)
            ports.monitoring.scorecards.put(card)
            cards.append(card)
    return cards


def _card(
    ports: MonitoringPorts, scenario: Scenario, model: Model, history: Sequence[Deployment], entries: Sequence[Entry]
) -> Scorecard:
    deployment, metric = history[-1], metric_of(scenario)
    before = history[-2] if len(history) > 1 else None
    after, earlier = (_qualities(ports, scenario, generation) for generation in (deployment, before))
    predicted, reason = _predicted(ports, scenario, model)
    event_at = _data_event(ports, scenario.name, model)
    seconds = _seconds(ports, scenario, model, entries)
    prices = ports.monitoring.prices
    return Scorecard(
        scenario=scenario.name,
        generation=deployment.generation,
        model=model.id,
        metric=metric,
        promoted_at=deployment.at,
        predicted_gain=predicted,
        realised_gain=_realised(metric, after, earlier),
        windows_before=len(earlier),
        windows_after=len(after),
        data_event_at=event_at,
        hours_to_production=None if event_at is None else (deployment.at - event_at).total_seconds() / 3600,
        seconds=seconds,
        cost={stage: round(prices.cost(stage, spent), 6) for stage, spent in seconds.items()},
        timers={
            timer.name: {"fired": timer.fired, "late": timer.late} for timer in ports.monitoring.scorecards.heartbeats()
        },
        reason=reason,
        computed_at=ports.core.clock(),
    )


def _qualities(ports: MonitoringPorts, scenario: Scenario, deployment: Deployment | None) -> list[QualityMeasure]:
    """The judged windows of the generation's model."""
    if deployment is None:
        return []
    model = deployment.model_id
    latest = ports.monitoring.qualities.latest(scenario.name)
    return [quality for quality in latest if quality.model == model and is_judged(quality)]


def _realised(metric: str, mine: Sequence[QualityMeasure], theirs: Sequence[QualityMeasure]) -> float | None:
    """The average quality of the windows since the promotion minus that of the windows before; None without both."""
    after = [quality.value for quality in mine if quality.value is not None]
    before = [quality.value for quality in theirs if quality.value is not None]
    if not after or not before:
        return None
    return _signed(metric, fmean(after) - fmean(before))


def _predicted(ports: MonitoringPorts, scenario: Scenario, model: Model) -> tuple[float | None, str]:
    """The gain that the gate measured on the holdout; without one None and the reason."""
    verdict = ports.release.deployments.verdict(model)
    checks = [check for check in verdict.checks if check.name == "champion"] if verdict else []
    if not checks:
        return None, "The gate made no comparison with a champion."
    value, champion = checks[0].value, checks[0].threshold
    if not isinstance(value, float | int) or not isinstance(champion, float | int):
        return None, checks[0].reason
    return _signed(scenario.metric, value - champion), ""


def _signed(metric: str, difference: float) -> float:
    return difference if LARGER_IS_BETTER.get(metric, True) else -difference


def _data_event(ports: MonitoringPorts, scenario: str, model: Model) -> datetime | None:
    """When the last file of the model's data landed."""
    dataset = ports.datasets.versions.find(scenario, model.dataset)
    if dataset is None:
        return None
    blobs = [ports.core.lake.stat(split_input(source)[0]) for source in dataset.sources]
    times = [blob.modified for blob in blobs if blob is not None]
    return min([max(times), dataset.created_at]) if times else dataset.created_at


def _seconds(ports: MonitoringPorts, scenario: Scenario, model: Model, entries: Sequence[Entry]) -> Mapping[str, float]:
    """Seconds of work by stage, between the beginning and the end of each piece in the ledger."""
    dataset, run = ports.datasets.versions.find(scenario.name, model.dataset), ports.training.runs.find(model.run)
    # The drop that the version was made for comes last among those that it holds.
    drop = f"{scenario.name}/{dataset.drops[-1]}@" if dataset is not None and dataset.drops else ""
    drops = {entry.key for entry in entries if drop and entry.key.startswith(drop)}
    windows = {
        f"{scenario.name}/{commit.window}"
        for commit in ports.prediction.predictions.commits(scenario.name)
        if commit.model == model.id
    }
    seconds = {
        "ingest": _worked(entries, "drop", drops),
        "train": 0.0 if run is None else (run.updated_at - run.created_at).total_seconds(),
        "gate": _worked(entries, "model", {model.id}),
        "score": _worked(entries, "window", windows),
    }
    return {stage: round(value, 3) for stage, value in seconds.items()}


def _worked(entries: Sequence[Entry], kind: str, keys: set[str]) -> float:
    """The sum of the times from each beginning to the end that follows it; entries come oldest first."""
    began: dict[str, datetime] = {}
    total = 0.0
    for entry in entries:
        if entry.kind != kind or entry.key not in keys:
            continue
        if entry.state == State.IN_PROGRESS:
            began[entry.key] = entry.at
        elif entry.key in began:
            total += (entry.at - began.pop(entry.key)).total_seconds()
    return total
