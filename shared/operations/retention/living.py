"""What of a scenario is living: models that serve, could serve again or are being decided on, and what they need."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.ledger import TERMINAL, Kind
from shared.core.scenario import Scenario
from shared.profiles.baseline import read_baseline
from shared.serving.deployment import Deployment
from shared.serving.generation_line import rollback_target
from shared.training.model import Model
from shared.training.run import RunState

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts

# The generation that serves and the one before it, which people still ask about.
_GENERATIONS = 2
_OPEN: tuple[RunState, ...] = ("requested", "running")


def needed_datasets(ports: OperationsPorts, scenario: Scenario) -> frozenset[str]:
    """The dataset versions that something living, or a commit that is kept, names."""
    name = scenario.name
    living = living_versions(ports, name)
    models = [model for model in ports.training.registry.list(name) if model.version in living]
    baseline = read_baseline(ports, name)
    found = {
        ports.datasets.versions.head(name).dataset,
        baseline.dataset if baseline else "",
        *(model.dataset for model in models),
        *(_judged_on(ports, model) for model in models),
        *(commit.dataset for commit in ports.prediction.predictions.commits(name)),
        *(run.dataset for run in ports.training.runs.list(name, states=_OPEN)),
        *(schedule.dataset for schedule in ports.training.schedules.list(name)),
    }
    return frozenset(found | {*ports.datasets.versions.ids(name)[-1:]}) - {""}


def living_versions(ports: OperationsPorts, scenario: str) -> set[int]:
    """The model versions that serve, served before, are tried, await a decision, or came last."""
    return {
        *_deployed(ports, scenario),
        *_tried(ports, scenario),
        *(approval.version for approval in ports.release.approvals.list(scenario) if approval.is_unused),
        *(model.version for model in ports.training.registry.list(scenario) if _is_undecided(ports, model)),
        *(model.version for model in ports.training.registry.list(scenario)[-1:]),
    }


def _deployed(ports: OperationsPorts, scenario: str) -> set[int]:
    """The newest generations of each environment, and the one that a rollback there brings back."""
    histories: dict[str, list[Deployment]] = {}
    for deployment in ports.release.deployments.list(scenario, "*"):
        histories.setdefault(deployment.environment, []).append(deployment)
    newest = {one.version for history in histories.values() for one in history[-_GENERATIONS:]}
    return newest | {target.version for history in histories.values() if (target := rollback_target(history))}


def _tried(ports: OperationsPorts, scenario: str) -> set[int]:
    newest = {rollout.environment: rollout.version for rollout in ports.release.rollouts.list(scenario)}
    return set(newest.values())


def _is_undecided(ports: OperationsPorts, model: Model) -> bool:
    entry = ports.core.history.find(Kind.MODEL, model.id)
    return model.state in {"registered", "undecided"} or (entry is not None and entry.state not in TERMINAL)


def _judged_on(ports: OperationsPorts, model: Model) -> str:
    verdict = ports.release.deployments.verdict(model)
    return verdict.judging.dataset if verdict is not None and verdict.judging is not None else ""
