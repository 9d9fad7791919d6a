"""The retrain governor: every trigger is answered once, and every refusal is recorded with its reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.claims import once
from shared.core.ledger import Outcome
from shared.core.notices import announce
from shared.core.scenario import Scenario
from shared.datasets.version import DatasetVersion
from shared.monitoring.measures import RetrainDecision, RetrainReason, RetrainVerdict
from shared.monitoring.retraining import (
    RATE_LIMITED,
    Decision,
    PastTraining,
    RetrainContext,
    RetrainTrigger,
    already_retrained,
    breach_triggers,
    decide,
    time_triggers,
)
from shared.training.run import Run
from shared.training.runs import request_training

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


_OPEN = ("requested", "running")


def decide_for_scenario(ports: MonitoringPorts, scenario: Scenario) -> list[RetrainDecision]:
    """Answer every trigger of the scenario; returns the decisions that are new."""
    answers = (_answer(ports, scenario, trigger) for trigger in _triggers(ports, scenario))
    return [decision for decision in answers if decision is not None]


def decide_for_dataset(ports: MonitoringPorts, dataset: DatasetVersion) -> RetrainDecision:
    """Train on a new dataset version at once where the scenario's policy allows it, or record why not (yet)."""
    scenario = ports.core.scenarios[dataset.scenario]
    trigger = _new_data(dataset)
    if not scenario.retrain.new_data:
        refusal = "Not retrained because this scenario does not retrain on new data alone."
        return _record(ports, scenario, trigger, Decision(RetrainVerdict.NOT, refusal))
    shortage = _too_few_rows(ports, scenario, dataset)
    if shortage:
        return _record(ports, scenario, trigger, Decision(RetrainVerdict.NOT, shortage))
    decision = decide(trigger, _context(ports, scenario), scenario.retrain)
    if decision.decided != RetrainVerdict.RETRAIN:
        return _record(ports, scenario, trigger, decision)
    run = request_training(ports, dataset)
    return _record(ports, scenario, trigger, decision, dataset.id, run.id)


def record_manual_retrain(ports: MonitoringPorts, run: Run) -> None:
    """Record that a person requested a run: it ends a chain of automatic trainings that brought nothing."""
    scenario = ports.core.scenarios[run.scenario]
    trigger = RetrainTrigger(RetrainReason.PERSON, f"person-{run.id}", "a person requested it")
    decision = Decision(RetrainVerdict.RETRAIN, f"Retrained: {trigger.description}.")
    _record(ports, scenario, trigger, decision, run.dataset, run.id)


def _triggers(ports: MonitoringPorts, scenario: Scenario) -> list[RetrainTrigger]:
    current, runs = ports.release.deployments.current(scenario.name), ports.training.runs.list(scenario.name)
    if current is None:
        return []
    last = runs[-1].created_at if runs else None
    breaches = ports.monitoring.breaches.list(scenario.name)
    return [
        *breach_triggers(breaches, scenario.retrain),
        *time_triggers(ports.core.clock(), current.generation, current.at, last, scenario.retrain),
        *_waiting_data(ports, scenario),
    ]


def _waiting_data(ports: MonitoringPorts, scenario: Scenario) -> list[RetrainTrigger]:
    """The newest dataset, when the policy made it wait and nothing was trained on it since."""
    datasets = ports.datasets.versions.list(scenario.name)
    if not datasets or not scenario.retrain.new_data_waits or not scenario.retrain.new_data:
        return []
    newest = datasets[-1]
    if any(run.dataset == newest.id for run in ports.training.runs.list(scenario.name)):
        return []
    return [] if _too_few_rows(ports, scenario, newest) else [_new_data(newest)]


def _new_data(dataset: DatasetVersion) -> RetrainTrigger:
    return RetrainTrigger(RetrainReason.NEW_DATA, f"data-{dataset.id}", f"dataset {dataset.id} is new")


def _answer(ports: MonitoringPorts, scenario: Scenario, trigger: RetrainTrigger) -> RetrainDecision | None:
    """Decide on the trigger and act on it; None when its occasion was retrained for, or answered the same before."""
    # 1. An occasion is retrained for at most once.
    if already_retrained(ports.monitoring.decisions.list(scenario.name), trigger.key):
        return None
    # 2. A run without a decision: the worker that requested it died before it could record the decision.
    requested = _run_for(ports, scenario, trigger)
    if requested is not None:
        decision = Decision(RetrainVerdict.RETRAIN, f"Retrained: {trigger.description}.")
        return _record(ports, scenario, trigger, decision, requested.dataset, requested.id)
    # 3. The decision. The number of runs is read before it: of two workers that decide at once, one requests the run.
    runs = len(ports.training.runs.list(scenario.name))
    decision = decide(trigger, _context(ports, scenario), scenario.retrain)
    if decision.decided != RetrainVerdict.RETRAIN:
        is_new = _is_new(ports, scenario, trigger, decision)
        return _record(ports, scenario, trigger, decision) if is_new else None
    # 4. The run, under a claim that the other worker takes too.
    result = once(ports, "retrain", f"{scenario.name}/after-{runs}", "", lambda: _train(ports, scenario, trigger))
    if not result.acted:
        refusal = f"Not retrained because another decision was made at the same moment ({trigger.description})."
        return _record(ports, scenario, trigger, Decision(RetrainVerdict.NOT, refusal))
    detail = result.outcome.detail
    return _record(ports, scenario, trigger, decision, str(detail["dataset"]), str(detail["run"]))


def _train(ports: MonitoringPorts, scenario: Scenario, trigger: RetrainTrigger) -> Outcome:
    dataset = ports.datasets.versions.list(scenario.name)[-1]
    run = request_training(ports, dataset, force=trigger.key)
    sentence = f"Run {run.id} was requested: {trigger.description}."
    return Outcome("done", sentence, {"dataset": dataset.id, "run": run.id})


def _run_for(ports: MonitoringPorts, scenario: Scenario, trigger: RetrainTrigger) -> Run | None:
    runs = [run for run in ports.training.runs.list(scenario.name) if run.request.endswith(f"/{trigger.key}")]
    return runs[-1] if runs else None


def _context(ports: MonitoringPorts, scenario: Scenario) -> RetrainContext:
    runs, datasets = ports.training.runs.list(scenario.name), ports.datasets.versions.list(scenario.name)
    open_runs = [run.id for run in runs if run.state in _OPEN]
    return RetrainContext(
        now=ports.core.clock(),
        open_run=open_runs[0] if open_runs else "",
        last_run_at=runs[-1].created_at if runs else None,
        dataset=datasets[-1].id if datasets else "",
        automatic=_automatic(ports, scenario),
    )


def _automatic(ports: MonitoringPorts, scenario: Scenario) -> list[PastTraining]:
    """The automatic trainings since a person last requested one, oldest first."""
    past: list[PastTraining] = []
    for decision in ports.monitoring.decisions.list(scenario.name):
        if decision.decided != RetrainVerdict.RETRAIN:
            continue
        if decision.reason == RetrainReason.PERSON:
            past.clear()
        elif decision.reason in RATE_LIMITED:
            past.append(PastTraining(decision.at, _improved(ports, scenario, decision.run)))
    return past


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


def _too_few_rows(ports: MonitoringPorts, scenario: Scenario, dataset: DatasetVersion) -> str:
    """Why the rows that came since the last training are not enough; empty when they are."""
    if not scenario.retrain.new_rows:
        return ""
    trained = {run.dataset for run in ports.training.runs.list(scenario.name)}
    rows = 0
    for version in reversed(ports.datasets.versions.list(scenario.name)):
        if version.id in trained and version.id != dataset.id:
            break
        rows += version.rows
    least = scenario.retrain.new_rows
    if not trained or rows >= least:
        return ""
    return f"Not retrained because {rows} new rows are fewer than the {least} that this scenario waits for."


def _is_new(ports: MonitoringPorts, scenario: Scenario, trigger: RetrainTrigger, decision: Decision) -> bool:
    """Whether the newest decision about this occasion was another one."""
    earlier = [record for record in ports.monitoring.decisions.list(scenario.name) if record.key == trigger.key]
    return not earlier or (earlier[-1].decided, earlier[-1].sentence) != (decision.decided, decision.sentence)


def _record(  # noqa: PLR0917 -- the facts of one decision
    ports: MonitoringPorts,
    scenario: Scenario,
    trigger: RetrainTrigger,
    decision: Decision,
    dataset: str = "",
    run: str = "",
) -> RetrainDecision:
    record = RetrainDecision(
        scenario=scenario.name,
        key=trigger.key,
        reason=trigger.reason,
        asked=trigger.description,
        decided=decision.decided,
        sentence=decision.sentence,
        dataset=dataset,
        run=run,
        at=ports.core.clock(),
    )
    ports.monitoring.decisions.add(record)
    state = "done" if decision.decided == RetrainVerdict.RETRAIN else "refused"
    ports.core.ledger.note("retrain", f"{scenario.name}/{trigger.key}", state, decision.sentence)
    if decision.decided == RetrainVerdict.ASK_PERSON:
        data = {"scenario": scenario.name, "reason": decision.sentence, "key": trigger.key}
        announce(ports, "RetrainStopped", f"retrains/{scenario.name}/{trigger.key}", data)
    return record
