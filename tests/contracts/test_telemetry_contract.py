"""What every source of telemetry promises. A further adapter is one more entry in SOURCES."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

import pytest
from azure_parts import QUICK, FakeCredential
from kusto_double import Cluster
from kusto_parts import telemetry_of

from local.data_explorer.server import DATABASE, serving
from local.data_explorer.stored_messages import StoredMessages
from shared.adapters.files.folder_lake import FolderLake
from shared.adapters.kusto.client import KustoQueries
from shared.adapters.kusto.span_files import SpanFiles
from shared.adapters.kusto.telemetry import KustoTelemetry
from shared.adapters.lake.telemetry import LakeTelemetry
from shared.adapters.tables import ArrowTables
from shared.core.addresses import cluster_address
from shared.core.ports import Lake
from shared.core.scenario import Batch, Column, Scenario, Table
from shared.prediction.ports import Telemetry
from shared.prediction.telemetry_span import EPOCH, Span

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCENARIO = Scenario(
    name="machine",
    title="",
    tables=(Table("sensors", (Column("n", "int"), Column("s", "float", nulls=True), Column("y", "int"))),),
    label_table="sensors",
    target="y",
    numeric=("s",),
    batch=Batch("telemetry", "sensors", "0 * * * * *", lag_seconds=60, stream="machine_raw"),
)


class Source(Protocol):
    """A source under test, its clock, and a way to put rows into it."""

    now: datetime

    @property
    def telemetry(self) -> Telemetry:
        """The adapter."""
        ...

    def ingest(self, name: str, numbers: list[int], at: datetime) -> None:
        """Rows that the source ingests at that time; they may show up only now."""
        ...

    def numbers(self, inputs: Iterable[str]) -> list[int]:
        """The numbers of all rows in these files of the lake, in order."""
        ...


class LakeSource:
    """Files of a folder, with the time they landed."""

    def __init__(self, folder: Path) -> None:
        self.now = NOON + timedelta(hours=1)
        self._folder = folder / "lake"
        self._lake = FolderLake(self._folder)
        self.telemetry: Telemetry = LakeTelemetry(self._lake, ArrowTables(), lambda: self.now)

    def numbers(self, inputs: Iterable[str]) -> list[int]:
        """As scoring reads them."""
        return numbers_in(self._lake, inputs)

    def ingest(self, name: str, numbers: list[int], at: datetime) -> None:
        """One file of rows."""
        file = self._folder / "scoring" / "machine" / name / "sensors.csv"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("n,s\n" + "".join(f"{n},{n / 2}\n" for n in numbers))
        os.utime(file, (at.timestamp(), at.timestamp()))


class KustoSource:
    """A cluster's table; the cluster's clock is the source's."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self._cluster = cluster
        self._lake = FolderLake(folder / "lake")
        self.telemetry: Telemetry = telemetry_of(cluster, self._lake)
        self.now = NOON + timedelta(hours=1)

    @property
    def now(self) -> datetime:
        """What the cluster's clock shows."""
        return self._cluster.now

    @now.setter
    def now(self, value: datetime) -> None:
        self._cluster.now = value

    def ingest(self, name: str, numbers: list[int], at: datetime) -> None:
        """One batch of messages."""
        self._cluster.ingest("machine_raw", [{"n": n, "s": n / 2, "of": name} for n in numbers], at)

    def numbers(self, inputs: Iterable[str]) -> list[int]:
        """As scoring reads them."""
        return numbers_in(self._lake, inputs)


class StandInSource:
    """The stand-in that people start: messages in files of the home, asked over HTTP in the home's time."""

    def __init__(self, folder: Path) -> None:
        self.now = NOON + timedelta(hours=1)
        self._messages = StoredMessages(folder)
        self._messages.create("machine_raw")
        self._lake = FolderLake(folder / "lake")
        self.running = serving(self._messages, lambda: self.now, port=0)
        place = cluster_address("TELEMETRY_URL", f"kusto:http://127.0.0.1:{self.running.__enter__()}/{DATABASE}")
        queries = KustoQueries(place, FakeCredential, QUICK)
        self.telemetry: Telemetry = KustoTelemetry(queries, SpanFiles(self._lake, ArrowTables()))

    def ingest(self, name: str, numbers: list[int], at: datetime) -> None:
        """One batch of messages, as another process of the home adds them."""
        messages = [{"n": n, "s": n / 2, "of": name} for n in numbers]
        StoredMessages(self._messages.folder.parent).ingest("machine_raw", messages, at)

    def numbers(self, inputs: Iterable[str]) -> list[int]:
        """As scoring reads them."""
        return numbers_in(self._lake, inputs)


def started(request: pytest.FixtureRequest, folder: Path) -> StandInSource:
    """The stand-in, stopped at the end of the test."""
    source = StandInSource(folder)
    request.addfinalizer(lambda: source.running.__exit__(None, None, None))
    return source


def numbers_in(lake: Lake, inputs: Iterable[str]) -> list[int]:
    """What stands in column n of these files."""
    found: list[int] = []
    for key in inputs:
        path, _, etag = key.rpartition("@")
        with lake.open(path, etag=etag) as source:
            table = ArrowTables().read(source, path.rsplit("/", 1)[1], SCENARIO.scoring_table)
        found.extend(table.column("n").to_pylist())
    return found


SOURCES: dict[str, Callable[[pytest.FixtureRequest, Path], Source]] = {
    "lake": lambda _, folder: LakeSource(folder),
    "data-explorer": lambda request, folder: KustoSource(folder, request.getfixturevalue("cluster")),
    "stand-in": started,
}


@pytest.fixture(params=SOURCES)
def source(request: pytest.FixtureRequest, tmp_path: Path) -> Source:
    """An empty source of each kind."""
    return SOURCES[request.param](request, tmp_path)


def minutes(number: float) -> datetime:
    """So many minutes after noon."""
    return NOON + timedelta(minutes=number)


class TestTelemetry:
    """Port `Telemetry`."""

    def test_nothing_settles_in_an_empty_source(self, source: Source) -> None:
        """And an empty span is a normal result."""
        assert source.telemetry.settled_until(SCENARIO, EPOCH) is None
        extract = source.telemetry.extract(SCENARIO, Span(EPOCH, NOON))
        assert (extract.inputs, extract.rows) == ((), 0)
        assert source.telemetry.count(SCENARIO, Span(EPOCH, NOON)) == 0

    def test_a_row_that_is_old_enough_has_settled(self, source: Source) -> None:
        """By the scenario's allowance and what the source itself needs until every row can be seen."""
        source.ingest("a", [1], minutes(0))
        lag = max(SCENARIO.batch.lag_seconds, source.telemetry.commit_seconds)
        source.now = minutes(0) + timedelta(seconds=lag + 1)
        assert source.telemetry.settled_until(SCENARIO, EPOCH) is not None

    def test_spans_are_half_open(self, source: Source) -> None:
        """Rows at the start are in, rows at the end are in the next one: none is lost, none is in two."""
        for number in range(4):
            source.ingest(f"d{number}", [number], minutes(number))
        counts = [source.telemetry.count(SCENARIO, Span(minutes(n), minutes(n + 1))) for n in range(-1, 5)]
        assert counts == [0, 1, 1, 1, 1, 0]
        whole = source.telemetry.extract(SCENARIO, Span(minutes(0), minutes(4)))
        parts = [source.telemetry.extract(SCENARIO, Span(minutes(n), minutes(n + 1))).inputs for n in range(4)]
        assert [source.numbers(part) for part in parts] == [[0], [1], [2], [3]]
        assert source.numbers(whole.inputs) == [0, 1, 2, 3]
        assert whole.rows == 4

    def test_what_has_settled_is_after_the_newest_row(self, source: Source) -> None:
        """The span up to there holds everything; from there on nothing is left."""
        source.ingest("a", [1, 2], minutes(0))
        source.ingest("b", [3], minutes(5))
        end = source.telemetry.settled_until(SCENARIO, EPOCH)
        assert end is not None
        assert minutes(5) < end <= minutes(5) + timedelta(seconds=1)
        assert source.telemetry.count(SCENARIO, Span(EPOCH, end)) == 3
        assert source.telemetry.settled_until(SCENARIO, end) is None

    def test_the_end_comes_from_the_rows_not_from_the_clock(self, source: Source) -> None:
        """However much later it is asked for."""
        source.ingest("a", [1], minutes(0))
        before = source.telemetry.settled_until(SCENARIO, EPOCH)
        source.now += timedelta(days=400)
        assert source.telemetry.settled_until(SCENARIO, EPOCH) == before

    def test_rows_within_the_lag_allowance_wait(self, source: Source) -> None:
        """Others may still show up beside them."""
        source.ingest("a", [1], minutes(0))
        source.ingest("b", [2], minutes(10))
        source.now = minutes(10) + timedelta(seconds=59)
        end = source.telemetry.settled_until(SCENARIO, EPOCH)
        assert end is not None
        assert end <= minutes(10)
        assert source.telemetry.settled_until(SCENARIO, end) is None
        source.now = minutes(11) + timedelta(seconds=1)
        assert source.telemetry.settled_until(SCENARIO, end) is not None

    def test_a_moment_settles_when_it_is_over(self, source: Source) -> None:
        """A source that tells whole seconds may take in more within the same second."""
        source.ingest("a", [1], minutes(0))
        source.now = minutes(1)
        assert source.telemetry.settled_until(SCENARIO, EPOCH) is None
        source.ingest("b", [2], minutes(0))
        source.now = minutes(2)
        end = source.telemetry.settled_until(SCENARIO, EPOCH)
        assert end is not None
        assert source.telemetry.count(SCENARIO, Span(EPOCH, end)) == 2

    @pytest.mark.fault(50)
    def test_rows_of_the_future_wait_for_their_time(self, source: Source) -> None:
        """A clock that runs ahead does not move the watermark past rows that are still to come."""
        source.ingest("ahead", [1], source.now + timedelta(days=1))
        assert source.telemetry.settled_until(SCENARIO, EPOCH) is None

    def test_the_same_span_gives_the_same_again(self, source: Source) -> None:
        """Files, count and hash; other rows give another hash."""
        source.ingest("a", [1, 2], minutes(0))
        source.ingest("b", [3, 4], minutes(1))
        both, one = Span(minutes(0), minutes(2)), Span(minutes(0), minutes(1))
        assert source.telemetry.extract(SCENARIO, both) == source.telemetry.extract(SCENARIO, both)
        assert source.telemetry.extract(SCENARIO, both).sha256 != source.telemetry.extract(SCENARIO, one).sha256

    def test_an_extract_says_how_it_was_asked_for(self, source: Source) -> None:
        """The bounds are parameters, not part of the query's text."""
        first = source.telemetry.extract(SCENARIO, Span(minutes(0), minutes(1)))
        second = source.telemetry.extract(SCENARIO, Span(minutes(1), minutes(2)))
        assert first.query == second.query != ""
        assert first.parameters != second.parameters
        assert minutes(1).isoformat() in second.parameters.values()

    def test_late_rows_are_seen_in_their_own_span(self, source: Source) -> None:
        """The count grows, the files that were there are still named."""
        source.ingest("a", [1, 2], minutes(0))
        span = Span(minutes(0), minutes(1))
        before = source.telemetry.extract(SCENARIO, span)
        source.ingest("late", [3], minutes(0.5))
        assert source.telemetry.count(SCENARIO, span) == 3
        now = source.telemetry.extract(SCENARIO, span)
        assert set(now.inputs) > set(before.inputs)
        assert sorted(source.numbers(now.inputs)) == [1, 2, 3]
