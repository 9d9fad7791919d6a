"""Scorecards: for each promotion the predicted and the realised gain, its duration and its cost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.core.ledger import Entry, Kind, State
from shared.core.scenario import Scenario
from shared.monitoring.measures import Scorecard
from shared.monitoring.quality import metric_of
from shared.prediction.window import split_input
from shared.serving.deployment import Deployment
from shared.training.metrics import LARGER_IS_BETTER
from shared.training.model import Model

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts

# Windows of a model whose work is timed: more do not make the mean better.
TIMED = 500


def compute_scorecards(ports: MonitoringPorts, scenario: Scenario) -> list[Scorecard]:
    """Compute and keep the scorecard of every generation; a repeat gives the same numbers."""
    history = ports.release.deployments.list(scenario.name)
    kept = {card.generation: card for card in ports.monitoring.scorecards.list(scenario.name)}
    means = ports.monitoring.qualities.means(scenario.name) if history else {}
    cards = []
    for place, deployment in enumerate(history):
        model = ports.training.registry.find(deployment.model, deployment.version)
        if model is None:
            continue
        card = kept.get(deployment.generation)
        if card is None or not _is_settled(ports, scenario, history[place + 1 :]):
            card = _card(ports, scenario, model, history[: place + 1], means)
            ports.monitoring.scorecards.put(card)
        cards.append(card)
    return cards


def _is_settled(ports: MonitoringPorts, scenario: Scenario, later: Sequence[Deployment]) -> bool:
    """Whether the generation was replaced so long ago that its windows have all their labels."""
    horizon = timedelta(hours=2 * scenario.monitoring.horizon_hours)
    return bool(later) and later[0].at + horizon < ports.core.clock()


def _card(
    ports: MonitoringPorts,
    scenario: Scenario,
    model: Model,
    history: Sequence[Deployment],
    means: Mapping[str, tuple[int, float]],
) -> Scorecard:
    deployment, metric = history[-1], metric_of(scenario)
    after = means.get(deployment.model_id)
    earlier = means.get(history[-2].model_id) if len(history) > 1 else None
    predicted, reason = _predicted(ports, scenario, model)
    event_at = _data_event(ports, scenario.name, model)
    seconds = _seconds(ports, scenario, model)
    prices = ports.monitoring.prices
    return Scorecard(
        scenario=scenario.name,
        generation=deployment.generation,
        model=model.id,
        metric=metric,
        promoted_at=deployment.at,
        predicted_gain=predicted,
        realised_gain=_realised(metric, after, earlier),
        windows_before=earlier[0] if earlier else 0,
        windows_after=after[0] if after else 0,
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


def _realised(metric: str, mine: tuple[int, float] | None, theirs: tuple[int, float] | None) -> float | None:
    """The average quality of the windows since the promotion minus that of the windows before; None without both."""
    return None if mine is None or theirs is None else _signed(metric, mine[1] - theirs[1])


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


def _seconds(ports: MonitoringPorts, scenario: Scenario, model: Model) -> Mapping[str, float]:
    """Seconds of work by stage, between the beginning and the end of each piece in the ledger.

    Of a model with more windows than TIMED the newest are timed, and stand for the others.
    """
    history = ports.core.history
    dataset, run = ports.datasets.versions.find(scenario.name, model.dataset), ports.training.runs.find(model.run)
    # The drop that the version was made for comes last among those that it holds.
    drop = f"{scenario.name}/{dataset.drops[-1]}@" if dataset is not None and dataset.drops else ""
    names, number = ports.monitoring.due_windows.of_model(scenario.name, model.id, TIMED)
    windows = history.lines(Kind.WINDOW, [f"{scenario.name}/{name}" for name in names])
    seconds = {
        "ingest": _worked(history.lines(Kind.DROP, begins=drop)),
        "train": 0.0 if run is None else (run.updated_at - run.created_at).total_seconds(),
        "gate": _worked(history.lines(Kind.MODEL, [model.id])),
        "score": _worked(windows) * number / max(1, len(names)),
    }
    return {stage: round(value, 3) for stage, value in seconds.items()}


def _worked(entries: Sequence[Entry]) -> float:
    """The sum of the times from each beginning to the end that follows it; entries come oldest first."""
    began: dict[str, datetime] = {}
    total = 0.0
    for entry in entries:
        if entry.state == State.IN_PROGRESS:
            began[entry.key] = entry.at
        elif entry.key in began:
            total += (entry.at - began.pop(entry.key)).total_seconds()
    return total
