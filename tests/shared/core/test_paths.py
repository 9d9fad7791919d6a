"""Names in the lake are judged before anything is read."""

from __future__ import annotations

import pytest
from world import PAIRS, SCENARIOS

from shared.core.blob import name_problem
from shared.core.errors import Quarantined
from shared.core.paths import Landing, landing, missing_parts, table_of


@pytest.mark.parametrize(
    ("path", "why"),
    [
        ("datasets/points/1/points.parquet", "written by the system"),
        ("quarantine/points/d/x.csv", "written by the system"),
        ("incoming/points/points.csv", "is not incoming/"),
        ("incoming/points/a/b/points.csv", "is not incoming/"),
        ("incoming/none/d/points.csv", "no scenario 'none'"),
        ("incoming/points/..%2f/points.csv", "is not 1 to 80 letters"),
        ("incoming/points/a b/points.csv", "is not 1 to 80 letters"),
        ("incoming/points//points.csv", "is not 1 to 80 letters"),
        ("scoring/points/d/_SUCCESS", "a marker that a data engine leaves"),
        ("scoring/points/d/_committed_8675309", "a marker that a data engine leaves"),
        ("scoring/points/d/~$points.xlsx", "the lock or the copy of an editor"),
        ("scoring/points/d/Thumbs.db", "a file of the operating system"),
        ("incoming/points/d/.DS_Store", "a file of the operating system"),
        ("incoming/points/d/points.csv.crc", "a checksum"),
        ("incoming/points/d/points.csv.TMP", "a copy under way"),
        ("incoming/points/d/points.csv.crdownload", "a copy under way"),
    ],
)
@pytest.mark.fault(10)
def test_a_path_that_is_no_drop_says_why(path: str, why: str) -> None:
    """Own outputs, wrong depth, unknown scenarios and odd names ask for nothing."""
    told = landing(path, SCENARIOS)
    assert isinstance(told, str)
    assert why in told


@pytest.mark.parametrize("area", ["incoming", "scoring"])
def test_a_drop_is_found_in_both_areas(area: str) -> None:
    """The folder is the drop."""
    where = landing(f"{area}/points/d-1/x.csv", SCENARIOS)
    assert isinstance(where, Landing)
    assert (where.folder, where.key, where.file) == (f"{area}/points/d-1/", "points/d-1", "x.csv")


def test_a_file_belongs_to_the_table_in_its_name() -> None:
    """Also when it is one of several parts."""
    assert table_of("left.csv", "incoming", PAIRS).name == "left"
    assert table_of("right.2of3.parquet", "incoming", PAIRS).name == "right"
    assert table_of("whatever.csv", "scoring", PAIRS).name == "left"
    assert table_of("whatever.csv", "incoming", SCENARIOS["points"]).name == "points"


def test_an_unknown_table_is_quarantined_with_the_names_that_are_known() -> None:
    """With several tables a name must be one of theirs."""
    with pytest.raises(Quarantined, match=r"'lefty\.csv' names no table of pairs; accepted: left\.csv, right\.csv"):
        table_of("lefty.csv", "incoming", PAIRS)


def test_parts_announce_how_many_they_are() -> None:
    """A drop with `1of3` waits for the other two."""
    assert missing_parts(["t.1of3.csv", "t.3of3.csv", "u.csv"]) == ["t.2of3"]
    assert missing_parts(["t.1of1.csv"]) == []


@pytest.mark.fault(76)
def test_a_name_that_no_database_could_keep_is_refused_at_the_door() -> None:
    """1 024 characters are allowed, but a key of the state has 1 200 bytes: Cyrillic letters take two each."""
    assert name_problem("scoring/points/d/" + "/".join(["я" * 100] * 5)) == ""
    assert "bytes" in name_problem("scoring/points/d/" + "/".join(["я" * 100] * 6))
