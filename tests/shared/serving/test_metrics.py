"""Serving metrics: what a process counts, and a store that is unavailable."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from operator import add

import numpy as np
import pytest
from ports_with import ports_with
from releases import ask, drop
from served_model import MIXED, serve
from world import POINTS, World, logistic

from shared.core.errors import Transient
from shared.release.health_rules import Totals, judge_health
from shared.release.policy import HealthRules
from shared.serving.answer_bins import PROBABILITY_BINS, bin_answers
from shared.serving.health import Health
from shared.serving.metrics import ServingMetrics
from shared.serving.model_router import ModelRouter
from shared.serving.ports import HealthStore


class Unavailable:
    """A store that refuses everything while it is broken."""

    def __init__(self, store: HealthStore) -> None:
        self.store = store
        self.broken = True

    def keep(self, health: Sequence[Health]) -> None:
        """Refuse, on purpose."""
        if self.broken:
            raise Transient("The database is away.")
        self.store.keep(health)

    def since(self, scenario: str, environment: str, start: datetime) -> Sequence[Health]:
        """Read from the store."""
        return self.store.since(scenario, environment, start)


def test_numbers_that_cannot_be_stored_cost_no_answer_and_are_not_lost(world: World) -> None:
    """Requests are answered while the database is away; afterwards every one of them is counted."""
    drop(world, "d1")
    store = Unavailable(world.ports.serving.health)
    router = ModelRouter(ports_with(world.ports, serving__health=store), pointer_seconds=0)
    assert sum(ask(router, 5).values()) == 5
    store.broken = False
    assert sum(ask(router, 5, prefix="later").values()) == 5
    seen = world.ports.serving.health.since("points", "prod", world.clock().replace(second=0))
    assert Totals.of(seen).requests == 10


def test_processes_and_minutes_add_up(world: World) -> None:
    """The counts of two processes and two minutes have one sum."""
    drop(world, "d1")
    start = world.clock().replace(second=0)
    first, second = (ModelRouter(world.ports, pointer_seconds=0) for _ in range(2))
    ask(first, 3)
    ask(second, 4)
    world.clock.advance(minutes=1)
    ask(first, 2)
    found = Totals.of(world.ports.serving.health.since("points", "prod", start))
    assert (found.requests, found.rows, found.answered, sum(found.answers)) == (9, 9, 9, 9)


@pytest.mark.parametrize(
    ("task", "answers", "expected"),
    [
        ("binary", [[0.9, 0.1], [0.0, 1.0], [0.5, 0.5]], {2: 1, 19: 1, 10: 1}),
        ("multiclass", [[0.1, 0.7, 0.2], [0.6, 0.2, 0.2]], {1: 1, 0: 1}),
        ("multilabel", [[0.9, 0.8], [0.1, 0.2]], {2: 1, 0: 1}),
        ("regression", [[0.1], [-0.1], [1e30]], {32: 1, 31: 1, 63: 1}),
    ],
)
def test_answers_fall_into_bins(task: str, answers: list[list[float]], expected: dict[int, int]) -> None:
    """Every row falls into exactly one bin."""
    found = bin_answers(task, np.array(answers, dtype=np.float32))  # type: ignore[arg-type]
    assert {place: count for place, count in enumerate(found) if count} == expected


def test_one_error_of_two_proves_less_than_fifty_of_a_hundred() -> None:
    """The rule takes the lower end of the interval; without requests it is skipped."""
    rules = HealthRules(error_share=0.2)
    nothing = Totals(0, 0, 0, (), ())

    def verdict(requests: int, errors: int) -> str:
        return judge_health("m:2", Totals(requests, 0, errors, (), ()), nothing, rules)[0].verdict

    assert [verdict(0, 0), verdict(2, 1), verdict(100, 50), verdict(100, 21)] == ["skip", "pass", "fail", "pass"]


def test_answers_counted_together_come_to_what_each_comes_to(world: World) -> None:
    """Hundreds of answers in two minutes of different hours: requests, rows, times and bins of each minute."""
    deployment = serve(POINTS, logistic(3.0), MIXED).deployment
    metrics, start = (
        ServingMetrics(world.ports, seconds=lambda: world.clock().timestamp()),
        world.clock().replace(second=0),
    )
    shares = np.random.default_rng(3).random(600).astype(np.float32)
    expected = [0] * PROBABILITY_BINS
    for number, share in enumerate(shares):
        if number == 500:
            world.clock.advance(minutes=60)
        answers = np.array([[1 - share, share]] * 2)
        metrics.record_answer(deployment, "champion", "binary", answers, 0.0001)
        if number < 500:
            expected = list(map(add, expected, bin_answers("binary", answers)))
    metrics.flush()
    first, second = sorted(
        world.ports.serving.health.since("points", deployment.environment, start), key=lambda one: one.minute
    )
    assert (first.requests, first.rows, sum(first.latency), sum(first.answers)) == (500, 1000, 500, 1000)
    assert (second.requests, second.rows, sum(second.latency), sum(second.answers)) == (100, 200, 100, 200)
    assert list(first.answers) == expected
