"""Files land under the name of their table and their own, which every later sentence shows."""

from __future__ import annotations

from pathlib import Path

import pytest
from world import POINTS, World

from local.console.drop_files import land, match_tables
from shared.core.errors import BadInput
from shared.core.paths import missing_parts, table_of


@pytest.fixture
def world(tmp_path: Path) -> World:
    """An empty lake."""
    return World(tmp_path / "home")


def landed(world: World, folder: Path, *names: str) -> list[str]:
    """The names that these files get in a drop."""
    files = [folder / name for name in names]
    for file in files:
        file.write_bytes(b"id,x,color\n1,2,red\n")
    return [blob.name for blob in land(world.ports, "scoring", POINTS, "d1", {"points": files})]


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("points.csv", "points.csv"),
        ("points.March.CSV", "points.March.csv"),
        ("March.csv", "points.March.csv"),
        ("Übersicht (2) v1.parquet", "points.Übersicht__2__v1.parquet"),
        ("points.1of2.csv", "points.csv"),
    ],
)
def test_a_file_keeps_its_own_name(world: World, tmp_path: Path, name: str, expected: str) -> None:
    """Behind the table's, in characters that every lake takes."""
    assert landed(world, tmp_path, name) == [expected]
    assert table_of(expected, "scoring", POINTS).name == "points"


def test_several_files_are_numbered_and_keep_their_names(world: World, tmp_path: Path) -> None:
    """A drop waits for the parts that others announce."""
    names = landed(world, tmp_path, "a.csv", "points.2of2.csv")
    assert names == ["points.1of2.a.csv", "points.2of2.csv"]
    assert missing_parts(names[:1]) == ["points.2of2"]
    assert missing_parts(names) == []


def test_a_corrected_file_replaces_the_one_that_lies_in_the_drop(world: World, tmp_path: Path) -> None:
    """Whatever it is called: two files would both be rows of the drop."""
    landed(world, tmp_path, "bad.csv")
    landed(world, tmp_path, "corrected.csv")
    assert [blob.name for blob in world.ports.core.lake.list("scoring/")] == ["points.bad.csv"]


def test_a_file_that_is_named_twice_is_refused(world: World, tmp_path: Path) -> None:
    """Also under another name: its rows would count twice."""
    file, other = tmp_path / "a.csv", tmp_path / "b.csv"
    file.write_bytes(b"id,x,color\n1,2,red\n")
    other.symlink_to(file)
    for second in (file, other):
        with pytest.raises(BadInput, match="the same file is named twice"):
            match_tables(world.ports, POINTS, POINTS.tables, [file, second], None)
