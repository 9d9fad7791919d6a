"""The retrain governor: every trigger is answered once, and every refusal is recorded with its reason."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from shared.core.claims import once
from shared.core.errors import Missing
from shared.core.ledger import Kind, Outcome, State
from shared.core.notices import announce
from shared.core.scenario import Scenario
from shared.datasets.version import DatasetVersion
from shared.monitoring.retrain_context import is_feedback, new_rows, retrain_context, too_few_rows
from shared.monitoring.retrain_decision import RetrainDecision, RetrainReason, RetrainVerdict
from shared.monitoring.retrain_rules import (
    Decision,
    RetrainTrigger,
    breach_triggers,
    decide,
    retrained,
    time_triggers,
)
from shared.training.run import Run
from shared.training.runs import request_training

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


def decide_for_scenario(ports: MonitoringPorts, scenario: Scenario) -> list[RetrainDecision]:
    """Answer every trigger of the scenario; returns the decisions that are new."""
    answers = (_answer(ports, scenario, trigger) for trigger in _triggers(ports, scenario))
    return [decision for decision in answers if decision is not None]


def decide_for_dataset(ports: MonitoringPorts, dataset: DatasetVersion) -> RetrainDecision:
    """Train on a new dataset version at once where the scenario's policy allows it, or record why not (yet)."""
    scenario = ports.core.scenarios[dataset.scenario]
    trigger = _new_data(ports, scenario, dataset)
    if not _may_train(scenario, trigger):
        what = "feedback" if trigger.reason == RetrainReason.FEEDBACK else "new data"
        refusal = f"Not retrained because this scenario does not retrain on {what} alone."
        return _record(ports, scenario, trigger, Decision(RetrainVerdict.NOT, refusal))
    shortage = too_few_rows(ports, scenario, dataset)
    if shortage:
        return _record(ports, scenario, trigger, Decision(RetrainVerdict.NOT, shortage))
    known = ports.training.runs.list(scenario.name, dataset=dataset.id)
    if known:
        return _record_requested(ports, scenario, trigger, known[0])
    runs = len(ports.training.runs.datasets(scenario.name))
    decision = decide(trigger, retrain_context(ports, scenario, trigger), scenario.retrain)
    if decision.decided != RetrainVerdict.RETRAIN:
        return _record(ports, scenario, trigger, decision)
    result = once(ports, Kind.RETRAIN, f"{scenario.name}/after-{runs}", "", lambda: _train_on(ports, trigger, dataset))
    if not result.acted:
        refusal = f"Not retrained because another training was requested at the same moment ({trigger.description})."
        return _record(ports, scenario, trigger, Decision(RetrainVerdict.NOT, refusal))
    return _record_outcome(ports, scenario, trigger, decision, result.outcome)


def train_on_waiting_data(ports: MonitoringPorts) -> list[RetrainDecision]:
    """Train on the newest dataset of each scenario whose training waited for a run that has ended by now."""
    _end_dead_requests(ports)
    answers = (
        _answer(ports, scenario, trigger)
        for scenario in ports.core.scenarios.values()
        for trigger in _waiting_data(ports, scenario)
    )
    return [decision for decision in answers if decision is not None]


def _end_dead_requests(ports: MonitoringPorts) -> None:
    """End the claim of a worker that died after it had requested its run; nothing else takes that claim again."""
    for entry in ports.core.history.stuck(ports.core.clock()):
        scenario, _, number = entry.key.partition("/after-")
        if entry.kind != Kind.RETRAIN or not number.isdecimal():
            continue
        for run in ports.training.runs.list(scenario)[int(number) : int(number) + 1]:
            detail = {"dataset": run.dataset, "run": run.id}
            ended = partial(Outcome, State.DONE, f"Run {run.id} was requested.", detail)
            once(ports, Kind.RETRAIN, entry.key, "", ended)


def record_manual_retrain(ports: MonitoringPorts, run: Run) -> None:
    """Record that a person requested a run: it ends a chain of automatic trainings that brought nothing."""
    scenario = ports.core.scenarios[run.scenario]
    trigger = RetrainTrigger(RetrainReason.PERSON, f"person-{run.id}", "a person requested it")
    decision = Decision(RetrainVerdict.RETRAIN, f"Retrained: {trigger.description}.")
    _record(ports, scenario, trigger, decision, run.dataset, run.id)


def _triggers(ports: MonitoringPorts, scenario: Scenario) -> list[RetrainTrigger]:
    current, newest = ports.release.deployments.current(scenario.name), ports.training.runs.newest(scenario.name)
    if current is None:
        return []
    last = newest.created_at if newest else None
    breaches = ports.monitoring.breaches.list(scenario.name)
    return [
        *breach_triggers(breaches, scenario.retrain),
        *time_triggers(ports.core.clock(), current.generation, current.at, last, scenario.retrain),
        *_waiting_data(ports, scenario),
    ]


def _waiting_data(ports: MonitoringPorts, scenario: Scenario) -> list[RetrainTrigger]:
    """The newest dataset, when its training was held back and nothing was trained on it since."""
    newest = ports.datasets.versions.newest(scenario.name)
    if newest is None:
        return []
    if ports.training.runs.list(scenario.name, dataset=newest.id):
        return []
    trigger = _new_data(ports, scenario, newest)
    if not ports.monitoring.decisions.list(scenario.name, key=trigger.key):
        # Whoever registers it decides first.
        return []
    return [] if not _may_train(scenario, trigger) or too_few_rows(ports, scenario, newest) else [trigger]


def _new_data(ports: MonitoringPorts, scenario: Scenario, dataset: DatasetVersion) -> RetrainTrigger:
    key, description = f"data-{dataset.id}", f"dataset {dataset.id} is new"
    if is_feedback(ports, scenario, dataset):
        return RetrainTrigger(RetrainReason.FEEDBACK, key, f"{description} by feedback")
    return RetrainTrigger(RetrainReason.NEW_DATA, key, description)


def _may_train(scenario: Scenario, trigger: RetrainTrigger) -> bool:
    """Whether the scenario retrains for what is new in its data."""
    policy = scenario.retrain
    return policy.feedback if trigger.reason == RetrainReason.FEEDBACK else policy.new_data


def _answer(ports: MonitoringPorts, scenario: Scenario, trigger: RetrainTrigger) -> RetrainDecision | None:
    """Decide on the trigger and act on it; None when its occasion was retrained for, or answered the same before."""
    # 1. An occasion is retrained for at most once.
    if ports.monitoring.decisions.list(scenario.name, key=trigger.key, decided=RetrainVerdict.RETRAIN):
        return None
    # 2. A run without a decision: the worker that requested it died before it could record the decision.
    requested = _run_for(ports, scenario, trigger)
    if requested is not None:
        return _record_requested(ports, scenario, trigger, requested)
    # 3. The decision. The number of runs is read before it: of two workers that decide at once, one requests the run.
    runs = len(ports.training.runs.datasets(scenario.name))
    decision = decide(trigger, retrain_context(ports, scenario, trigger), scenario.retrain)
    if decision.decided != RetrainVerdict.RETRAIN:
        is_new = _is_new(ports, scenario, trigger, decision)
        return _record(ports, scenario, trigger, decision) if is_new else None
    # 4. The run, under a claim that the other worker takes too.
    result = once(ports, Kind.RETRAIN, f"{scenario.name}/after-{runs}", "", lambda: _train(ports, scenario, trigger))
    if not result.acted:
        refusal = f"Not retrained because another decision was made at the same moment ({trigger.description})."
        return _record(ports, scenario, trigger, Decision(RetrainVerdict.NOT, refusal))
    return _record_outcome(ports, scenario, trigger, decision, result.outcome)


def _record_outcome(
    ports: MonitoringPorts, scenario: Scenario, trigger: RetrainTrigger, decision: Decision, outcome: Outcome
) -> RetrainDecision:
    """Keep the decision with its run; one that could not be started for good is no training."""
    if "run" not in outcome.detail:
        refusal = f"Not retrained, although {trigger.description}: {outcome.reason}"
        return _record(ports, scenario, trigger, Decision(RetrainVerdict.NOT, refusal))
    return _record(ports, scenario, trigger, decision, str(outcome.detail["dataset"]), str(outcome.detail["run"]))


def _train(ports: MonitoringPorts, scenario: Scenario, trigger: RetrainTrigger) -> Outcome:
    newest = ports.datasets.versions.newest(scenario.name)
    if newest is None:
        raise Missing(f"{scenario.name} has no dataset version to train on.")
    return _train_on(ports, trigger, newest)


def _train_on(ports: MonitoringPorts, trigger: RetrainTrigger, dataset: DatasetVersion) -> Outcome:
    force = "" if trigger.reason in (RetrainReason.NEW_DATA, RetrainReason.FEEDBACK) else trigger.key
    return _requested(request_training(ports, dataset, force=force), trigger)


def _requested(run: Run, trigger: RetrainTrigger) -> Outcome:
    sentence = f"Run {run.id} was requested: {trigger.description}."
    return Outcome(State.DONE, sentence, {"dataset": run.dataset, "run": run.id})


def _record_requested(ports: MonitoringPorts, scenario: Scenario, trigger: RetrainTrigger, run: Run) -> RetrainDecision:
    """Go on where a worker died that had requested the run: start it, end its claim and record its decision."""
    if run.state == "requested" and not ports.training.trainer.started(run):
        ports.training.trainer.submit(run)
    before = [known.id for known in ports.training.runs.list(scenario.name)].index(run.id)
    once(ports, Kind.RETRAIN, f"{scenario.name}/after-{before}", "", lambda: _requested(run, trigger))
    decision = retrained(trigger, new_rows(ports, scenario, but=run.id))
    return _record(ports, scenario, trigger, decision, run.dataset, run.id)


def _run_for(ports: MonitoringPorts, scenario: Scenario, trigger: RetrainTrigger) -> Run | None:
    runs = ports.training.runs.list(scenario.name, ending=f"/{trigger.key}")
    return runs[-1] if runs else None


def _is_new(ports: MonitoringPorts, scenario: Scenario, trigger: RetrainTrigger, decision: Decision) -> bool:
    """Whether the newest decision about this occasion was another one."""
    earlier = ports.monitoring.decisions.list(scenario.name, key=trigger.key)
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
    state = State.DONE if decision.decided == RetrainVerdict.RETRAIN else State.REFUSED
    ports.core.ledger.note(Kind.RETRAIN, f"{scenario.name}/{trigger.key}", state, decision.sentence)
    if decision.decided == RetrainVerdict.ASK_PERSON:
        data = {"scenario": scenario.name, "reason": decision.sentence, "key": trigger.key}
        announce(ports, "RetrainStopped", f"retrains/{scenario.name}/{trigger.key}", data)
    return record
