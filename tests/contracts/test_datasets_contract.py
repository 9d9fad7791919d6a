"""What every store of dataset versions promises."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from shared.adapters.sql.training.datasets import SqlDatasets
from shared.datasets.ports import DatasetVersions
from shared.datasets.version import DatasetVersion, TableFile

AT = datetime(2024, 3, 31, 1, 30, tzinfo=UTC)
TABLES = (TableFile("rows", "datasets/adult/d/rows.parquet", "a" * 64, 120), TableFile("more", "x", "b" * 64, 7))


def dataset(number: int, scenario: str = "adult") -> DatasetVersion:
    """A version of its own content."""
    sources = ("incoming/adult/one/rows.csv@0x1", "incoming/adult/one/more.csv@0x2")
    return DatasetVersion(scenario, f"d{number}", f"{number:064x}", TABLES, sources, AT + timedelta(hours=number))


@pytest.fixture
def datasets(engine: Engine) -> DatasetVersions:
    """The store of the database."""
    return SqlDatasets(engine)


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

    def test_of_many_writers_one_version_stands(
        self, datasets: DatasetVersions, together: Callable[[list[Callable[[], object]]], list[object]]
    ) -> None:
        """All are told the same."""
        answers = together([lambda n=n: datasets.add(replace(dataset(1), id=f"by{n}")) for n in range(8)])
        assert len(set(answers)) == 1
        assert list(datasets.list()) == answers[:1]
