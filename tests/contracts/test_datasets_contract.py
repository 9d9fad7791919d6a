"""What every store of dataset versions promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from contracts.stores import Stores

from shared.datasets.head import Head, moved
from shared.datasets.ports import DatasetVersions
from shared.datasets.version import DatasetTable, DatasetVersion, Part

AT = datetime(2024, 3, 31, 1, 30, tzinfo=UTC)
PARTS = (
    Part(
        "tables/adult/rows/a.parquet", "a" * 64, 100, "january", 1, ("incoming/adult/january/rows.csv@1",), "2026-01-01"
    ),
    Part("tables/adult/rows/b.parquet", "b" * 64, 30, "february", 2, ("incoming/adult/february/rows.csv@2",)),
)
TABLES = (DatasetTable("rows", PARTS, 120, replaced=10), DatasetTable("more", (Part("x", "c" * 64, 7),), 7))


def dataset(number: int, scenario: str = "adult") -> DatasetVersion:
    """A version of its own content."""
    sources = ("incoming/adult/one/rows.csv@0x1", "incoming/adult/one/more.csv@0x2")
    return DatasetVersion(scenario, f"d{number}", f"{number:064x}", TABLES, sources, AT + timedelta(hours=number))


@pytest.fixture
def datasets(stores: Stores) -> DatasetVersions:
    """The store of the database."""
    return stores.make("datasets")


class TestDatasets:
    """Port `Datasets`."""

    def test_a_version_comes_back_whole(self, datasets: DatasetVersions) -> None:
        """By id and by content."""
        assert datasets.add(dataset(1)) == dataset(1)
        assert datasets.find("adult", "d1") == dataset(1)
        assert datasets.by_digest("adult", dataset(1).digest) == dataset(1)
        assert dataset(1).rows == 120

    def test_the_same_content_is_the_same_version(self, datasets: DatasetVersions) -> None:
        """Later, from elsewhere, under another id: the first one stands."""
        datasets.add(dataset(1))
        later = replace(dataset(1), id="other", sources=("elsewhere@0x9",), created_at=AT + timedelta(days=9))
        assert datasets.add(later) == dataset(1)
        assert datasets.find("adult", "other") is None
        assert len(datasets.list()) == 1

    def test_scenarios_do_not_meet(self, datasets: DatasetVersions) -> None:
        """Equal content in two scenarios is two versions."""
        datasets.add(dataset(1))
        datasets.add(dataset(1, "bank"))
        assert [version.scenario for version in datasets.list("bank")] == ["bank"]
        assert datasets.find("other", "d1") is None
        assert datasets.by_digest("other", dataset(1).digest) is None

    def test_versions_are_listed_oldest_first(self, datasets: DatasetVersions) -> None:
        """By their own time, not by when they were added."""
        for number in (3, 1, 2):
            datasets.add(dataset(number))
        assert [version.id for version in datasets.list("adult")] == ["d1", "d2", "d3"]

    def test_the_head_of_a_scenario_moves_with_its_version(self, datasets: DatasetVersions) -> None:
        """Without one it is made of the newest version; a move keeps parts, positions and the version together."""
        assert datasets.head("adult") == Head("adult", drops={})
        datasets.add(dataset(1))
        first = datasets.head("adult")
        assert (first.generation, first.dataset, first.tables) == (0, "d1", TABLES)
        assert first.position("february") == 1 + first.position("january")
        head = moved(first, TABLES[:1], "march", "d2")
        assert datasets.move(head, dataset(2))
        assert datasets.head("adult") == head
        assert datasets.find("adult", "d2") == dataset(2)

    def test_a_head_that_somebody_moved_is_not_moved(self, datasets: DatasetVersions) -> None:
        """The loser's version is not kept; another scenario is not concerned."""
        head = moved(datasets.head("adult"), TABLES, "march", "d1")
        assert datasets.move(head, dataset(1))
        assert not datasets.move(replace(head, dataset="d2"), dataset(2))
        assert datasets.find("adult", "d2") is None
        assert datasets.head("adult").dataset == "d1"
        assert datasets.move(replace(head, scenario="bank"), dataset(1, "bank"))

    def test_of_many_who_move_a_head_one_does(
        self, datasets: DatasetVersions, together: Callable[[list[Callable[[], object]]], list[object]]
    ) -> None:
        """Compare-and-set by generation."""
        head = datasets.head("adult")
        moves = [replace(moved(head, TABLES, f"drop {n}", f"d{n}")) for n in range(1, 9)]
        answers = together([lambda n=n, one=one: datasets.move(one, dataset(n)) for n, one in enumerate(moves, 1)])
        assert sorted(answers) == [False] * 7 + [True]
        assert [version.id for version in datasets.list("adult")] == [datasets.head("adult").dataset]

    def test_the_version_of_the_head_is_listed_last(self, datasets: DatasetVersions) -> None:
        """Also when data of before is what stands again."""
        for number in (1, 2, 3):
            datasets.add(dataset(number))
        assert datasets.move(moved(datasets.head("adult"), TABLES, "march", "d2"), None)
        assert [version.id for version in datasets.list("adult")] == ["d1", "d3", "d2"]
        assert datasets.ids("adult") == ["d1", "d3", "d2"]
        assert datasets.newest("adult") == dataset(2)

    def test_ids_and_the_newest_version_come_without_the_others(self, datasets: DatasetVersions) -> None:
        """In the order of the list; of another scenario there are none."""
        for number in (3, 1, 2):
            datasets.add(dataset(number))
        assert datasets.ids("adult") == ["d1", "d2", "d3"]
        assert datasets.newest("adult") == dataset(3)
        assert (datasets.ids("bank"), datasets.newest("bank")) == ([], None)

    def test_the_versions_that_hold_a_drop_are_found(self, datasets: DatasetVersions) -> None:
        """Also where no drop was added since a version of before; a drop that nothing holds is in none."""
        datasets.add(dataset(1))
        assert [version.id for version in datasets.holding("adult", "february")] == ["d1"]
        table = DatasetTable("rows", (*PARTS, replace(PARTS[0], sha256="d" * 64, drop="march", position=3)), 220)
        second = replace(dataset(2), tables=(table,))
        assert datasets.move(moved(datasets.head("adult"), (table,), "march", "d2"), second)
        assert [version.id for version in datasets.holding("adult", "february")] == ["d1", "d2"]
        assert [version.id for version in datasets.holding("adult", "march")] == ["d2"]
        assert list(datasets.holding("adult", "april")) == []

    def test_the_head_remembers_how_many_rows_of_each_part_stand(self, datasets: DatasetVersions) -> None:
        """Where they were counted; a head that nobody counted says nothing."""
        first = moved(datasets.head("adult"), TABLES, "march", "d1")
        assert datasets.move(first, dataset(1))
        assert datasets.head("adult").counts("rows") == {}
        counted = moved(first, TABLES, "april", "d1", {"rows": (90, 30)})
        assert datasets.move(counted, None)
        assert datasets.head("adult") == counted
        assert datasets.head("adult").counts("rows") == {PARTS[0]: 90, PARTS[1]: 30}
        assert datasets.head("adult").counts("more") == {}

    def test_of_many_writers_one_version_stands(
        self, datasets: DatasetVersions, together: Callable[[list[Callable[[], object]]], list[object]]
    ) -> None:
        """All are told the same."""
        answers = together([lambda n=n: datasets.add(replace(dataset(1), id=f"by{n}")) for n in range(8)])
        assert len(set(answers)) == 1
        assert list(datasets.list()) == answers[:1]
