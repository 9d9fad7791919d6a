"""The profile of a version on top of others: old parts are described once, whatever comes after them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from increments import Drops
from opened import OpenedLake
from ports_with import ports_with
from world import POINTS, PRICES

from shared.adapters.profiling import ArrowProfiles
from shared.core.errors import Missing
from shared.datasets.version import DatasetVersion
from shared.monitoring.drift.references import training_profile, training_runs
from shared.profiles.part_profiles import known_path
from shared.profiles.whole_profile import whole_profile


def points(first: int, last: int, x: float = 0.0) -> dict[str, pa.Table]:
    """Rows with a key."""
    numbers = range(first, last)
    rows = [{"id": n, "x": x + n % 7 / 2, "color": "red" if n % 3 else "blue", "y": "yes"} for n in numbers]
    return {"points": pa.Table.from_pylist([{**row, "y": "no" if row["id"] % 2 else "yes"} for row in rows])}


def prices(first: int, last: int) -> dict[str, pa.Table]:
    """Rows without a key."""
    rows = [{"id": n, "x": n * 0.5, "z": n % 3 * 0.25, "y": n * 1.5} for n in range(first, last)]
    return {"prices": pa.Table.from_pylist(rows)}


def describe(drops: Drops) -> tuple[list[str], list[str]]:
    """Describe the newest version, as monitoring wants it: the drops whose rows were read, and the indexes."""
    lake, dataset = OpenedLake(drops.ports.core.lake), drops.newest
    ports = ports_with(drops.ports, core__lake=lake)
    ((name, found),) = training_profile(ports, drops.scenario.name, dataset.id).items()
    runs = training_runs(ports, drops.scenario.name, dataset.id)[name]
    (rows,) = drops.rows().values()
    wanted = ArrowProfiles().describe(rows).profile
    assert json.dumps(found.to_json(), sort_keys=True) == json.dumps(wanted.to_json(), sort_keys=True)
    assert runs == ArrowProfiles().runs(rows)
    names = {part.path: part.drop for table in dataset.tables for part in table.parts}
    return [names[path] for path in lake.paths if path in names], [one for one in lake.paths if one.endswith(".index")]


def test_only_the_rows_of_the_new_part_are_read(tmp_path: Path) -> None:
    """However many came before; where no row gave way, no index either. The profile is that of all rows, bit by bit."""
    drops = Drops(tmp_path, POINTS)
    for number in range(5):
        drops.drop(f"d{number}", points(40 * number, 40 * number + 40))
    assert describe(drops) == ([f"d{number}" for number in range(5)], [])
    drops.drop("d5", points(200, 260))
    assert describe(drops) == (["d5"], [])
    assert describe(drops) == ([], [])


def test_a_correction_describes_the_parts_anew_whose_rows_gave_way(tmp_path: Path) -> None:
    """And no others: what is known of the others still holds."""
    drops = Drops(tmp_path, POINTS)
    for number in range(3):
        drops.drop(f"d{number}", points(40 * number, 40 * number + 40))
    describe(drops)
    drops.drop("corrected", points(50, 60, x=9.0))
    assert describe(drops)[0] == ["d1", "corrected"]
    drops.drop("d4", points(200, 260))
    assert describe(drops)[0] == ["d4"]


def test_rows_without_a_key_that_come_again_are_counted_once(tmp_path: Path) -> None:
    """The part that brings them again is described without them."""
    drops = Drops(tmp_path, PRICES)
    drops.drop("d1", prices(0, 60))
    drops.drop("d2", prices(50, 100))
    assert describe(drops)[0] == ["d1", "d2"]
    drops.drop("d3", prices(200, 260))
    assert describe(drops)[0] == ["d3"]


@pytest.mark.parametrize("damage", ["removed", "damaged", "of another part"])
def test_what_is_missing_or_foreign_is_made_again_once(tmp_path: Path, damage: str) -> None:
    """A lake from before, or one that something wrote into."""
    drops = Drops(tmp_path, POINTS)
    for number in range(2):
        drops.drop(f"d{number}", points(40 * number, 40 * number + 40))
    describe(drops)
    first, second = (known(tmp_path, drops, place) for place in (0, 1))
    {
        "removed": first.unlink,
        "damaged": lambda: first.write_bytes(b"?" * 50),
        "of another part": lambda: first.write_bytes(second.read_bytes()),
    }[damage]()
    drops.drop("d2", points(200, 260))
    assert describe(drops)[0] == ["d0", "d2"]
    drops.drop("d3", points(300, 360))
    assert describe(drops)[0] == ["d3"]


def known(home: Path, drops: Drops, place: int) -> Path:
    """The file beside a part of the newest version."""
    (table,) = drops.newest.tables
    where = known_path(drops.scenario.name, table.name, table.parts[place].sha256)
    (found,) = (path for path in home.rglob("*.profile") if path.as_posix().endswith(where))
    return found


class ErasedMeanwhile(OpenedLake):
    """A lake in which a part goes, with what lies beside it, while somebody describes it."""

    def put(self, path: str, data: bytes, **options: Any) -> Any:
        """Keep it, too late."""
        for beside in (path, path.replace(".profile", ".parquet")):
            if path.endswith(".profile") and (blob := self.stat(beside)) is not None:
                self.remove(beside, blob.etag)
        return self._lake.put(path, data, **options)


def test_nothing_is_kept_of_a_part_that_went_while_it_was_described(tmp_path: Path) -> None:
    """A person of it was erased: no value of theirs may come back."""
    drops = Drops(tmp_path, POINTS)
    for number in range(2):
        drops.drop(f"d{number}", points(40 * number, 40 * number + 40))
    ports = ports_with(drops.ports, core__lake=ErasedMeanwhile(drops.ports.core.lake))
    with pytest.raises(Missing, match="went while it was described"):
        training_profile(ports, "points", drops.newest.id)
    assert list(tmp_path.rglob("*.profile")) == []


def test_random_corrections_never_leave_a_stale_profile(tmp_path: Path) -> None:
    """Six drops that overwrite one another at random; after each the profile is that of the rows that stand."""
    random, drops = np.random.default_rng(7), Drops(tmp_path, POINTS)
    for number in range(6):
        first = int(random.integers(0, 150))
        drops.drop(f"d{number}", points(first, first + int(random.integers(15, 60)), x=float(number)))
        describe(drops)


def test_a_person_who_accepts_a_baseline_gets_the_same_profile(tmp_path: Path) -> None:
    """Monitoring and baselines read one file."""
    drops = Drops(tmp_path, POINTS)
    drops.drop("d0", points(0, 40))
    drops.drop("d1", points(40, 80))
    version: DatasetVersion = drops.newest
    tables = training_profile(drops.ports, drops.scenario.name, version.id)
    assert whole_profile(drops.ports, version).tables == tables
