"""What is counted where parts came or went is what counting all rows says."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import reduce
from operator import or_
from pathlib import Path
from threading import Event
from typing import Any, BinaryIO

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from increments import Drops
from world import POINTS, PRICES

from shared.adapters.files.folder_lake import FolderLake
from shared.adapters.limited_lake import LimitedLake
from shared.core.errors import Transient
from shared.core.scenario import Column, Scenario
from shared.core.work_time import limited
from shared.datasets.reading import index_path
from shared.datasets.row_counts import RowCounts
from shared.datasets.row_index import ArrayIndex, Index, IndexWriter, index_of
from shared.datasets.version import Part

KEYED = POINTS
PLAIN = replace(POINTS, tables=(replace(POINTS.tables[0], key=()),))
TIMED = replace(
    PLAIN, tables=(replace(PLAIN.tables[0], columns=(*PLAIN.tables[0].columns, Column("at", "float"))),), time="at"
)
type Rows = list[tuple[int, str]]
# Parts as (position, rows); in a part with a key no id repeats.
ROWS = st.lists(st.tuples(st.integers(0, 9), st.sampled_from("ab")), max_size=12, unique_by=lambda row: row[0])
REPEATED = st.lists(st.tuples(st.integers(0, 9), st.sampled_from("ab")), max_size=12)


def table_of(rows: Rows) -> pa.Table:
    """The rows as a table."""
    return pa.table(
        {"id": pa.array([one for one, _ in rows], pa.int64()), "color": pa.array([v for _, v in rows], pa.string())}
    )


def prices(ids: Sequence[int]) -> dict[str, pa.Table]:
    """Rows without a key."""
    return {"prices": pa.Table.from_pylist([{"id": n, "x": n * 0.5, "z": n * 0.25, "y": n * 1.5} for n in ids])}


class Parts:
    """Parts of one table in memory, and what counts their rows."""

    def __init__(self, home: pytest.TempPathFactory, scenario: Scenario) -> None:
        self._table, self._indexes = scenario.tables[0], dict[str, Index]()
        self.counts = RowCounts(FolderLake(home.getbasetemp()), scenario, "points", self._indexes)

    def part(self, position: int, rows: Rows) -> Part:
        """A part at that position."""
        sha = f"{position}"
        self._indexes[sha] = ArrayIndex(index_of(table_of(rows), self._table))
        return Part(sha, sha, len(rows), sha, position)


@settings(max_examples=150, deadline=None)
@given(data=st.data())
@pytest.mark.parametrize("scenario", [KEYED, PLAIN], ids=["keyed", "plain"])
def test_counts_follow_parts_that_come_and_go(
    tmp_path_factory: pytest.TempPathFactory, scenario: Scenario, data: st.DataObject
) -> None:
    """Added at the end or between, replaced or gone: as by counting all rows, and whether they are the same."""
    parts = Parts(tmp_path_factory, scenario)
    found = data.draw(st.lists(ROWS if scenario is KEYED else REPEATED, min_size=1, max_size=5))
    every = [parts.part(position, rows) for position, rows in enumerate(found)]
    before = [part for part in every if data.draw(st.booleans())]
    after = [part for part in every if data.draw(st.booleans())]
    known = parts.counts.count({}, before)
    assert parts.counts.count(known, after) == parts.counts.count({}, after)

    def standing_rows(chosen: list[Part]) -> Counter[tuple[int, str]]:
        rows = [Counter(found[part.position]) for part in chosen]
        if scenario is PLAIN:
            return reduce(or_, rows, Counter())
        return Counter(dict(row for part in chosen for row in found[part.position]).items())

    assert parts.counts.count({}, after).keys() == dict.fromkeys(after).keys()
    assert sum(parts.counts.count(known, after).values()) == standing_rows(after).total()
    both = bool(before) == bool(after)
    assert parts.counts.same(known, after) == (both and standing_rows(before) == standing_rows(after))


@settings(max_examples=60, deadline=None)
@given(mine=REPEATED, others=st.lists(REPEATED, min_size=1, max_size=4))
def test_what_a_part_holds_of_the_others(
    tmp_path_factory: pytest.TempPathFactory, mine: Rows, others: list[Rows]
) -> None:
    """Each row as often as both do."""
    parts = Parts(tmp_path_factory, PLAIN)
    before = [parts.part(position, rows) for position, rows in enumerate(others)]
    own = parts.part(len(others), mine)
    stands = reduce(or_, map(Counter, others))
    assert parts.counts.held(own, parts.counts.count({}, before)) == (Counter(mine) & stands).total()


def stored(lake: FolderLake, rows: pa.Table, position: int, first: str = "", last: str = "") -> Part:
    """A part whose index lies in the lake."""
    writer, sha = IndexWriter(TIMED.tables[0]), f"{position:064}"
    writer.add(rows)
    with writer.done().open() as content:
        lake.put(index_path("points", "points", sha), content)
    return Part(f"t/{sha}", sha, rows.num_rows, sha, position, (), first, last)


def timed(*times: float) -> pa.Table:
    """Rows of those times."""
    return pa.table({"id": pa.array([1] * len(times), pa.int64()), "at": pa.array(times, pa.float64())})


def test_parts_of_other_times_are_not_read(tmp_path: Path) -> None:
    """Their rows cannot equal the new ones; a part that reaches into the time of the new one is read."""
    lake = FolderLake(tmp_path)
    first = stored(lake, timed(1, 2), 1, "1970-01-01T00:00:01+00:00", "1970-01-01T00:00:02+00:00")
    second = stored(lake, timed(3, 5), 2, "1970-01-01T00:00:03+00:00", "1970-01-01T00:00:05+00:00")
    known = {first: 2, second: 2}
    own = Part("own", "own", 2, "own", 3, (), "1970-01-01T00:00:04+00:00", "1970-01-01T00:00:05+00:00")
    counts = RowCounts(lake, TIMED, "points", {"own": ArrayIndex(index_of(timed(4, 5), TIMED.tables[0]))})
    for blob in list(lake.list("tables/")):
        if first.sha256 in blob.path:
            lake.remove(blob.path, blob.etag)
    assert counts.count(known, (first, second, own)) == {first: 2, second: 2, own: 1}


def test_an_index_that_is_damaged_is_made_again(tmp_path: Path) -> None:
    """From the rows of its part, which are checked."""
    drops = Drops(tmp_path, PRICES)
    drops.drop("d1", prices(range(40)))
    drops.drop("d2", prices(range(40, 60)))
    (index, *_) = (blob for blob in drops.ports.core.lake.list("tables/") if blob.path.endswith(".index"))
    with drops.ports.core.lake.open(index.path) as source:
        content = source.read()
    drops.ports.core.lake.put(index.path, content[:-8] + b"damaged!", if_absent=False)
    drops.drop("d3", prices(range(30, 70)))
    (table,) = drops.newest.tables
    assert (table.rows, table.replaced) == (70, 30)
    with drops.ports.core.lake.open(index.path) as source:
        assert source.read() == content


class Together:
    """A lake that is far away: the first reader waits for a second one."""

    def __init__(self, lake: FolderLake) -> None:
        self._lake, self._readers, self._both = lake, list[str](), Event()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._lake, name)

    def open(self, path: str) -> BinaryIO:
        """As the other lake, once two readers are there."""
        self._readers.append(path)
        if len(self._readers) > 1:
            self._both.set()
        assert self._both.wait(timeout=600), "nobody else reads"
        return self._lake.open(path)


def many(lake: FolderLake) -> tuple[dict[Part, int], dict[str, Index]]:
    """Sixteen parts and what is known of them, and the index of one more."""
    known = {stored(lake, timed(at, at + 1), at): 2 for at in range(0, 32, 2)}
    return known, {"own": ArrayIndex(index_of(timed(3, 40), TIMED.tables[0]))}


def test_many_indexes_are_read_at_the_same_time(tmp_path: Path) -> None:
    """Two readers are in the lake at once; the counts are those of one."""
    known, own = many(FolderLake(tmp_path))
    counts = RowCounts(Together(FolderLake(tmp_path)), TIMED, "points", own)  # type: ignore[arg-type]
    part = Part("own", "own", 2, "own", 40)
    assert counts.count(known, (*known, part)) == {**known, part: 1}


def test_readers_know_how_long_the_work_may_take(tmp_path: Path) -> None:
    """Beside the thread whose time is over they stop as well."""
    lake = FolderLake(tmp_path)
    known, own = many(lake)
    counts = RowCounts(LimitedLake(lake, lambda: None), TIMED, "points", own)
    with limited(0), pytest.raises(Transient):
        counts.count(known, (*known, Part("own", "own", 2, "own", 40)))
