"""The governor's rules: what holds a retrain back, and what is one occasion."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from shared.core.breach import Breach
from shared.core.policies import RetrainPolicy
from shared.monitoring.retraining import Circumstances, Past, Wish, episode, rule, wishes_of_breaches, wishes_of_time

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FREE = Circumstances(NOW, "", NOW - timedelta(days=3), "d1", ())
DRIFT = Wish("drift", "drift-b1", "age drifted")
POLICY = RetrainPolicy()


def tried(count: int, *, improved: bool | None, days: float = 5) -> tuple[Past, ...]:
    """So many automatic trainings, a day apart."""
    return tuple(Past(NOW - timedelta(days=days + count - n), improved) for n in range(count))


def test_nothing_in_the_way_retrains() -> None:
    """And says why it was asked."""
    assert rule(DRIFT, FREE, POLICY) == rule(DRIFT, replace(FREE, last_run_at=None), POLICY)
    assert (rule(DRIFT, FREE, POLICY).decided, rule(DRIFT, FREE, POLICY).sentence) == (
        "retrain",
        "Retrained: age drifted.",
    )


@pytest.mark.parametrize(
    ("facts", "decided", "says"),
    [
        (replace(FREE, dataset=""), "not", "no labelled data yet"),
        (replace(FREE, open_run="r7"), "not", "run r7 is still going"),
        (replace(FREE, last_run_at=NOW - timedelta(hours=23)), "not", "24 h must pass"),
        (replace(FREE, automatic=tried(10, improved=True)), "not", "the whole budget of 10"),
        (replace(FREE, automatic=tried(3, improved=False)), "ask_person", "brought no better model"),
    ],
    ids=["no data", "single flight", "cooldown", "budget", "loop"],
)
def test_each_thing_in_the_way_is_named(facts: Circumstances, decided: str, says: str) -> None:
    """`Not retrained because …` always names what was asked too."""
    ruling = rule(DRIFT, facts, POLICY)
    assert ruling.decided == decided
    assert says in ruling.sentence
    assert ruling.sentence.startswith("Not retrained because ")
    assert "age drifted" in ruling.sentence


def test_the_cooldown_ends_on_the_hour() -> None:
    """Exactly then it is over."""
    assert rule(DRIFT, replace(FREE, last_run_at=NOW - timedelta(hours=24)), POLICY).decided == "retrain"


def test_a_month_old_training_is_no_part_of_the_budget() -> None:
    """The budget is of the last thirty days."""
    old = tried(10, improved=True, days=31)
    assert rule(DRIFT, replace(FREE, automatic=old), POLICY).decided == "retrain"


@pytest.mark.parametrize("last", [True, None])
def test_one_training_that_helped_or_is_open_keeps_the_loop_going(last: bool | None) -> None:  # noqa: FBT001 -- the case
    """Only trainings that are known to have brought nothing stop it."""
    facts = replace(FREE, automatic=(*tried(2, improved=False), Past(NOW - timedelta(days=2), last)))
    assert rule(DRIFT, facts, POLICY).decided == "retrain"


def test_new_data_and_persons_are_not_held_back_unless_the_scenario_says_so() -> None:
    """Today's behaviour: a new valid drop trains at once."""
    busy = replace(FREE, open_run="r7", last_run_at=NOW, automatic=tried(12, improved=False))
    wish = Wish("new_data", "data-d1", "dataset d1 is new")
    assert rule(wish, busy, POLICY).decided == "retrain"
    assert rule(Wish("person", "p", "a person asked"), busy, POLICY).decided == "retrain"
    assert rule(wish, busy, replace(POLICY, new_data_waits=True)).decided == "not"


def breach(number: int, first: int, last: int, state: Literal["open", "closed"] = "closed") -> Breach:
    """A drift breach of one column, seen from hour `first` to hour `last`."""
    return Breach(
        "bank", f"b{number}", "population_drift", "t", f"c{number}", state, "retrain", "", "w", "w", 1,
        NOW + timedelta(hours=first), NOW + timedelta(hours=last),
    )  # fmt: skip


def test_breaches_that_overlap_are_one_occasion() -> None:
    """A second column, and the end of the first, are no second reason."""
    first, second = breach(1, 0, 5), breach(2, 3, 3, "open")
    assert episode([breach(1, 0, 0, "open")], "population_drift")[0] == "b1"
    assert episode([first, second], "population_drift")[0] == "b1"
    assert [one.id for one in episode([first, second], "population_drift")[1]] == ["b2"]


def test_after_all_was_well_it_is_another_occasion() -> None:
    """And none while nothing is open."""
    assert episode([breach(1, 0, 5)], "population_drift") == ("", [])
    assert episode([breach(1, 0, 5), breach(2, 9, 9, "open")], "population_drift")[0] == "b2"
    assert episode([breach(1, 0, 5)], "concept_drift") == ("", [])


def test_wishes_name_their_occasion() -> None:
    """Drift by its episode; a policy may close its ears."""
    (wish,) = wishes_of_breaches([breach(1, 0, 0, "open")], POLICY)
    assert (wish.reason, wish.key) == ("drift", "drift-b1")
    assert wishes_of_breaches([breach(1, 0, 0, "open")], replace(POLICY, drift=False)) == []
    fallen = replace(breach(3, 0, 0, "open"), cause="concept_drift")
    assert [one.reason for one in wishes_of_breaches([fallen], POLICY)] == ["quality"]


def test_age_and_schedule_ask_only_when_declared() -> None:
    """Zero days are never."""
    long_ago = NOW - timedelta(days=40)
    assert wishes_of_time(NOW, 3, long_ago, long_ago, POLICY) == []
    policy = replace(POLICY, age_days=30, every_days=7)
    assert [one.reason for one in wishes_of_time(NOW, 3, long_ago, long_ago, policy)] == ["age", "schedule"]
    assert wishes_of_time(NOW, 3, NOW, NOW, policy) == []
    assert wishes_of_time(NOW, 3, None, None, policy) == []
