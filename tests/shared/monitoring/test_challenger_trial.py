"""Late labels of the windows since an undecided challenger came are further fresh rows for its gate."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from world import SCENARIOS, InlineTrainer, World, points_csv

from shared.core.policies import Feedback
from shared.core.scenario import Gate, History, Scenario
from shared.monitoring.monitor import monitor
from shared.release.verdict import Verdict
from shared.training.stored_models import find_model

POINTS = replace(SCENARIOS["points"], gate=Gate(margin=0.001), history=History("replace"))
ROWS = 1_200


def undecided(folder: Path, scenario: Scenario = POINTS, **settings: str) -> World:
    """Version 1 serves; version 2 ranks better, which its 220 judging rows do not show yet."""
    world = World(folder, trainer=InlineTrainer(0.3), scenarios={"points": scenario}, **settings)
    world.handle(world.land("incoming/points/d1/points.csv", points_csv(220, seed=2)))
    world.trainer.weight = 3.0
    world.handle(world.land("incoming/points/d2/points.csv", points_csv(220, seed=3)))
    assert judged(world).state == "undecided"
    return world


def judged(world: World) -> Verdict:
    """The certificate of version 2."""
    verdict = world.ports.release.deployments.verdict(find_model(world.ports, "points", 2))
    assert verdict is not None
    return verdict


def predict_and_label(world: World) -> None:
    """A window of new rows, and then all their answers; monitored after each."""
    told = points_csv(ROWS, seed=4, first=50_000).decode()
    lines = [line.split(",") for line in told.splitlines()]
    rows = "\n".join(",".join(line[:3]) for line in lines)
    answers = "\n".join(f"{line[0]},{line[3]}" for line in lines)
    world.handle(world.land("scoring/points/w1/points.csv", f"{rows}\n".encode()))
    monitor(world.ports, "points")
    world.handle(world.land("actuals/points/w1/points.csv", f"{answers}\n".encode()))
    monitor(world.ports, "points")


def test_labels_of_its_windows_decide_an_undecided_challenger(tmp_path: Path) -> None:
    """The sweep looks again, on rows that name the trial; a repeat writes nothing further."""
    world = undecided(tmp_path)
    predict_and_label(world)
    kept = [blob.path for blob in world.ports.core.lake.list("trials/points/2/")]
    assert len(kept) == 1
    monitor(world.ports, "points")
    assert [blob.path for blob in world.ports.core.lake.list("trials/")] == kept
    world.sweep()
    verdict = judged(world)
    assert verdict.judging is not None
    assert verdict.passed, verdict.reason
    assert verdict.judging.dataset.endswith(f"-{ROWS}")
    assert verdict.judging.rows > ROWS
    current = world.ports.release.deployments.current("points")
    assert current is not None
    assert current.version == 2


@pytest.mark.parametrize(
    ("scenario", "settings"),
    [
        (POINTS, {"TRIAL_WINDOWS": "0"}),
        (replace(POINTS, feedback=Feedback(labels_depend_on_decision=True)), {}),
    ],
    ids=["switched off", "labels depend on decisions"],
)
def test_labels_that_may_not_judge_change_nothing(tmp_path: Path, scenario: Scenario, settings: dict[str, str]) -> None:
    """The challenger stays undecided, by its first look."""
    world = undecided(tmp_path, scenario, **settings)
    predict_and_label(world)
    world.sweep()
    assert judged(world).judging == replace(judged(world).judging, number=1, look=1)  # type: ignore[type-var]
    assert not list(world.ports.core.lake.list("trials/"))
