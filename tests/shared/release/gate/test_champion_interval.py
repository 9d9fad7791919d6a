"""The gate shows the interval of a lead over the champion."""

from __future__ import annotations

import re
from pathlib import Path

from world import InlineTrainer, World, points_csv, prices_csv

from shared.release.verdict import Check


def _champion_check(world: World, scenario: str) -> Check:
    """The newest version's comparison with the champion."""
    verdict = world.ports.release.deployments.verdict(world.ports.training.registry.list(scenario)[-1])
    assert verdict is not None
    return next(check for check in verdict.checks if check.name == "champion")


def _ends(check: Check) -> tuple[float, float, float]:
    found = re.search(r"a difference of (\S+) \(99.6 %: (\S+) to (\S+)\)", check.reason)
    assert found is not None, check.reason
    return float(found[1]), float(found[2]), float(found[3])


def test_a_lead_has_an_interval(tmp_path: Path) -> None:
    """A clear lead lies on one side of zero; a model that ranks alike differs by nothing and is not worse."""
    world = World(tmp_path, trainer=InlineTrainer(weight=0.02))
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    world.trainer.weight = 3.0
    world.handle(world.land("incoming/points/d2/points.csv", points_csv(seed=5)))
    better = _champion_check(world, "points")
    assert better.verdict == "pass"
    value, low, high = _ends(better)
    assert 0 < low <= value <= high
    world.trainer.weight = 300.0
    world.handle(world.land("incoming/points/d3/points.csv", points_csv(seed=6)))
    alike = _champion_check(world, "points")
    assert alike.verdict == "pass"
    value, low, high = _ends(alike)
    assert low <= value <= high
    assert max(abs(low), abs(high)) < 0.01


def test_of_an_error_less_is_better(tmp_path: Path) -> None:
    """A worse RMSE is a difference above zero, interval and all."""
    world = World(tmp_path, trainer=InlineTrainer(weight=2.8))
    world.handle(world.land("incoming/prices/d1/prices.csv", prices_csv()))
    world.trainer.weight = 2.0
    world.handle(world.land("incoming/prices/d2/prices.csv", prices_csv(seed=2)))
    worse = _champion_check(world, "prices")
    assert worse.verdict == "fail"
    value, low, high = _ends(worse)
    assert 0 < low <= value <= high
