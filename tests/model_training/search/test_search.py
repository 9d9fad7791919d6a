"""A search finds better parameters, is the same on every machine, ends early, and goes on where it was killed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

import pytest

from model_training.estimators.estimator import Parameters
from model_training.search.search import GROUP, Budget, Search, SearchResult, Trial

pytest.importorskip("optuna")


def _space(trial: Any) -> Parameters:
    return {"x": trial.suggest_float("x", -10, 10), "kind": trial.suggest_categorical("kind", ("a", "b"))}


def _hill(parameters: Parameters, _watch: Callable[[int, float], None]) -> float:
    return -((parameters["x"] - 3.0) ** 2) - (parameters["kind"] == "b")


def _search(path: Path, trials: int = 20, patience: int = 100, seconds: float = 60.0) -> Search:
    return Search(path, "hill", _space, True, Budget(trials, seconds, patience), 1)  # noqa: FBT003 - larger is better


def _quiet(_found: Sequence[Trial]) -> None:
    """Nobody watches."""


def _told(result: SearchResult) -> list[tuple[Parameters, float | None]]:
    return [(trial.parameters, trial.score) for trial in result.trials]


@pytest.fixture(scope="module")
def in_one_go(tmp_path_factory: pytest.TempPathFactory) -> SearchResult:
    """Twenty trials of a hill with its top at 3."""
    return _search(tmp_path_factory.mktemp("search") / "study.db").run(_hill, _quiet)


def test_a_search_comes_close_to_the_top(in_one_go: SearchResult) -> None:
    """Twenty trials come close; every trial keeps its parameters and its score."""
    found = in_one_go
    assert (len(found.trials), found.ended) == (20, "trials")
    assert max(trial.score or -1e9 for trial in found.trials) > -1.0
    assert all(set(trial.parameters) == {"x", "kind"} and trial.seconds >= 0 for trial in found.trials)


def test_equal_seeds_search_equally_on_any_number_of_cores(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One core or three: the same trials, because they are asked for in groups of one size and told in order."""
    found = []
    for cores in ("1", "3"):
        monkeypatch.setattr("os.process_cpu_count", lambda cores=cores: int(cores))
        found.append(_told(_search(tmp_path / f"study{cores}.db").run(_hill, _quiet)))
    assert found[0] == found[1]


@pytest.mark.parametrize("dies", [1, GROUP, GROUP + 2, 3 * GROUP + 1])
def test_a_killed_search_goes_on_as_if_nothing_had_been(dies: int, in_one_go: SearchResult, tmp_path: Path) -> None:
    """Killed in the middle of a group or at its end: the trials are those of a search in one go."""
    counted, counting = [0], Lock()

    def dying(parameters: Parameters, watch: Callable[[int, float], None]) -> float:
        with counting:
            counted[0] += 1
            if counted[0] == dies:
                raise KeyboardInterrupt
        return _hill(parameters, watch)

    with pytest.raises(KeyboardInterrupt):
        _search(tmp_path / "study.db").run(dying, _quiet)
    resumed = _search(tmp_path / "study.db").run(_hill, _quiet)
    assert _told(resumed) == _told(in_one_go)


def test_a_search_without_gain_ends_early(tmp_path: Path) -> None:
    """When nothing gets better for ten trials the rest of the budget is not spent."""
    found = _search(tmp_path / "study.db", trials=200, patience=10).run(lambda _p, _w: 0.5, _quiet)
    assert (len(found.trials), found.ended) == (3 * GROUP, "patience")


def test_time_is_a_budget_too(tmp_path: Path) -> None:
    """Without time no trial is made, and the search says what ended it."""
    assert _search(tmp_path / "study.db", seconds=0.0).run(_hill, _quiet) == SearchResult([], "seconds")


def test_hopeless_trials_are_pruned(tmp_path: Path) -> None:
    """A trial that is behind the median of the others at the same step is not worth going on, and says so."""

    def slow(parameters: Parameters, watch: Callable[[int, float], None]) -> float:
        score = _hill(parameters, watch)
        for step in range(1, 6):
            watch(step, score)
        return score

    found = _search(tmp_path / "study.db", trials=24).run(slow, _quiet)
    pruned = [trial for trial in found.trials if trial.state == "pruned"]
    assert pruned
    assert all(trial.score is None for trial in pruned)


def test_a_search_ends_when_its_score_is_enough(tmp_path: Path) -> None:
    """At the end of the group that reached it, and a search that goes on starts nothing more."""
    search = _search(tmp_path / "study.db", trials=40)
    search = replace(search, budget=replace(search.budget, enough=-9.0, group=2))
    found = search.run(_hill, _quiet)
    assert found.ended == "metric"
    assert len(found.trials) % 2 == 0
    assert max(trial.score or -1e9 for trial in found.trials) >= -9.0
    assert _told(search.run(_hill, _quiet)) == _told(found)


def test_so_many_trials_run_at_a_time_as_are_asked_for(tmp_path: Path) -> None:
    """One at a time: no trial begins before the one before it has ended."""
    running, most, counting = [0], [0], Lock()

    def counted(parameters: Parameters, watch: Callable[[int, float], None]) -> float:
        with counting:
            running[0] += 1
            most[0] = max(most[0], running[0])
        score = _hill(parameters, watch)
        with counting:
            running[0] -= 1
        return score

    search = _search(tmp_path / "study.db", trials=5)
    replace(search, budget=replace(search.budget, group=1)).run(counted, _quiet)
    assert most == [1]
