"""A labelled drop whose categories are written in several ways is told of: a model takes `Red` and `red` for two."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from world import POINTS, World, points_csv

from shared.core.ledger import Kind


def told(world: World, drop: str, data: bytes) -> str:
    """What the history says of the drop."""
    path = f"incoming/points/{drop}/points.csv"
    world.handle(world.land(path, data))
    return next(one.reason for one in world.ports.core.history.entries(50) if one.kind == Kind.BLOB and drop in one.key)


@pytest.mark.parametrize(
    ("spelling", "words"),
    [(b",Red,", "capital letters"), (b",r\xc2\xa0ed,", "an invisible character U+00A0"), (b",r ed,", "spaces")],
)
def test_a_second_spelling_within_a_drop_is_told(world: World, spelling: bytes, words: str) -> None:
    """With the rows that have it and the cause; the data is registered as it is."""
    data = points_csv()
    half = len(data) // 2
    reason = told(world, "d1", data[:half] + data[half:].replace(b",red,", spelling))
    assert reason.startswith("Registered as dataset")
    assert "In column 'color' of table 'points' " in reason
    assert f"({words}); a model takes it for another value." in reason


def test_a_spelling_that_differs_from_the_version_before_is_told(world: World) -> None:
    """The value that was there first is the known one; a drop with many is quarantined before."""
    assert "another spelling" not in told(world, "d1", points_csv())
    data = points_csv(seed=2, first=1000)
    reason = told(world, "d2", data[:-200] + data[-200:].replace(b",red,", b",RED,"))
    assert "have a known value in another spelling: 'RED' (capital letters);" in reason


def test_personal_values_are_not_shown(tmp_path: Path) -> None:
    """The column, the rows, and no value."""
    world = World(tmp_path, scenarios={"points": replace(POINTS, personal=("color",))})
    data = points_csv()
    reason = told(world, "d1", data[:3000] + data[3000:].replace(b",red,", b",Red,"))
    assert "have a known value in another spelling; a model takes it" in reason
    assert "Red" not in reason
    world.close()


def test_other_marks_are_other_values(world: World) -> None:
    """A, A+ and 1.0 beside 10 may be meant as they are."""
    data = points_csv()
    half = len(data) // 2
    assert "another spelling" not in told(world, "d1", data[:half] + data[half:].replace(b",red,", b",red+,"))
