"""The facts that a retrain decision depends on: open runs, earlier trainings and what they brought, new rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.datasets.version import DatasetVersion
from shared.monitoring.retrain_decision import RetrainDecision, RetrainReason, RetrainVerdict
from shared.monitoring.retrain_rules import (
    NEEDS_NEW_ROWS,
    RATE_LIMITED,
    NewRows,
    PastTraining,
    RetrainContext,
    RetrainTrigger,
    is_rate_limited,
)
from shared.training.run import RunState

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts

_OPEN: tuple[RunState, ...] = ("requested", "running")


def retrain_context(ports: MonitoringPorts, scenario: Scenario, trigger: RetrainTrigger) -> RetrainContext:
    """What the decision on that trigger depends on at this moment."""
    open_runs = ports.training.runs.list(scenario.name, states=_OPEN)
    newest = ports.training.runs.newest(scenario.name)
    return RetrainContext(
        now=ports.core.clock(),
        open_run=open_runs[0].id if open_runs else "",
        last_run_at=newest.created_at if newest else None,
        dataset="".join(ports.datasets.versions.ids(scenario.name)[-1:]),
        automatic=_automatic(ports, scenario) if is_rate_limited(trigger, scenario.retrain) else (),
        new=new_rows(ports, scenario) if trigger.reason in NEEDS_NEW_ROWS else None,
    )


def new_rows(ports: MonitoringPorts, scenario: Scenario, but: str = "") -> NewRows | None:
    """What the newest dataset holds that the newest model has not learned from; None before the first model.

    The model of run `but` is left out: of a run that was requested already, what was new when it was.
    """
    models = [model for model in ports.training.registry.list(scenario.name) if model.run != but]
    learned = ports.datasets.versions.find(scenario.name, models[-1].dataset) if models else None
    newest = ports.datasets.versions.newest(scenario.name) if learned else None
    if newest is None:
        return None
    news = newest.news_since(learned)
    return NewRows(news.parts, news.rows, models[-1].id)


def is_feedback(ports: MonitoringPorts, scenario: Scenario, dataset: DatasetVersion) -> bool:
    """Whether all that came since the last training are scored rows whose labels have come."""
    return dataset.news_since(_trained_before(ports, scenario, dataset)).kinds == {"feedback"}


def _trained_before(ports: MonitoringPorts, scenario: Scenario, dataset: DatasetVersion) -> DatasetVersion | None:
    """The newest other version that was trained on."""
    trained = {*ports.training.runs.datasets(scenario.name)} - {dataset.id}
    before = next((one for one in reversed(ports.datasets.versions.ids(scenario.name)) if one in trained), None)
    return None if before is None else ports.datasets.versions.find(scenario.name, before)


def _automatic(ports: MonitoringPorts, scenario: Scenario) -> list[PastTraining]:
    """The automatic trainings since a person last requested one, oldest first."""
    found: list[RetrainDecision] = []
    for decision in ports.monitoring.decisions.list(scenario.name, decided=RetrainVerdict.RETRAIN):
        if decision.reason == RetrainReason.PERSON:
            found.clear()
        elif decision.reason in RATE_LIMITED:
            found.append(decision)
    # What the older ones brought is not asked.
    judged = len(found) - scenario.retrain.stop_after
    return [
        PastTraining(one.at, _improved(ports, scenario, one.run) if place >= judged else None)
        for place, one in enumerate(found)
    ]


def _improved(ports: MonitoringPorts, scenario: Scenario, run_id: str) -> bool | None:
    """Whether the run's model came into service and gained; None while that is not known."""
    run = ports.training.runs.find(run_id)
    if run is None or run.state == "failed":
        return False
    models = [model for model in ports.training.registry.list(scenario.name) if model.run == run_id]
    if not models:
        return None
    if models[-1].state == "refused":
        return False
    deployments = ports.release.deployments.list(scenario.name)
    generations = [deployment.generation for deployment in deployments if deployment.version == models[-1].version]
    cards = {card.generation: card.realised_gain for card in ports.monitoring.scorecards.list(scenario.name)}
    gains = [gain for generation in generations if (gain := cards.get(generation)) is not None]
    if gains:
        return gains[-1] > 0
    return True if generations else None


def too_few_rows(ports: MonitoringPorts, scenario: Scenario, dataset: DatasetVersion) -> str:
    """Why the rows that came since the last training are not enough; empty when they are."""
    if not scenario.retrain.new_rows:
        return ""
    before, least = _trained_before(ports, scenario, dataset), scenario.retrain.new_rows
    if before is None or (rows := dataset.news_since(before).rows) >= least:
        return ""
    return (
        f"Not retrained because {counted(rows, 'new row is', 'new rows are')} fewer "
        f"than the {least} that this scenario waits for."
    )
