"""The retrain governor: every reason to learn again is answered once, and every refusal is recorded with its cause."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.claims import once
from shared.core.ledger import Outcome
from shared.core.notices import announce
from shared.core.scenario import Scenario
from shared.datasets.version import DatasetVersion
from shared.monitoring.measures import RetrainDecision
from shared.monitoring.retraining import (
    HELD,
    Circumstances,
    Past,
    Ruling,
    Wish,
    answered,
    rule,
    wishes_of_breaches,
    wishes_of_time,
)
from shared.training.run import Run
from shared.training.runs import request_training

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


_OPEN = ("requested", "running")


def ask_for_scenario(ports: MonitoringPorts, scenario: Scenario) -> list[RetrainDecision]:
    """Answer every reason there is at this moment; returns the decisions that are new."""
    made = (_answer(ports, scenario, wish) for wish in _wishes(ports, scenario))
    return [decision for decision in made if decision is not None]


def ask_for_data(ports: MonitoringPorts, dataset: DatasetVersion) -> RetrainDecision:
    """What becomes of a new dataset version: trained on at once as the policy stands, or why not (yet)."""
    scenario = ports.core.scenarios[dataset.scenario]
    wish = Wish("new_data", f"data-{dataset.id}", f"dataset {dataset.id} is new")
    if not scenario.retrain.new_data:
        return _keep(ports, scenario, wish, Ruling("not", "Not retrained because new data alone is no reason here."))
    short = _too_few_rows(ports, scenario, dataset)
    if short:
        return _keep(ports, scenario, wish, Ruling("not", short))
    ruling = rule(wish, _circumstances(ports, scenario), scenario.retrain)
    if ruling.decided != "retrain":
        return _keep(ports, scenario, wish, ruling)
    run = request_training(ports, dataset)
    return _keep(ports, scenario, wish, ruling, dataset.id, run.id)


def person_asked(ports: MonitoringPorts, run: Run) -> None:
    """Record that a person had a run made: it ends a chain of automatic ones that brought nothing."""
    scenario = ports.core.scenarios[run.scenario]
    wish = Wish("person", f"person-{run.id}", "a person asked")
    _keep(ports, scenario, wish, Ruling("retrain", "Retrained: a person asked."), run.dataset, run.id)


def _wishes(ports: MonitoringPorts, scenario: Scenario) -> list[Wish]:
    current, runs = ports.release.deployments.current(scenario.name), ports.training.runs.list(scenario.name)
    if current is None:
        return []
    last = runs[-1].created_at if runs else None
    breaches = ports.monitoring.breaches.list(scenario.name)
    return [
        *wishes_of_breaches(breaches, scenario.retrain),
        *wishes_of_time(ports.core.clock(), current.generation, current.at, last, scenario.retrain),
        *_waiting_data(ports, scenario),
    ]


def _waiting_data(ports: MonitoringPorts, scenario: Scenario) -> list[Wish]:
    """The newest dataset, when the policy made it wait and nothing was trained on it since."""
    datasets = ports.datasets.versions.list(scenario.name)
    if not datasets or not scenario.retrain.new_data_waits or not scenario.retrain.new_data:
        return []
    newest = datasets[-1]
    if any(run.dataset == newest.id for run in ports.training.runs.list(scenario.name)):
        return []
    if _too_few_rows(ports, scenario, newest):
        return []
    return [Wish("new_data", f"data-{newest.id}", f"dataset {newest.id} is new")]


def _answer(ports: MonitoringPorts, scenario: Scenario, wish: Wish) -> RetrainDecision | None:
    """The decision; None when this occasion was retrained for already or nothing new is to be said."""
    if answered(ports.monitoring.decisions.list(scenario.name), wish.key):
        return None
    standing = _run_for(ports, scenario, wish)
    if standing is not None:
        # The worker that asked for it died before it could say so.
        return _keep(
            ports, scenario, wish, Ruling("retrain", f"Retrained: {wish.asked}."), standing.dataset, standing.id
        )
    # As many trainings as there were when it was looked: of two that decide at once, one acts.
    seen = len(ports.training.runs.list(scenario.name))
    ruling = rule(wish, _circumstances(ports, scenario), scenario.retrain)
    if ruling.decided != "retrain":
        return _keep(ports, scenario, wish, ruling) if _is_new(ports, scenario, wish, ruling) else None
    result = once(ports, "retrain", f"{scenario.name}/after-{seen}", "", lambda: _train(ports, scenario, wish))
    if not result.acted:
        lost = Ruling("not", f"Not retrained because another decision was made at this moment ({wish.asked}).")
        return _keep(ports, scenario, wish, lost)
    detail = result.outcome.detail
    return _keep(ports, scenario, wish, ruling, str(detail["dataset"]), str(detail["run"]))


def _train(ports: MonitoringPorts, scenario: Scenario, wish: Wish) -> Outcome:
    dataset = ports.datasets.versions.list(scenario.name)[-1]
    run = request_training(ports, dataset, force=wish.key)
    return Outcome("done", f"Run {run.id} was requested: {wish.asked}.", {"dataset": dataset.id, "run": run.id})


def _run_for(ports: MonitoringPorts, scenario: Scenario, wish: Wish) -> Run | None:
    found = [run for run in ports.training.runs.list(scenario.name) if run.request.endswith(f"/{wish.key}")]
    return found[-1] if found else None


def _circumstances(ports: MonitoringPorts, scenario: Scenario) -> Circumstances:
    runs, datasets = ports.training.runs.list(scenario.name), ports.datasets.versions.list(scenario.name)
    going = [run.id for run in runs if run.state in _OPEN]
    return Circumstances(
        now=ports.core.clock(),
        open_run=going[0] if going else "",
        last_run_at=runs[-1].created_at if runs else None,
        dataset=datasets[-1].id if datasets else "",
        automatic=_automatic(ports, scenario),
    )


def _automatic(ports: MonitoringPorts, scenario: Scenario) -> list[Past]:
    """The automatic trainings since a person last asked for one, oldest first."""
    past: list[Past] = []
    for decision in ports.monitoring.decisions.list(scenario.name):
        if decision.decided != "retrain":
            continue
        if decision.reason == "person":
            past.clear()
        elif decision.reason in HELD:
            past.append(Past(decision.at, _improved(ports, scenario, decision.run)))
    return past


def _improved(ports: MonitoringPorts, scenario: Scenario, run_id: str) -> bool | None:
    """Whether the run's model came to serve; None while that is open."""
    run = ports.training.runs.find(run_id)
    if run is None or run.state == "failed":
        return False
    models = [model for model in ports.training.registry.list(scenario.name) if model.run == run_id]
    if not models:
        return None
    if models[-1].state == "refused":
        return False
    served = [one for one in ports.release.deployments.list(scenario.name) if one.version == models[-1].version]
    cards = {card.generation: card.realised_gain for card in ports.monitoring.scorecards.list(scenario.name)}
    gains = [gain for one in served if (gain := cards.get(one.generation)) is not None]
    if gains:
        return gains[-1] > 0
    return True if served else None


def _too_few_rows(ports: MonitoringPorts, scenario: Scenario, dataset: DatasetVersion) -> str:
    """Why the rows that came since the last training are not enough; empty when they are."""
    if not scenario.retrain.new_rows:
        return ""
    trained = {run.dataset for run in ports.training.runs.list(scenario.name)}
    rows = 0
    for one in reversed(ports.datasets.versions.list(scenario.name)):
        if one.id in trained and one.id != dataset.id:
            break
        rows += one.rows
    if not trained or rows >= scenario.retrain.new_rows:
        return ""
    return f"Not retrained because {rows} new rows are fewer than the {scenario.retrain.new_rows} that are worth it."


def _is_new(ports: MonitoringPorts, scenario: Scenario, wish: Wish, ruling: Ruling) -> bool:
    """Whether the newest answer to this wish was another one."""
    mine = [one for one in ports.monitoring.decisions.list(scenario.name) if one.key == wish.key]
    return not mine or (mine[-1].decided, mine[-1].sentence) != (ruling.decided, ruling.sentence)


def _keep(  # noqa: PLR0917 -- the facts of one decision
    ports: MonitoringPorts, scenario: Scenario, wish: Wish, ruling: Ruling, dataset: str = "", run: str = ""
) -> RetrainDecision:
    decision = RetrainDecision(
        scenario=scenario.name,
        key=wish.key,
        reason=wish.reason,
        asked=wish.asked,
        decided=ruling.decided,
        sentence=ruling.sentence,
        dataset=dataset,
        run=run,
        at=ports.core.clock(),
    )
    ports.monitoring.decisions.add(decision)
    state = "done" if ruling.decided == "retrain" else "refused"
    ports.core.ledger.note("retrain", f"{scenario.name}/{wish.key}", state, ruling.sentence)
    if ruling.decided == "ask_person":
        data = {"scenario": scenario.name, "reason": ruling.sentence, "key": wish.key}
        announce(ports, "RetrainStopped", f"retrains/{scenario.name}/{wish.key}", data)
    return decision
