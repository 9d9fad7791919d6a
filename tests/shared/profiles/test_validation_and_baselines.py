"""Every dataset version is described, judged and shown; a person says by what; a record is kept of every retrain."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from ports_with import ports_with
from world import POINTS, World, points_csv

from shared.core.errors import Conflict, Corrupt, Missing
from shared.core.paths import Landing
from shared.core.ports import Lake
from shared.operations.status import drop_outcome
from shared.profiles.baseline import accept_baseline, list_baselines, read_baseline
from shared.profiles.history import read_history
from shared.profiles.profile import Baseline


def drop(world: World, name: str, content: bytes) -> str:
    """Land a file; the dataset version it became."""
    world.handle(world.land(f"incoming/points/{name}/points.csv", content))
    outcome = drop_outcome(world.ports, Landing("incoming", world.ports.core.scenarios["points"], name, ""))
    assert outcome is not None
    assert outcome.dataset is not None
    return outcome.dataset


def lake_json(world: World, path: str) -> Any:
    """A JSON blob."""
    with world.ports.core.lake.open(path) as source:
        return json.loads(source.read())


def validation(world: World, dataset: str) -> Any:
    """validation.json of a dataset version."""
    return lake_json(world, f"datasets/points/{dataset}/validation.json")


def codes(world: World, dataset: str) -> set[tuple[str, str]]:
    """(code, column) of its warnings."""
    return {(warning["code"], warning["column"]) for warning in validation(world, dataset)["warnings"]}


def accept(world: World, dataset: str, reason: str = "A good month.") -> Baseline:
    """Ada accepts."""
    return accept_baseline(world.ports, "points", dataset, by="ada", reason=reason)


def shifted(rows: int = 400, seed: int = 7) -> bytes:
    """Points whose x has moved by two and whose colours include a new one."""
    lines = points_csv(rows, seed).decode().splitlines()
    cells = [line.split(",") for line in lines[1:]]
    moved = [f"{i},{float(x) + 2:.6f},{'green' if int(i) % 9 == 0 else color},{y}" for i, x, color, y in cells]
    return "\n".join([lines[0], *moved, ""]).encode()


def test_a_dataset_has_profile_validation_and_report(world: World) -> None:
    """Without a baseline a warning says so, also in the drop's reason; nothing is judged."""
    dataset = drop(world, "d1", points_csv(400))
    folder = f"datasets/points/{dataset}/"
    profile = lake_json(world, f"{folder}profile.json")
    assert profile["tables"]["points"]["rows"] == 400
    assert codes(world, dataset) == {("no_baseline", "")}
    (warning,) = validation(world, dataset)["warnings"]
    assert f"its first dataset is offered: mlops baseline accept points {dataset} --by" in warning["sentence"]
    assert validation(world, dataset)["offered_baseline"] == dataset
    with world.ports.core.lake.open(f"{folder}report.html") as source:
        assert b"no_baseline" in source.read()
    (entry,) = [one for one in world.ports.core.history.entries() if (one.kind, one.state) == ("drop", "done")]
    assert entry.reason.endswith("Validation raised 1 warning: no_baseline.")


def test_a_dataset_like_the_baseline_has_no_warning(world: World) -> None:
    """Other rows of the same source."""
    accept(world, drop(world, "d1", points_csv(400)))
    dataset = drop(world, "d2", points_csv(300, seed=5))
    told = validation(world, dataset)
    assert told["warnings"] == []
    assert told["baseline"]["number"] == 1
    assert set(told["drift"]["points"]) == {"x", "color", "y"}


def test_a_dataset_unlike_the_baseline_is_warned_of_and_still_trained(world: World) -> None:
    """Warnings are a report; the run is requested, and the reason counts them."""
    accept(world, drop(world, "d1", points_csv(400)))
    dataset = drop(world, "d2", shifted())
    assert {("drift", "x"), ("new_category", "color"), ("statistic_band", "x")} <= codes(world, dataset)
    assert any(run.dataset == dataset for run in world.ports.training.runs.list("points"))
    reason = next(
        one.reason for one in world.ports.core.history.entries() if one.kind == "drop" and one.state == "done"
    )
    assert f"Validation raised {len(validation(world, dataset)['warnings'])} warning" in reason


def test_profiles_do_not_depend_on_what_they_are_compared_with(tmp_path: Path) -> None:
    """The same file in two worlds, one of which has a baseline."""
    plain, judging = World(tmp_path / "a"), World(tmp_path / "b")
    accept(judging, drop(judging, "d1", shifted()))
    paths = [f"datasets/points/{drop(one, 'd2', points_csv(400))}/profile.json" for one in (plain, judging)]
    with plain.ports.core.lake.open(paths[0]) as a, judging.ports.core.lake.open(paths[1]) as b:
        assert a.read() == b.read()


def test_accepted_baselines_are_numbered_kept_and_in_the_ledger(world: World) -> None:
    """The newest judges; who decided what and why can be read afterwards."""
    first, second = drop(world, "d1", points_csv(400)), drop(world, "d2", points_csv(300, seed=5))
    assert accept(world, first).number == 1
    assert accept(world, second, "A better month.").number == 2
    current = read_baseline(world.ports, "points")
    assert current is not None
    assert (current.number, current.dataset, current.accepted_by) == (2, second, "ada")
    assert [one.dataset for one in list_baselines(world.ports, "points")] == [first, second]
    reasons = [
        one.reason for one in world.ports.core.history.entries() if one.kind == "baseline" and one.state == "done"
    ]
    assert reasons[0] == f"Baseline 2 of points is dataset {second}, accepted by ada: A better month."


def test_the_same_baseline_twice_and_an_unknown_one_are_refused(world: World) -> None:
    """With a sentence that names what stands there or what there is."""
    dataset = drop(world, "d1", points_csv(400))
    accept(world, dataset)
    with pytest.raises(Conflict, match=r"number 1"):
        accept(world, dataset)
    with pytest.raises(Missing, match=dataset):
        accept(world, "20260101T000000Z-00000000")


def test_of_two_people_at_once_the_highest_number_judges(world: World) -> None:
    """Whoever is accepted has a number of their own; the others are told."""
    datasets = [drop(world, f"d{seed}", points_csv(50, seed=seed)) for seed in range(4)]
    gate = Barrier(4)

    def one(dataset: str) -> int | None:
        gate.wait()
        try:
            return accept(world, dataset).number
        except Conflict:
            return None

    with ThreadPoolExecutor(4) as pool:
        numbers = [number for number in pool.map(one, datasets) if number is not None]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    current = read_baseline(world.ports, "points")
    assert current is not None
    assert current.number == max(numbers)
    assert current == list_baselines(world.ports, "points")[-1]


class OvertakenLake:
    """A lake in which somebody else acts just before baseline.json is first written."""

    def __init__(self, lake: Lake, act: Callable[[], object]) -> None:
        self._lake = lake
        self._act: Callable[[], object] | None = act

    def __getattr__(self, name: str) -> Any:
        """Everything else is the lake's."""
        return getattr(self._lake, name)

    def put(self, path: str, data: bytes, *, if_absent: bool = True) -> Any:
        """As the lake does, after the other one acted."""
        if path.endswith("baseline.json") and self._act is not None:
            act, self._act = self._act, None
            act()
        return self._lake.put(path, data, if_absent=if_absent)


def test_a_slow_writer_does_not_bring_an_older_baseline_back(world: World) -> None:
    """Number 1 was about to be written when number 2 was accepted whole: number 2 judges in the end."""
    slow, quick = drop(world, "d1", points_csv(50)), drop(world, "d2", points_csv(50, seed=2))
    overtaken = OvertakenLake(world.ports.core.lake, lambda: accept(world, quick))
    accept_baseline(ports_with(world.ports, core__lake=overtaken), "points", slow, by="bob", reason="Earlier.")
    current = read_baseline(world.ports, "points")
    assert current is not None
    assert (current.number, current.dataset) == (2, quick)


@pytest.mark.parametrize(
    "content",
    [
        b"{",
        b"[]",
        b"{}",
        b'{"schema": 99, "number": 1, "dataset": "d", "profile": {}}',
        b'{"schema": 1, "number": 1, "dataset": "d", "profile": {"tables": {"points": {"rows": 1}}}}',
    ],
)
def test_a_broken_baseline_is_said_and_stops_nobody(world: World, content: bytes) -> None:
    """The data is registered; a warning says why it was not judged; accepting another one repairs it."""
    world.ports.core.lake.put("baselines/points/baseline.json", content)
    dataset = drop(world, "d1", points_csv(400))
    assert codes(world, dataset) == {("broken_baseline", "")}
    with pytest.raises(Corrupt):
        read_baseline(world.ports, "points")
    assert accept(world, dataset).number == 1
    assert read_baseline(world.ports, "points") is not None


def test_every_retrain_is_remembered_once(world: World) -> None:
    """One record per dataset version, oldest first, whatever the baseline was; repeats change nothing."""
    first = drop(world, "d1", points_csv(400))
    accept(world, first)
    second = drop(world, "d2", shifted())
    drop(world, "d3", shifted())
    records = read_history(world.ports, "points")
    assert sorted(one["dataset"] for one in records) == sorted({first, second})
    assert {one["dataset"]: one["warnings"] for one in records}[first] == 1
    x = {one["dataset"]: one["tables"]["points"]["columns"]["x"]["mean"] for one in records}
    assert x[second] - x[first] == pytest.approx(2, abs=0.3)


def test_the_history_is_not_used_to_judge(world: World) -> None:
    """Three datasets of the new kind do not make it the expected one."""
    accept(world, drop(world, "d0", points_csv(400)))
    for seed in (7, 8, 9):
        assert ("drift", "x") in codes(world, drop(world, f"d{seed}", shifted(seed=seed)))


def test_statistics_of_the_scenario_are_stored_and_judged_by_name(tmp_path: Path) -> None:
    """Arrow tables in, numbers out; outside the band a warning, inside none; one that is not finite has no value."""
    world = World(tmp_path)

    def statistics(tables: Mapping[str, Any]) -> Mapping[str, float]:
        rows = tables["points"].num_rows
        return {"rows_seen": float(rows), "steady": 5.0, "broken": float("nan")}

    scenarios = {**world.ports.core.scenarios, "points": replace(POINTS, statistics=statistics)}
    world.ports = ports_with(world.ports, core__scenarios=scenarios)
    world.trainer.ports = world.ports
    first = drop(world, "d1", points_csv(400))
    told = lake_json(world, f"datasets/points/{first}/profile.json")["statistics"]
    assert told == {"rows_seen": 400.0, "steady": 5.0, "broken": None}
    accept(world, first)
    inside, outside = drop(world, "d2", points_csv(390, seed=3)), drop(world, "d3", points_csv(300, seed=4))
    assert validation(world, inside)["warnings"] == []
    (warning,) = validation(world, outside)["warnings"]
    assert (warning["code"], warning["statistic"], warning["value"]) == ("statistic_band", "rows_seen", 300.0)


def test_a_repeat_keeps_the_validation_that_stands(world: World) -> None:
    """A worker died after writing it, a baseline was accepted, another worker goes on: the first verdict stays."""
    other = drop(world, "d0", shifted())
    ports, submit = world.ports, world.trainer.submit

    def dies(run: Any) -> None:
        raise OSError(run.id)

    world.trainer.submit = dies  # type: ignore[method-assign] -- the worker that dies
    event = world.land("incoming/points/d1/points.csv", points_csv(400))
    with pytest.raises(OSError, match="points-"):
        world.handle(event)
    accept(world, other)
    world.trainer.submit = submit  # type: ignore[method-assign] -- the next worker
    world.handle(event)
    outcome = drop_outcome(ports, Landing("incoming", ports.core.scenarios["points"], "d1", ""))
    assert outcome is not None
    assert outcome.dataset is not None
    assert codes(world, outcome.dataset) == {("no_baseline", "")}
    reason = next(
        one.reason for one in ports.core.history.why("points/d1") if one.kind == "drop" and one.state == "done"
    )
    assert reason.endswith("1 warning: no_baseline.")
