"""Train and test of a version are two named lists of parts, written when its training is requested."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from world import POINTS, World, points_csv

from shared.core.scenario import Split
from shared.datasets.assets import describe_asset, read_assets
from shared.datasets.version import LEARN_ONLY


def test_the_assets_name_the_parts_of_every_drop(tmp_path: Path) -> None:
    """Both of them, in order; a part whose rows only learn holds none that judge."""
    world = World(tmp_path)
    for name, first in (("d1", 0), ("d2", 400)):
        world.handle(world.land(f"incoming/points/{name}/points.csv", points_csv(400, first=first)))
    version = world.ports.datasets.versions.list("points")[-1]
    assets = read_assets(world.ports, version)
    assert list(assets) == ["points-train", "points-test"]
    parts = [(part.path, part.drop) for part in version.tables[0].parts]
    for name, role in (("points-train", "learn"), ("points-test", "judge")):
        assert (assets[name]["version"], assets[name]["role"]) == (version.id, role)
        assert [(part["path"], part["drop"]) for part in assets[name]["parts"]] == parts
    (table,) = version.tables
    fed = replace(table, parts=(table.parts[0], replace(table.parts[1], kind="feedback", role=LEARN_ONLY)))
    learning = replace(version, tables=(fed,))
    train, test = (describe_asset(POINTS, learning, asset)["parts"] for asset in ("train", "test"))
    assert [part["role"] for part in train] == ["learn or judge", "learn"]
    assert [part["drop"] for part in test] == ["d1"]


@pytest.mark.parametrize(
    ("split", "judging"),
    [
        (Split("random"), "the 10% of the rows with the smallest hashes"),
        (Split("time", test=0.2, gap_hours=51), "the newest 20% of the rows"),
        (Split("given", column="held"), "the rows in which 'held' is true"),
    ],
)
def test_the_rule_says_what_decides_on_a_row(tmp_path: Path, split: Split, judging: str) -> None:
    """For whoever reads the list without the code."""
    world = World(tmp_path)
    world.handle(world.land("incoming/points/d1/points.csv", points_csv(400)))
    version = world.ports.datasets.versions.list("points")[-1]
    declared = replace(POINTS, split=split)
    assert describe_asset(declared, version, "test")["rule"] == f"These rows judge: {judging}" + (
        ", at most 20,000." if split.kind == "random" else "."
    )
    assert judging in describe_asset(declared, version, "train")["rule"]
