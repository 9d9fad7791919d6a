"""What every store of training runs promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from contracts.hand_clock import HandClock
from contracts.stores import Stores

from shared.training.options.run_options import RunOptions
from shared.training.ports import Runs
from shared.training.run import Run


@pytest.fixture
def runs(stores: Stores, clock: HandClock) -> Runs:
    """The store of the database."""
    return stores.make("runs", clock)


@pytest.fixture
def run(clock: HandClock) -> Run:
    """A run that was asked for."""
    return Run("r1", "adult", "d1", "adult/d1/1", "requested", 1, "", clock(), clock(), "demo")


class TestRuns:
    """Port `Runs`."""

    def test_a_run_comes_back_whole(self, runs: Runs, run: Run) -> None:
        """Every field."""
        assert runs.request(run) == run
        assert runs.find("r1") == run
        assert runs.find("r2") is None
        asked = replace(run, id="r2", request="other", options=RunOptions(("ä", "b"), 0.5, 3, 2, -0.1, 1))
        assert runs.request(asked) == asked == runs.request(replace(asked, id="r3"))
        assert runs.find("r2") == asked

    def test_one_run_per_request(self, runs: Runs, run: Run) -> None:
        """The second one gets the first one's run, in the state it has reached."""
        runs.request(run)
        runs.move("r1", "requested", "running", "started")
        standing = runs.request(replace(run, id="r2"))
        assert (standing.id, standing.state) == ("r1", "running")
        assert len(runs.list()) == 1

    def test_a_move_compares(self, runs: Runs, run: Run, clock: HandClock) -> None:
        """And says when, why, and at which attempt."""
        runs.request(run)
        now = clock.move(minutes=3)
        assert runs.move("r1", "requested", "running", "started", attempts=2)
        assert not runs.move("r1", "requested", "failed", "too late")
        assert not runs.move("unknown", "requested", "failed", "")
        assert runs.find("r1") == replace(run, state="running", reason="started", attempts=2, updated_at=now)
        assert runs.move("r1", "running", "completed", "ok")
        found = runs.find("r1")
        assert found is not None
        assert (found.attempts, found.created_at) == (2, run.created_at)

    def test_of_many_movers_one_moves(
        self, runs: Runs, run: Run, together: Callable[[list[Callable[[], object]]], list[object]]
    ) -> None:
        """The others are told that it was not as they expected."""
        runs.request(run)
        assert sorted(together([lambda: runs.move("r1", "requested", "running", "")] * 8)) == [False] * 7 + [True]

    def test_runs_are_listed_oldest_first(self, runs: Runs, run: Run, clock: HandClock) -> None:
        """Of one scenario, or of all."""
        runs.request(replace(run, id="z"))
        runs.request(replace(run, id="a", request="other", created_at=clock.move(seconds=1), scenario="bank"))
        assert [one.id for one in runs.list()] == ["z", "a"]
        assert [one.id for one in runs.list("bank")] == ["a"]

    def test_runs_are_found_without_the_others(self, runs: Runs, run: Run, clock: HandClock) -> None:
        """By dataset, state and the end of the request key, to the letter; the newest, and every dataset by name."""
        assert (runs.newest("adult"), list(runs.datasets("adult"))) == (None, [])
        for name, dataset, request in (("z", "d1", "adult/d1/1"), ("a", "d2", "adult/d2/1/A_1"), ("b", "d2", "x/a_1")):
            runs.request(replace(run, id=name, dataset=dataset, request=request, created_at=clock.move(seconds=1)))
        runs.move("a", "requested", "running", "started")
        runs.request(replace(run, id="other", request="y", created_at=clock.move(seconds=1), scenario="bank"))
        assert [one.id for one in runs.list("adult", dataset="d2")] == ["a", "b"]
        assert [one.id for one in runs.list("adult", states=["requested"])] == ["z", "b"]
        assert [one.id for one in runs.list("adult", dataset="d2", states=["running", "failed"])] == ["a"]
        assert [one.id for one in runs.list("adult", ending="/a_1")] == ["b"]
        assert [one.id for one in runs.list(ending="/aX1")] == []
        assert runs.newest("adult") == runs.find("b")
        assert list(runs.datasets("adult")) == ["d1", "d2", "d2"]
