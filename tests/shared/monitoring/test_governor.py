"""The governor on real stores: once per occasion, one at a time, every refusal kept, and consistent after a death."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest
from ports_with import ports_with
from world import POINTS, InlineTrainer, World, more_rows, points_csv

from shared import due_work
from shared.core.errors import Missing
from shared.core.ledger import Claim, Kind
from shared.core.policies import RetrainPolicy
from shared.datasets.version import DatasetVersion
from shared.monitoring.breaches import open_breach
from shared.monitoring.governor import decide_for_dataset, decide_for_scenario, record_manual_retrain
from shared.monitoring.ports import Decisions
from shared.monitoring.retrain_decision import RetrainDecision, RetrainVerdict
from shared.monitoring.scorecards import compute_scorecards
from shared.monitoring.triage import DataIssue
from shared.training.run import Run
from shared.training.runs import request_training


def governed(tmp_path: Path, policy: RetrainPolicy) -> World:
    """A world that serves, with this policy."""
    world = World(tmp_path / "home")
    declared = replace(POINTS, retrain=policy)
    world.ports = ports_with(world.ports, core__scenarios={**world.ports.core.scenarios, "points": declared})
    world.trainer.ports = world.ports
    world.handle(world.land("incoming/points/d1/points.csv", points_csv(300)))
    world.clock.advance(days=2)
    return world


def drift(world: World, column: str, window: str = "w1") -> None:
    """A column has drifted for good."""
    open_breach(world.ports, "points", DataIssue("population_drift", "points", column, f"{column} drifted"), window)


def ask(world: World) -> list[str]:
    """What the governor decides now."""
    return [one.decided for one in decide_for_scenario(world.ports, world.ports.core.scenarios["points"])]


def test_an_occasion_is_answered_once(tmp_path: Path) -> None:
    """Once there is something to learn; however often it is asked, and whatever joins it."""
    world = governed(tmp_path, RetrainPolicy())
    drift(world, "x")
    assert ask(world) == ["not"]
    (refusal,) = [one for one in world.ports.monitoring.decisions.list("points") if one.decided == "not"]
    assert refusal.sentence.startswith("Not retrained because nothing is new since model points:1 (")
    more_rows(world)
    assert ask(world) == ["retrain"]
    answer = world.ports.monitoring.decisions.list("points")[-1]
    assert answer.sentence.endswith("; new: 1 part, 60 rows since model points:1.")
    world.handle(*world.delivered())
    world.clock.advance(days=2)
    drift(world, "color", "w2")
    assert [ask(world), ask(world)] == [[], []]
    assert len(world.trainer.submitted) == 2


def test_a_refusal_is_kept_once_until_it_changes(tmp_path: Path) -> None:
    """In the table and in the ledger, with the sentence."""
    world = governed(tmp_path, RetrainPolicy(cooldown_hours=24 * 7))
    more_rows(world)
    drift(world, "x")
    assert [ask(world), ask(world)] == [["not"], []]
    (decision,) = [one for one in world.ports.monitoring.decisions.list("points") if one.reason == "drift"]
    assert decision.sentence.startswith("Not retrained because the last training began at ")
    entry = world.ports.core.history.find("retrain", f"points/{decision.key}")
    assert entry is not None
    assert entry.reason == decision.sentence
    world.clock.advance(days=7)
    assert ask(world) == ["retrain"]
    entry = world.ports.core.history.find("retrain", f"points/{decision.key}")
    assert entry is not None
    assert entry.reason.startswith("Retrained: ")


def test_of_two_reasons_at_once_one_trains(tmp_path: Path) -> None:
    """Two threads, drift in one and quality in the other: single flight."""
    world = governed(tmp_path, RetrainPolicy(cooldown_hours=0.0))
    more_rows(world)
    drift(world, "x")
    open_breach(world.ports, "points", DataIssue("concept_drift", "", "", "fallen"), "w1")
    world.trainer.silent = True
    barrier = Barrier(2)

    def both(_: int) -> list[str]:
        barrier.wait(timeout=30)
        return ask(world)

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(both, range(2)))
    # Both may hand over the same run: a trainer starts an attempt once, however often it is told.
    assert len(set(world.trainer.submitted)) == 2
    assert len([run for run in world.ports.training.runs.list("points") if run.state == "requested"]) == 1


def test_a_loop_without_improvement_asks_a_person(tmp_path: Path) -> None:
    """Three models that were refused, then a person; a person's own training frees it again."""
    world = governed(tmp_path, RetrainPolicy(cooldown_hours=1.0, stop_after=3))
    world.trainer.weight = -3.0
    for number in range(4):
        more_rows(world, f"more{number}", 10_000 + 100 * number)
        breach = DataIssue("population_drift", "points", f"c{number}", "drifted")
        standing = open_breach(world.ports, "points", breach, f"w{number}")
        decided = ask(world)
        assert decided == (["retrain"] if number < 3 else ["ask_person"])
        world.handle(*world.delivered())
        world.ports.monitoring.breaches.close("points", standing.id, world.clock.now)
        world.clock.advance(days=1)
    assert [one.type for one in world.ports.core.outbox.pending()].count("Mlops.RetrainStopped") <= 1
    dataset = world.ports.datasets.versions.list("points")[-1]
    record_manual_retrain(world.ports, request_training(world.ports, dataset, force="by hand"))
    world.handle(*world.delivered())
    world.clock.advance(days=1)
    more_rows(world, "later", 20_000)
    drift(world, "x", "later")
    assert ask(world) == ["retrain"]


def test_data_may_wait_until_there_is_enough(tmp_path: Path) -> None:
    """Rows add up over drops; what waits says so in the drop's own reason."""
    world = governed(tmp_path, RetrainPolicy(new_rows=500))
    world.handle(world.land("incoming/points/d2/points.csv", points_csv(300, seed=2, first=300)))
    entries = [one for one in world.ports.core.history.why("points/d2@") if one.kind == "drop" and one.state == "done"]
    assert "Not retrained because 300 new rows are fewer than the 500" in entries[-1].reason
    assert len(world.trainer.submitted) == 1
    world.handle(world.land("incoming/points/d3/points.csv", points_csv(300, seed=3, first=600)))
    assert len(world.trainer.submitted) == 2


def test_waiting_data_is_trained_on_when_the_cooldown_is_over(tmp_path: Path) -> None:
    """The monitor asks again for it."""
    world = governed(tmp_path, RetrainPolicy(new_data_waits=True, cooldown_hours=72))
    world.handle(world.land("incoming/points/d2/points.csv", points_csv(300, seed=2)))
    assert (len(world.trainer.submitted), ask(world)) == (1, [])
    world.clock.advance(days=2)
    assert (ask(world), len(world.trainer.submitted)) == (["retrain"], 2)


class Busy(InlineTrainer):
    """A trainer whose runs end when the test says so."""

    def submit(self, run: Run) -> None:
        """Only remember it."""
        self.submitted.append(run.id)

    def alive(self, run: Run) -> bool:
        """Every worker works on."""
        return run.id in self.submitted


def end(world: World, run_id: str) -> None:
    """The run has ended well."""
    runs = world.ports.training.runs
    assert runs.move(run_id, "requested", "running", "")
    assert runs.move(run_id, "running", "completed", "Done.")


def test_drops_that_come_while_a_run_is_open_are_one_training(tmp_path: Path) -> None:
    """Five files a second apart: one training at a time, and after it one on the newest data, which holds them all."""
    world = governed(tmp_path, RetrainPolicy())
    trainer = Busy()
    world.ports = ports_with(world.ports, training__trainer=trainer)
    for number in range(2, 7):
        world.handle(world.land(f"incoming/points/d{number}/points.csv", points_csv(300, seed=number)))
        world.clock.advance(seconds=1)
    (first,) = trainer.submitted
    versions = world.ports.datasets.versions.list("points")
    held = world.ports.monitoring.decisions.list("points")[-1]
    assert (held.decided, f"run {first} is still open" in held.sentence) == ("not", True)
    due_work.sweep(world.ports)
    assert trainer.submitted == [first]
    end(world, first)
    due_work.sweep(world.ports)
    due_work.sweep(world.ports)
    _, second = trainer.submitted
    run = world.ports.training.runs.find(second)
    assert run is not None
    assert run.dataset == versions[-1].id


def test_two_drops_at_once_are_one_training(tmp_path: Path) -> None:
    """Both workers see no open run; one of them requests the training."""
    world = governed(tmp_path, RetrainPolicy(new_data=False))
    for number in (2, 3):
        world.handle(world.land(f"incoming/points/d{number}/points.csv", points_csv(300, seed=number)))
    trainer = Busy()
    declared = replace(world.ports.core.scenarios["points"], retrain=RetrainPolicy())
    world.ports = ports_with(world.ports, core__scenarios={"points": declared}, training__trainer=trainer)
    barrier = Barrier(2)

    def register(dataset: DatasetVersion) -> str:
        barrier.wait()
        return decide_for_dataset(world.ports, dataset).decided

    with ThreadPoolExecutor(2) as pool:
        decided = list(pool.map(register, world.ports.datasets.versions.list("points")[-2:]))
    assert (sorted(decided), len(trainer.submitted)) == (["not", "retrain"], 1)


def test_new_data_alone_may_be_no_reason(tmp_path: Path) -> None:
    """The dataset is registered all the same."""
    world = governed(tmp_path, RetrainPolicy())
    declared = replace(world.ports.core.scenarios["points"], retrain=RetrainPolicy(new_data=False))
    world.ports = ports_with(world.ports, core__scenarios={**world.ports.core.scenarios, "points": declared})
    world.handle(world.land("incoming/points/d2/points.csv", points_csv(300, seed=2)))
    assert (len(world.ports.datasets.versions.list("points")), len(world.trainer.submitted)) == (2, 1)
    assert [one.decided for one in world.ports.monitoring.decisions.list("points")][-1] == "not"


class Dying:
    """Decisions that die when one is to be kept."""

    def __init__(self, decisions: Decisions) -> None:
        self._decisions = decisions

    def add(self, decision: RetrainDecision) -> bool:
        """The worker is gone."""
        raise SystemExit(decision.key)

    def list(
        self, scenario: str | None = None, *, key: str = "", decided: RetrainVerdict | None = None
    ) -> Sequence[RetrainDecision]:
        """What was decided."""
        return self._decisions.list(scenario, key=key, decided=decided)


class DyingTrainer(InlineTrainer):
    """A trainer in whose start the worker dies."""

    def submit(self, run: Run) -> None:
        """The worker is gone."""
        raise SystemExit(run.id)


@pytest.mark.parametrize("dies_in", ["the start of the training", "keeping the decision"])
def test_a_death_between_the_steps_leaves_one_training(tmp_path: Path, dies_in: str) -> None:
    """Asked for and not said, or said nowhere: the next round finds it as it is."""
    world = governed(tmp_path, RetrainPolicy())
    more_rows(world)
    drift(world, "x")
    whole = world.ports
    broken = {
        "the start of the training": ports_with(whole, training__trainer=DyingTrainer()),
        "keeping the decision": ports_with(whole, monitoring__decisions=Dying(whole.monitoring.decisions)),
    }
    world.ports = broken[dies_in]
    with pytest.raises(SystemExit):
        ask(world)
    world.ports = whole
    world.ports.core.ledger.abandon("the worker died")
    world.clock.advance(minutes=15)
    ask(world)
    world.sweep()
    decisions = [one for one in world.ports.monitoring.decisions.list("points") if one.reason == "drift"]
    assert [one.decided for one in decisions] == ["retrain"]
    assert len(world.trainer.submitted) == 2
    assert decisions[0].run == world.trainer.submitted[-1]


class RefusingTrainer(InlineTrainer):
    """A trainer whose service refuses each run for good."""

    def submit(self, run: Run) -> None:
        """As Azure ML says it where nothing was published."""
        raise Missing(f"The workspace has no component for {run.scenario}.")


@pytest.mark.parametrize("by", ["drift", "new data"])
def test_a_training_that_cannot_be_started_is_a_decision_with_its_reason(tmp_path: Path, by: str) -> None:
    """And no crash that is tried again and again."""
    world = governed(tmp_path, RetrainPolicy()) if by == "drift" else World(tmp_path / "home")
    world.ports = ports_with(world.ports, training__trainer=RefusingTrainer())
    if by == "drift":
        more_rows(world)
        drift(world, "x")
        ask(world)
    else:
        world.handle(world.land("incoming/points/d1/points.csv", points_csv(60)))
    told = [one.sentence for one in world.ports.monitoring.decisions.list("points") if one.decided == "not"]
    assert any("The workspace has no component for points." in one for one in told), told
    states = {entry.state for entry in world.ports.core.history.entries(200)}
    assert not states & {"released", "failed"}


@pytest.mark.fault(31)
def test_the_claim_of_a_worker_that_died_after_its_request_ends(tmp_path: Path) -> None:
    """A newer dataset may stand when the sweep comes, so that nobody decides on that one again."""
    world = governed(tmp_path, RetrainPolicy())
    ledger = world.ports.core.ledger
    assert isinstance(ledger.claim(Kind.RETRAIN, "points/after-1", timedelta(minutes=9)), Claim)
    request_training(world.ports, world.ports.datasets.versions.list("points")[-1], force="drift-x")
    ledger.abandon("the worker died")
    world.sweep()
    entry = world.ports.core.history.find(Kind.RETRAIN, "points/after-1")
    assert entry is not None
    run = world.ports.training.runs.list("points")[1]
    assert (entry.state, entry.reason) == ("done", f"Run {run.id} was requested.")


def test_a_scorecard_tells_what_a_promotion_promised_and_cost(tmp_path: Path) -> None:
    """Of the first model there is nothing to compare with; the gain of a later one is the gate's."""
    world = governed(tmp_path, RetrainPolicy())
    world.ports.monitoring.scorecards.record_heartbeat("plan_windows", world.clock.now, late=True)
    world.trainer.weight = 0.01
    (card,) = compute_scorecards(world.ports, world.ports.core.scenarios["points"])
    assert (card.generation, card.predicted_gain, card.realised_gain) == (1, None, None)
    assert "nothing to compare" in card.reason or "no champion" in card.reason
    assert card.seconds.keys() == {"ingest", "train", "gate", "score"}
    assert card.hours_to_production is not None
    assert card.timers == {"plan_windows": {"fired": 1, "late": 1}}
    assert world.ports.monitoring.scorecards.list("points") == [card]
