"""The governor's rules: what holds a retrain back, and what is one occasion."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from shared.core.breach import Action, Breach, BreachState, Cause
from shared.core.policies import RetrainPolicy
from shared.monitoring.retrain_decision import RetrainReason
from shared.monitoring.retrain_rules import (
    Episode,
    NewRows,
    PastTraining,
    RetrainContext,
    RetrainTrigger,
    breach_triggers,
    decide,
    open_episode,
    time_triggers,
)

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FREE = RetrainContext(NOW, "", NOW - timedelta(days=3), "d1", ())
DRIFT = RetrainTrigger(RetrainReason.DRIFT, "drift-b1", "age drifted")
POLICY = RetrainPolicy()


def tried(count: int, *, improved: bool | None, days: float = 5) -> tuple[PastTraining, ...]:
    """So many automatic trainings, a day apart."""
    return tuple(PastTraining(NOW - timedelta(days=days + count - n), improved) for n in range(count))


def test_nothing_in_the_way_retrains() -> None:
    """And the sentence names the trigger."""
    assert decide(DRIFT, FREE, POLICY) == decide(DRIFT, replace(FREE, last_run_at=None), POLICY)
    assert (decide(DRIFT, FREE, POLICY).decided, decide(DRIFT, FREE, POLICY).sentence) == (
        "retrain",
        "Retrained: age drifted.",
    )


@pytest.mark.parametrize(
    ("facts", "decided", "says"),
    [
        (replace(FREE, dataset=""), "not", "no labelled data yet"),
        (replace(FREE, open_run="r7"), "not", "run r7 is still open"),
        (replace(FREE, last_run_at=NOW - timedelta(hours=23)), "not", "24 h must pass"),
        (replace(FREE, automatic=tried(10, improved=True)), "not", "used up the budget of 10"),
        (replace(FREE, automatic=tried(3, improved=False)), "ask_person", "brought no better model"),
    ],
    ids=["no data", "single flight", "cooldown", "budget", "loop"],
)
def test_each_thing_in_the_way_is_named(facts: RetrainContext, decided: str, says: str) -> None:
    """`Not retrained because …` always names the trigger too."""
    decision_made = decide(DRIFT, facts, POLICY)
    assert decision_made.decided == decided
    assert says in decision_made.sentence
    assert decision_made.sentence.startswith("Not retrained because ")
    assert "age drifted" in decision_made.sentence


@pytest.mark.parametrize("reason", [RetrainReason.DRIFT, RetrainReason.QUALITY])
def test_drift_and_fallen_quality_train_on_something_new_and_say_what(reason: RetrainReason) -> None:
    """With nothing new the same model would come of it; age asks all the same."""
    trigger, aged = replace(DRIFT, reason=reason), replace(DRIFT, reason=RetrainReason.AGE)
    stale, fresh = (replace(FREE, new=NewRows(*counts, "points:3")) for counts in ((0, 0), (2, 1340)))
    assert decide(trigger, stale, POLICY).sentence == (
        "Not retrained because nothing is new since model points:3 (age drifted)."
    )
    assert decide(trigger, fresh, POLICY).sentence == (
        "Retrained: age drifted; new: 2 parts, 1340 rows since model points:3."
    )
    assert decide(aged, stale, POLICY).decided == "retrain"


def test_feedback_is_rate_limited() -> None:
    """A window may become training data every few minutes."""
    trigger = RetrainTrigger(RetrainReason.FEEDBACK, "data-d1", "dataset d1 is new by feedback")
    assert decide(trigger, replace(FREE, last_run_at=NOW), POLICY).decided == "not"


def test_the_cooldown_ends_on_the_hour() -> None:
    """Exactly then it is over."""
    assert decide(DRIFT, replace(FREE, last_run_at=NOW - timedelta(hours=24)), POLICY).decided == "retrain"


def test_a_month_old_training_is_no_part_of_the_budget() -> None:
    """The budget is of the last thirty days."""
    old = tried(10, improved=True, days=31)
    assert decide(DRIFT, replace(FREE, automatic=old), POLICY).decided == "retrain"


@pytest.mark.parametrize("last", [True, None])
def test_one_training_that_helped_or_is_open_keeps_the_loop_going(last: bool | None) -> None:  # noqa: FBT001 -- the case
    """Only trainings that are known to have brought nothing stop it."""
    facts = replace(FREE, automatic=(*tried(2, improved=False), PastTraining(NOW - timedelta(days=2), last)))
    assert decide(DRIFT, facts, POLICY).decided == "retrain"


def test_new_data_and_persons_are_not_held_back_unless_the_scenario_says_so() -> None:
    """A new valid drop trains whatever was trained before; only two trainings at a time are too many."""
    spent = replace(FREE, last_run_at=NOW, automatic=tried(12, improved=False))
    busy = replace(spent, open_run="r7")
    trigger = RetrainTrigger(RetrainReason.NEW_DATA, "data-d1", "dataset d1 is new")
    person = RetrainTrigger(RetrainReason.PERSON, "p", "a person requested it")
    assert [decide(trigger, spent, POLICY).decided, decide(person, busy, POLICY).decided] == ["retrain", "retrain"]
    assert decide(trigger, busy, POLICY).sentence == "Not retrained because run r7 is still open (dataset d1 is new)."
    assert decide(trigger, spent, replace(POLICY, new_data_waits=True)).decided == "not"


def breach(number: int, first: int, last: int, state: str = "closed") -> Breach:
    """A drift breach of one column, seen from hour `first` to hour `last`."""
    return Breach(
        "bank", f"b{number}", Cause.POPULATION_DRIFT, "t", f"c{number}", BreachState(state), Action.RETRAIN, "",
        "w", "w", 1, NOW + timedelta(hours=first), NOW + timedelta(hours=last),
    )  # fmt: skip


def test_breaches_that_overlap_are_one_occasion() -> None:
    """A second column, and the end of the first, are no second reason."""
    first, second = breach(1, 0, 5), breach(2, 3, 3, "open")
    alone, both = breach(1, 0, 0, "open"), [first, second]
    assert open_episode([alone], Cause.POPULATION_DRIFT) == Episode("b1", [alone])
    assert open_episode(both, Cause.POPULATION_DRIFT) == Episode("b1", [second])


def test_after_all_was_well_it_is_another_occasion() -> None:
    """And none while nothing is open."""
    assert open_episode([breach(1, 0, 5)], Cause.POPULATION_DRIFT) is None
    another = breach(2, 9, 9, "open")
    assert open_episode([breach(1, 0, 5), another], Cause.POPULATION_DRIFT) == Episode("b2", [another])
    assert open_episode([breach(1, 0, 5)], Cause.CONCEPT_DRIFT) is None


def test_triggers_name_their_occasion() -> None:
    """Drift by its episode; a policy may switch a trigger off."""
    (trigger,) = breach_triggers([breach(1, 0, 0, "open")], POLICY)
    assert (trigger.reason, trigger.key) == ("drift", "drift-b1")
    assert breach_triggers([breach(1, 0, 0, "open")], replace(POLICY, drift=False)) == []
    fallen = replace(breach(3, 0, 0, "open"), cause=Cause.CONCEPT_DRIFT)
    assert [one.reason for one in breach_triggers([fallen], POLICY)] == ["quality"]


def test_age_and_schedule_ask_only_when_declared() -> None:
    """Zero days are never."""
    long_ago = NOW - timedelta(days=40)
    assert time_triggers(NOW, 3, long_ago, long_ago, POLICY) == []
    policy = replace(POLICY, age_days=30, every_days=7)
    assert [one.reason for one in time_triggers(NOW, 3, long_ago, long_ago, policy)] == ["age", "schedule"]
    assert time_triggers(NOW, 3, NOW, NOW, policy) == []
    assert time_triggers(NOW, 3, None, None, policy) == []
