"""Watching finds what was planted, names its cause, and lets only a changed world ask for learning again."""

from __future__ import annotations

import io
import json
import sqlite3
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ports_with import ports_with
from world import POINTS, World, more_rows

from shared.core.breach import Breach
from shared.core.errors import Missing
from shared.core.paths import Landing
from shared.core.policies import Monitoring, RetrainPolicy
from shared.monitoring.monitor import measure_again, monitor, monitor_messages, unmonitored_windows
from shared.monitoring.ports import Breaches
from shared.operations.status import drop_outcome
from shared.profiles.baseline import accept_baseline

Change = Callable[[np.ndarray], np.ndarray]


def watched(tmp_path: Path, monitoring: Monitoring | None = None, retrain: RetrainPolicy | None = None) -> World:
    """A world that has learned from 600 points and serves."""
    world = World(tmp_path / "home")
    table = POINTS.tables[0]
    columns = tuple(replace(one, nulls=True) if one.name == "color" else one for one in table.columns)
    declared = replace(
        POINTS,
        tables=(replace(table, columns=columns),),
        monitoring=monitoring or Monitoring(),
        retrain=retrain or RetrainPolicy(cooldown_hours=0.0),
    )
    scenarios = {**world.ports.core.scenarios, "points": declared}
    world.ports = ports_with(world.ports, core__scenarios=scenarios)
    world.trainer.ports = world.ports
    land(world, "d1", centred(600, 1))
    assert world.ports.release.deployments.current("points") is not None
    return world


def centred(count: int, seed: int, *, first: int = 0, labelled: bool = True, x: Change | None = None) -> bytes:
    """Points around zero."""
    random = np.random.default_rng(seed)
    truth, color = random.normal(size=count), random.choice(("blue", "red"), size=count)
    said = truth if x is None else x(truth)
    lines = ["id,x,color,y" if labelled else "id,x,color"]
    for index in range(count):
        answer = ("," + ("yes" if truth[index] > 0 else "no")) if labelled else ""
        lines.append(f"{first + index},{said[index]:.6f},{color[index]}{answer}")
    return ("\n".join(lines) + "\n").encode()


def land(world: World, drop: str, content: bytes) -> str:
    """Land a labelled drop; how it ended."""
    world.handle(world.land(f"incoming/points/{drop}/points.csv", content))
    outcome = drop_outcome(world.ports, Landing("incoming", world.ports.core.scenarios["points"], drop, ""))
    assert outcome is not None
    return outcome.outcome


def score(world: World, drop: str, content: bytes) -> None:
    """Land rows to predict."""
    world.handle(world.land(f"scoring/points/{drop}/points.csv", content))


def window(world: World, number: int, x: Change | None = None, count: int = 400) -> None:
    """Predict a window of new points and watch it."""
    score(world, f"s{number}", centred(count, 100 + number, first=10_000 * number, labelled=False, x=x))
    monitor(world.ports, "points")
    world.clock.advance(hours=1)


def open_ones(world: World) -> list[Breach]:
    """What is wrong now."""
    return list(world.ports.monitoring.breaches.list("points", "open"))


def causes(world: World) -> list[tuple[str, str]]:
    """(cause, column) of what is wrong now."""
    return [(one.cause, one.column) for one in open_ones(world)]


def announced(world: World, kind: str) -> list[Any]:
    """The data of every notice of that type, delivered or not."""
    with closing(sqlite3.connect(world.home / "mlops.db")) as connection:
        rows = connection.execute("SELECT data FROM outbox WHERE type = ? ORDER BY seq", (kind,)).fetchall()
    return [json.loads(data) for (data,) in rows]


def test_windows_like_the_training_data_raise_nothing(tmp_path: Path) -> None:
    """Every window is watched once, against the training data and the model's own answers."""
    world = watched(tmp_path)
    for number in range(1, 4):
        window(world, number)
    assert causes(world) == []
    facts = world.ports.monitoring.measurements.windows("points")
    assert [(one.window.split("-")[0], one.rows) for one in facts] == [("s1", 400), ("s2", 400), ("s3", 400)]
    found = world.ports.monitoring.measurements.drift("points", facts[-1].window)
    assert {(one.feature, one.reference) for one in found} == {
        ("x", "training"), ("color", "training"), ("prediction", "holdout"), ("probability", "holdout"),
        ("prediction", "earlier"), ("probability", "earlier"),
    }  # fmt: skip
    assert {one.metric for one in found if one.feature == "x"} == {
        "psi", "jensen_shannon", "kolmogorov_smirnov", "wasserstein",
    }  # fmt: skip
    assert {one.verdict for one in found} == {"stable"}
    assert unmonitored_windows(world.ports, world.ports.core.scenarios["points"]) == []


def test_real_drift_persists_before_it_is_a_breach_and_is_learned_from_once(tmp_path: Path) -> None:
    """One strange window is none; the second is; five of them retrain once. The first window it was seen in is kept."""
    world = watched(tmp_path)
    window(world, 1)
    window(world, 2, lambda x: x + 1)
    more_rows(world)
    found = world.ports.monitoring.measurements.drift("points")
    assert {one.verdict for one in found if one.feature == "x" and one.window.startswith("s2")} == {"once"}
    assert causes(world) == []
    for number in range(3, 8):
        window(world, number, lambda x: x + 1)
    assert causes(world) == [("population_drift", "x")]
    (breach,) = open_ones(world)
    assert breach.first_window.startswith("s3")
    assert (breach.action, breach.windows) == ("retrain", 5)
    decisions = [one for one in world.ports.monitoring.decisions.list("points") if one.decided == "retrain"]
    assert [one.reason for one in decisions] == ["new_data", "drift"]
    assert len(world.trainer.submitted) == 2
    assert [one["column"] for one in announced(world, "Mlops.DriftDetected")] == ["x"]


def test_a_breach_is_over_when_the_data_is_as_it_was(tmp_path: Path) -> None:
    """And another time later is another occasion."""
    world = watched(tmp_path, retrain=RetrainPolicy(drift=False))
    for number, moved in enumerate((1, 1, 0, 0, 0, 1, 1), start=1):
        window(world, number, (lambda x: x + 1) if moved else None)
    breaches = world.ports.monitoring.breaches.list("points")
    assert [(one.cause, one.state) for one in breaches] == [
        ("population_drift", "closed"),
        ("population_drift", "open"),
    ]
    assert len(world.trainer.submitted) == 1


@pytest.mark.parametrize(
    ("change", "cause", "says"),
    [
        (lambda x: x * 1000, "unit_change", "1000 times"),
        (lambda x: x * 0.001, "unit_change", "1/1000 of"),
        (lambda x: np.concatenate((x[:150], np.full(len(x) - 150, x[150]))), "stuck_sensor", "looks stuck"),
    ],
    ids=["scaled up", "scaled down", "stuck"],
)
def test_a_defect_is_named_at_once_and_never_learned_from(
    tmp_path: Path, change: Change, cause: str, says: str
) -> None:
    """With its column and when it was first seen; an alert goes out, no training starts."""
    world = watched(tmp_path)
    window(world, 1)
    seen_at = world.clock.now
    for number in (2, 3, 4):
        window(world, number, change)
    (breach,) = [one for one in open_ones(world) if one.cause != "population_drift"]
    assert (breach.cause, breach.column, breach.action, breach.first_seen) == (cause, "x", "alert", seen_at)
    assert says in breach.sentence
    assert "population_drift" not in {one.cause for one in open_ones(world)}
    assert len(world.trainer.submitted) == 1
    (told,) = announced(world, "Mlops.DataBreachDetected")
    assert (told["cause"], told["column"]) == (cause, "x")


def test_a_surge_of_missing_values_is_named(tmp_path: Path) -> None:
    """And not taken for drift of what is left."""
    world = watched(tmp_path)
    for number in (1, 2):
        content = centred(400, number, first=1_000 * number, labelled=False).replace(b",blue\n", b",\n")
        score(world, f"s{number}", content)
        monitor(world.ports, "points")
    (breach,) = open_ones(world)
    assert (breach.cause, breach.column, breach.windows) == ("null_surge", "color", 2)
    assert "are missing" in breach.sentence


def test_a_load_that_comes_twice_is_named(tmp_path: Path) -> None:
    """Most rows stood in an earlier window: counted, and told which."""
    world = watched(tmp_path)
    window(world, 1)
    first = centred(400, 101, first=10_000, labelled=False).decode().splitlines()
    score(world, "s2", ("\n".join([*first[:-40], *(f"{90_000 + n},{n / 40},red" for n in range(40))]) + "\n").encode())
    monitor(world.ports, "points")
    (breach,) = open_ones(world)
    assert (breach.cause, "the load came twice" in breach.sentence) == ("duplicate_load", True)
    assert world.ports.monitoring.measurements.windows("points")[-1].repeated_rows > 300


def test_far_fewer_rows_than_usual_are_named(tmp_path: Path) -> None:
    """Once there are windows enough to say what is usual."""
    world = watched(tmp_path)
    for number in range(1, 5):
        window(world, number)
    window(world, 5, count=100)
    (breach,) = open_ones(world)
    assert breach.cause == "volume_drop"
    assert "100 rows; 400 are usual" in breach.sentence


def test_texts_in_another_spelling_are_a_changed_schema(tmp_path: Path) -> None:
    """No value is known: the coding changed, not the world. The window is refused, and its reason is the sentence."""
    world = watched(tmp_path)
    content = centred(400, 7, first=70_000, labelled=False).replace(b",blue", b",BLUE").replace(b",red", b",RED")
    score(world, "s1", content)
    monitor(world.ports, "points")
    (breach,) = open_ones(world)
    assert breach.cause == "schema_change"
    assert "knows no value of column 'color'" in breach.sentence
    assert "(capital letters)" in breach.sentence


def test_a_window_that_was_refused_is_a_breach_once(tmp_path: Path) -> None:
    """Its reason is the sentence."""
    world = watched(tmp_path)
    score(world, "s1", b"id,x,color\n1,abc,blue\n")
    for _ in range(2):
        monitor(world.ports, "points")
    (breach,) = open_ones(world)
    assert (breach.cause, breach.windows) == ("schema_change", 1)
    assert "'abc'" in breach.sentence


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        (lambda x: x * 1000, "unit_change"),
        (lambda x: np.concatenate((x[:150], np.full(len(x) - 150, x[150]))), "stuck_sensor"),
    ],
    ids=["unit", "stuck"],
)
def test_nothing_is_learned_from_a_defect_in_a_labelled_drop(tmp_path: Path, change: Change, cause: str) -> None:
    """It is quarantined as what it is; the next good drop trains and ends the breach."""
    world = watched(tmp_path)
    assert land(world, "d2", centred(600, 2, x=change)) == "quarantined"
    (breach,) = open_ones(world)
    assert (breach.cause, breach.column, breach.action) == (cause, "x", "quarantine")
    reasons = list((world.home / "lake" / "quarantine").rglob("reason.json"))
    assert [json.loads(path.read_text())["code"] for path in reasons] == [cause]
    assert len(world.trainer.submitted) == 1
    assert land(world, "d3", centred(600, 3)) in ("deployed", "refused")
    assert open_ones(world) == []
    assert len(world.trainer.submitted) == 2


def test_a_scenario_may_learn_from_a_new_unit_on_purpose(tmp_path: Path) -> None:
    """The causes that quarantine are its own declaration."""
    world = watched(tmp_path, Monitoring(quarantine=()))
    assert land(world, "d2", centred(600, 2, x=lambda x: x * 1000)) != "quarantined"
    assert len(world.trainer.submitted) == 2


def test_real_drift_in_a_labelled_drop_is_learned_from(tmp_path: Path) -> None:
    """That is what new data is for."""
    world = watched(tmp_path)
    assert land(world, "d2", centred(600, 2, x=lambda x: x + 1.5)) != "quarantined"
    assert len(world.trainer.submitted) == 2


def test_hours_of_logged_requests_are_windows(tmp_path: Path) -> None:
    """Only hours that are over; their features are compared with the model's holdout."""
    world = watched(tmp_path)
    random = np.random.default_rng(3)
    for hour, shift in ((9, 0.0), (10, 1.5), (11, 1.5), (12, 1.5)):
        log_hour(world, f"20260301/{hour:02d}", random.normal(size=300) + shift)
    world.clock.advance(minutes=15)
    result = monitor(world.ports, "points")
    assert result.windows == ("served-2026030109", "served-2026030110", "served-2026030111")
    found = world.ports.monitoring.measurements.drift("points", "served-2026030111")
    assert {one.verdict for one in found if (one.feature, one.reference) == ("x", "training")} == {"persistent"}
    assert causes(world) == [("population_drift", "x")]


def log_hour(world: World, hour: str, x: np.ndarray) -> None:
    """Requests as the API logs them, from two instances."""
    model = world.ports.training.registry.list("points")[-1]
    for instance, part in (("a-1", x[: len(x) // 2]), ("b-1", x[len(x) // 2 :])):
        sure = 1 / (1 + np.exp(-3 * part))
        table = pa.table(
            {
                "request_id": [f"{instance}{n}" for n in range(len(part))],
                "at": pa.array([world.clock.now] * len(part), pa.timestamp("us", "UTC")),
                "model": [model.id] * len(part),
                "generation": [1] * len(part),
                "entity_key": [str(n) for n in range(len(part))],
                "prediction": ["yes" if one > 0.5 else "no" for one in sure],
                "probability": sure,
                "x": part,
                "color": ["blue", "red"] * (len(part) // 2),
            }
        )
        sink = io.BytesIO()
        pq.write_table(table, sink, write_page_checksum=True)
        world.ports.core.lake.put(f"served/points/{hour}/{instance}.parquet", sink.getvalue())


def test_a_window_can_be_measured_again_and_says_the_same(tmp_path: Path) -> None:
    """No second breach, no second sighting; an unknown window is told."""
    world = watched(tmp_path, retrain=RetrainPolicy(drift=False))
    for number in (1, 2):
        window(world, number, lambda x: x + 1)
    measures, breaches = world.ports.monitoring.measurements, open_ones(world)
    before = [replace(one, measured_at=world.clock.now) for one in measures.drift("points")]
    for facts in measures.windows("points"):
        assert measure_again(world.ports, "points", facts.window).state == "done"
    assert [replace(one, measured_at=world.clock.now) for one in measures.drift("points")] == before
    assert [(one.id, one.windows) for one in open_ones(world)] == [(one.id, one.windows) for one in breaches]
    with pytest.raises(Missing, match="no complete, predicted window 'nonsense'"):
        measure_again(world.ports, "points", "nonsense")
    with pytest.raises(Missing, match="no scenario 'nothing'"):
        monitor(world.ports, "nothing")


def test_inputs_that_are_gone_are_told_and_not_tried_again(tmp_path: Path) -> None:
    """Nothing is measured; the window says why."""
    world = watched(tmp_path)
    score(world, "s1", centred(100, 9, labelled=False))
    (path,) = (world.home / "lake" / "scoring" / "points" / "s1").glob("*.csv")
    path.unlink()
    monitor(world.ports, "points")
    (facts,) = world.ports.monitoring.measurements.windows("points")
    assert facts.rows == 0
    assert "points.csv" in facts.reason
    assert monitor(world.ports, "points").windows == ()


def test_the_timer_asks_for_scenarios_that_are_served(tmp_path: Path) -> None:
    """One message each."""
    world = watched(tmp_path)
    assert [json.loads(message) for message in monitor_messages(world.ports)] == [{"scenario": "points"}]


def test_the_baseline_judges_beside_the_training_data(tmp_path: Path) -> None:
    """Both references are kept apart."""
    world = watched(tmp_path)
    (dataset,) = world.ports.datasets.versions.list("points")
    accept_baseline(world.ports, "points", dataset.id, by="ada", reason="A good month.")
    window(world, 1)
    found = world.ports.monitoring.measurements.drift("points")
    assert {one.reference for one in found if one.feature == "x"} == {"training", "baseline"}
    assert {one.reference_id for one in found if one.reference == "baseline"} == {"1"}


def test_two_monitors_at_once_do_the_work_of_one(tmp_path: Path) -> None:
    """Threads that watch the same scenario at the same time leave what one leaves."""
    world = watched(tmp_path)
    for number in (1, 2, 3):
        moved = centred(400, 100 + number, first=10_000 * number, labelled=False, x=lambda x: x + 1)
        score(world, f"s{number}", moved)
    more_rows(world)
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(lambda _: monitor(world.ports, "points"), range(2)))
    monitor(world.ports, "points")
    assert len(world.ports.monitoring.measurements.windows("points")) == 3
    assert (
        len([one for one in world.ports.monitoring.decisions.list("points") if one.reason == "drift" and one.run]) == 1
    )
    assert len(world.trainer.submitted) == 2


class DyingBreaches:
    """Breaches that die when one is seen."""

    def __init__(self, breaches: Breaches) -> None:
        self._breaches = breaches

    def observe(self, breach: Breach) -> tuple[Breach, bool]:
        """The worker is gone."""
        raise SystemExit(breach.id)

    def close(self, scenario: str, breach_id: str, at: datetime) -> None:
        """As it was."""
        self._breaches.close(scenario, breach_id, at)

    def list(self, scenario: str | None = None, state: str | None = None) -> Sequence[Breach]:
        """As it was."""
        return self._breaches.list(scenario, state)


def test_a_death_after_measuring_loses_no_breach(tmp_path: Path) -> None:
    """The numbers were kept, the breach was not: once the claim is free the window is watched again."""
    world = watched(tmp_path)
    window(world, 1)
    score(world, "s2", centred(400, 2, first=20_000, labelled=False, x=lambda x: x * 1000))
    whole = world.ports
    stores = replace(whole.monitoring, breaches=DyingBreaches(whole.monitoring.breaches))
    with pytest.raises(SystemExit):
        monitor(replace(whole, monitoring=stores), "points")
    assert (len(whole.monitoring.measurements.windows("points")), causes(world)) == (2, [])
    world.clock.advance(minutes=10)
    monitor(whole, "points")
    assert causes(world) == [("unit_change", "x")]
