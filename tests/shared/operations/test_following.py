"""What became of a file, told from its landing to the deployment, and nothing about its neighbours."""

from __future__ import annotations

from pathlib import Path

import pytest
from world import World, points_csv

from shared.core.ledger import Kind
from shared.operations.following import followed


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Twelve drops that each became a model, and a window; drop `d1` has the longer namesakes `d10` and `d11`."""
    home: Path = tmp_path_factory.mktemp("followed")
    world = World(home)
    for number in range(1, 12):
        world.trainer.weight = 3.0 + number / 10
        world.handle(world.land(f"incoming/points/d{number}/points.csv", points_csv(400, seed=number)))
    world.handle(world.land("scoring/points/new/points.csv", points_csv(70, seed=99, labelled=False)))
    world.sweep()
    return world


@pytest.mark.parametrize("text", ["points/d1@", "incoming/points/d1/points.csv"])
def test_a_drop_is_followed_to_its_deployment(lived: World, text: str) -> None:
    """Drop, dataset, run, model, verdict and deployment, oldest first; nothing of the second drop."""
    entries = followed(lived.ports, text)
    kinds = [entry.kind for entry in entries]
    for before, after in ((Kind.DROP, Kind.TRAIN), (Kind.TRAIN, Kind.MODEL), (Kind.MODEL, Kind.RELEASE)):
        assert kinds.index(before) < kinds.index(after)
    assert ("deployment", "points/1") in {(entry.kind, entry.key) for entry in entries}
    told = "\n".join(f"{entry.key} {entry.reason}" for entry in entries)
    for other in ("points/d2@", "points/d10@", "points:2", "points:10", "points:11"):
        assert other not in told


def test_a_scored_file_is_followed_to_its_window(lived: World) -> None:
    """The file's own lines, then those of the window."""
    entries = followed(lived.ports, "scoring/points/new/points.csv")
    assert {entry.kind for entry in entries} == {Kind.BLOB, Kind.WINDOW}
    assert entries[-1].reason.startswith("70 rows were predicted")


def test_a_kind_is_not_followed(lived: World) -> None:
    """`history --why model` stays a list of models."""
    assert {entry.kind for entry in followed(lived.ports, "model")} == {Kind.MODEL}


def test_nothing_is_followed_from_nothing(lived: World) -> None:
    """No entry, no error."""
    assert followed(lived.ports, "no-such-thing") == []
