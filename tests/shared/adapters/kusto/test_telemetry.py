"""Windows of a cluster's table: which rows, in which order, in which files, and how large."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
import pytest
from kusto_double import Cluster, Row
from kusto_parts import telemetry_of

from shared.adapters.files.folder_lake import FolderLake
from shared.adapters.kusto.telemetry import KustoTelemetry, Limits
from shared.adapters.tables import ArrowTables
from shared.core.blob import Blob
from shared.core.errors import Conflict, Permanent, Quarantined
from shared.core.scenario import Batch, Column, Scenario, Table
from shared.prediction.telemetry_span import EPOCH, Extract, Span

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SCENARIO = Scenario(
    name="machine",
    title="",
    tables=(
        Table(
            "sensors",
            (
                Column("n", "int"),
                Column("s", "float", nulls=True),
                Column("word", "text", nulls=True),
                Column("made", "time", nulls=True),
                Column("sent", "int", optional=True),
                Column("y", "int"),
            ),
        ),
    ),
    label_table="sensors",
    target="y",
    numeric=("s",),
    time="sent",
    batch=Batch("telemetry", "sensors", "0 * * * * *", stream="machine_raw"),
)
ALL = Span(EPOCH, NOON + timedelta(days=1))


@pytest.fixture
def lake(tmp_path: Path) -> FolderLake:
    """Where the rows are kept."""
    return FolderLake(tmp_path)


@pytest.fixture
def telemetry(cluster: Cluster, lake: FolderLake) -> KustoTelemetry:
    """The adapter with its own limits, an hour after noon."""
    cluster.now = NOON + timedelta(hours=1)
    return telemetry_of(cluster, lake)


def read(lake: FolderLake, extract: Extract) -> list[dict[str, Any]]:
    """The rows as scoring reads them."""
    parts = []
    for key in extract.inputs:
        path, _, etag = key.rpartition("@")
        with lake.open(path, etag=etag) as source:
            parts.append(ArrowTables().read(source, path.rsplit("/", 1)[1], SCENARIO.scoring_table))
    whole = ArrowTables().check(parts, SCENARIO.scoring_table)
    return [dict(row) for row in whole.to_pylist()]


def messages(*numbers: int, **more: Any) -> list[Mapping[str, Any]]:
    """A message for each number."""
    return [{"n": number, "s": number / 4, **more} for number in numbers]


def test_rows_come_in_the_order_they_were_ingested(
    cluster: Cluster, lake: FolderLake, telemetry: KustoTelemetry
) -> None:
    """Then by their own time; the numbers of a batch that starts again stay where they were."""
    cluster.ingest("machine_raw", [{"n": 1, "sent": 50}], NOON + timedelta(minutes=1))
    cluster.ingest("machine_raw", [{"n": 8, "sent": 40}, {"n": 9, "sent": 30}], NOON, extra_ticks=1)
    cluster.ingest("machine_raw", [{"n": 10, "sent": 99}], NOON)
    rows = read(lake, telemetry.extract(SCENARIO, ALL))
    assert [row["n"] for row in rows] == [10, 9, 8, 1]


def test_ends_are_told_finer_than_we_count(cluster: Cluster, telemetry: KustoTelemetry) -> None:
    """A row that was ingested a tenth of a microsecond before the end is in, and in no later span."""
    cluster.ingest("machine_raw", messages(1), NOON, extra_ticks=9)
    end = telemetry.settled_until(SCENARIO, EPOCH)
    assert end == NOON + timedelta(microseconds=1)
    assert telemetry.count(SCENARIO, Span(EPOCH, end)) == 1
    assert telemetry.settled_until(SCENARIO, end) is None


def test_cells_have_the_declared_types(cluster: Cluster, lake: FolderLake, telemetry: KustoTelemetry) -> None:
    """What a message lacks is null, what it has besides is left, a whole number may stand where any number may."""
    told = {"n": 1, "s": 2, "word": "x", "made": "2026-03-01T10:00:00+01:00", "more": {"of": "this"}}
    cluster.ingest("machine_raw", [told, {"n": 2}, {"n": 3, "s": None, "word": ""}], NOON)
    first, second, third = read(lake, telemetry.extract(SCENARIO, ALL))
    assert first == {"n": 1, "s": 2.0, "word": "x", "made": NOON.replace(hour=9), "sent": None}
    assert second == {**dict.fromkeys(first), "n": 2}
    assert third == {**second, "n": 3}


@pytest.mark.parametrize(
    ("message", "column"),
    [
        ({"n": 1, "s": "broken"}, "s"),
        ({"n": 1, "s": True}, "s"),
        ({"n": 1.5}, "n"),
        ({"n": "one"}, "n"),
        ({"s": 1.5}, "n"),
        ({"n": 1, "made": "yesterday"}, "made"),
        ({"n": 1, "s": {"value": 3}}, "s"),
    ],
)
def test_a_value_that_is_not_what_is_declared_is_refused_by_scoring(
    cluster: Cluster, lake: FolderLake, telemetry: KustoTelemetry, message: Mapping[str, Any], column: str
) -> None:
    """It is kept as it came and refused with its row and column; it never becomes null in silence."""
    cluster.ingest("machine_raw", [*messages(0), message], NOON)
    extract = telemetry.extract(SCENARIO, ALL)
    with pytest.raises(Quarantined) as refused:
        read(lake, extract)
    assert refused.value.column == column
    assert telemetry.extract(SCENARIO, ALL) == extract


def test_numbers_written_as_text_are_numbers(cluster: Cluster, lake: FolderLake, telemetry: KustoTelemetry) -> None:
    """As they are in a file."""
    cluster.ingest("machine_raw", [{"n": "7", "s": "1.5"}, {"n": 8.0, "s": 2}], NOON)
    rows = read(lake, telemetry.extract(SCENARIO, ALL))
    assert sorted((row["n"], row["s"]) for row in rows) == [(7, 1.5), (8, 2.0)]


def test_what_is_read_is_no_arrival(cluster: Cluster, lake: FolderLake, telemetry: KustoTelemetry) -> None:
    """Its file lies where the system writes, so no event asks for it to be read again."""
    from shared.core.paths import landing

    cluster.ingest("machine_raw", messages(1), NOON)
    (key,) = telemetry.extract(SCENARIO, ALL).inputs
    told = landing(key.rpartition("@")[0], {"machine": SCENARIO})
    assert told == "telemetry/ is written by the system itself"


def test_a_window_ends_before_it_grows_too_large(cluster: Cluster, lake: FolderLake) -> None:
    """Windows follow each other without a gap until all that has settled was read; each is one answer."""
    cluster.now = NOON + timedelta(hours=1)
    for minute in range(40):
        # Most of it in the last minutes.
        cluster.ingest("machine_raw", messages(*range(1 + (minute > 30) * 20)), NOON + timedelta(minutes=minute))
    telemetry = telemetry_of(cluster, lake, Limits(rows=50))
    start, rows = EPOCH, []
    while (end := telemetry.settled_until(SCENARIO, start)) is not None:
        extract = telemetry.extract(SCENARIO, Span(start, end))
        assert len(extract.inputs) == 1
        rows.append(extract.rows)
        start = end
    assert (sum(rows), max(rows) <= 50) == (31 + 9 * 21, True)
    assert len(cluster.asked) < 60


def test_a_window_ends_before_its_bytes_are_too_many(cluster: Cluster, lake: FolderLake) -> None:
    """Messages differ in size."""
    cluster.now = NOON + timedelta(hours=1)
    for minute in range(4):
        cluster.ingest("machine_raw", messages(minute, word="x" * 600), NOON + timedelta(minutes=minute))
    end = telemetry_of(cluster, lake, Limits(bytes=1500)).settled_until(SCENARIO, EPOCH)
    assert end is not None
    assert NOON <= end < NOON + timedelta(minutes=3)


def test_a_batch_that_is_too_large_is_read_in_shares(cluster: Cluster, lake: FolderLake) -> None:
    """All of it has one ingestion time, so that no end in time would do; every row is in one share."""
    cluster.now = NOON + timedelta(hours=1)
    cluster.ingest("machine_raw", messages(*range(300)), NOON)
    telemetry = telemetry_of(cluster, lake, Limits(rows=100))
    end = telemetry.settled_until(SCENARIO, EPOCH)
    assert end == NOON + timedelta(microseconds=1)
    extract = telemetry.extract(SCENARIO, Span(EPOCH, end))
    assert sorted(row["n"] for row in read(lake, extract)) == list(range(300))
    assert len(extract.inputs) > 2


def test_a_second_reading_asks_only_how_many_there_are(cluster: Cluster, telemetry: KustoTelemetry) -> None:
    """A planner that was killed after reading finds what it read."""
    cluster.ingest("machine_raw", messages(1, 2), NOON)
    first = telemetry.extract(SCENARIO, ALL)
    cluster.asked.clear()
    assert telemetry.extract(SCENARIO, ALL) == first
    assert len(cluster.asked) == 1


class _Dying(FolderLake):
    """A lake that takes two files."""

    taken = 0

    def put(self, path: str, data: bytes | BinaryIO, *, if_absent: bool = True) -> tuple[Blob, bool]:
        """Store it, or die."""
        self.taken += 1
        if self.taken > 2:
            raise KeyboardInterrupt
        return super().put(path, data, if_absent=if_absent)


def test_a_reader_that_was_killed_in_between_leaves_nothing_twice(cluster: Cluster, tmp_path: Path) -> None:
    """The next one goes on with what was kept, and every row is there once."""
    cluster.now = NOON + timedelta(hours=1)
    for minute in range(5):
        cluster.ingest("machine_raw", messages(*range(minute * 10, minute * 10 + 10)), NOON + timedelta(minutes=minute))
    with pytest.raises(KeyboardInterrupt):
        telemetry_of(cluster, _Dying(tmp_path), Limits(rows=15)).extract(SCENARIO, ALL)
    lake = FolderLake(tmp_path)
    extract = telemetry_of(cluster, lake, Limits(rows=15)).extract(SCENARIO, ALL)
    assert [row["n"] for row in read(lake, extract)] == list(range(50))


def test_equal_rows_are_as_many_as_they_are(cluster: Cluster, lake: FolderLake, telemetry: KustoTelemetry) -> None:
    """Also when one of them comes late."""
    cluster.ingest("machine_raw", [{"n": 1, "s": None}, {"n": 1, "s": None}], NOON)
    telemetry.extract(SCENARIO, ALL)
    cluster.ingest("machine_raw", [{"n": 1, "s": None}], NOON)
    extract = telemetry.extract(SCENARIO, ALL)
    assert (extract.rows, len(extract.inputs), len(read(lake, extract))) == (3, 2, 3)


@pytest.mark.parametrize("late", [{"sent": 5}, {"s": "no number"}], ids=["fills a column", "has no number"])
def test_a_late_row_makes_no_known_row_new(
    cluster: Cluster, lake: FolderLake, telemetry: KustoTelemetry, late: dict[str, Any]
) -> None:
    """Though the whole answer has another column then, or one in another type."""
    cluster.ingest("machine_raw", [{"n": 1, "s": 5}, {"n": 2, "s": 2.5}], NOON)
    telemetry.extract(SCENARIO, ALL)
    cluster.ingest("machine_raw", [{"n": 3, "s": 1.0, **late}], NOON)
    extract = telemetry.extract(SCENARIO, ALL)
    assert (extract.rows, len(extract.inputs)) == (3, 2)


def test_rows_that_the_source_drops_stay_in_the_window(cluster: Cluster, telemetry: KustoTelemetry) -> None:
    """Its retention ends before ours."""
    cluster.ingest("machine_raw", messages(1, 2), NOON)
    first = telemetry.extract(SCENARIO, ALL)
    cluster.tables["machine_raw"].clear()
    assert telemetry.extract(SCENARIO, ALL) == first


def test_of_two_readers_that_see_different_rows_one_stands(cluster: Cluster, lake: FolderLake) -> None:
    """The other one is told so, and finds at its next try what stands and what is new."""
    cluster.now = NOON + timedelta(hours=1)
    cluster.ingest("machine_raw", messages(1), NOON)
    reader = telemetry_of(cluster, lake)
    asked = reader._files.files

    def meanwhile(scenario: Scenario, span: Span) -> Any:
        found = asked(scenario, span)
        if not found:
            telemetry_of(cluster, lake).extract(scenario, span)
            cluster.ingest("machine_raw", messages(2), NOON)
        return found

    reader._files.files = meanwhile  # type: ignore[method-assign]
    with pytest.raises(Conflict, match="Another reader has written"):
        reader.extract(SCENARIO, ALL)
    extract = telemetry_of(cluster, lake).extract(SCENARIO, ALL)
    assert sorted(row["n"] for row in read(lake, extract)) == [1, 2]


def test_a_table_without_ingestion_times_is_told(cluster: Cluster, telemetry: KustoTelemetry) -> None:
    """It would look empty for ever; the sentence has the command."""
    cluster.tables["machine_raw"] = [Row(None, {"n": 1})]
    with pytest.raises(Permanent, match=r"1 row without an ingestion time .*policy ingestiontime true"):
        telemetry.settled_until(SCENARIO, EPOCH)
    cluster.ingest("machine_raw", messages(2), NOON)
    assert telemetry.settled_until(SCENARIO, EPOCH) is not None


def test_an_absent_table_is_told(telemetry: KustoTelemetry) -> None:
    """In the service's own words."""
    odd = replace(SCENARIO, batch=replace(SCENARIO.batch, stream="elsewhere"))
    with pytest.raises(Permanent, match="Failed to resolve table expression named 'elsewhere'"):
        telemetry.count(odd, ALL)


def test_commits_take_time(cluster: Cluster, telemetry: KustoTelemetry) -> None:
    """Without a lag allowance of the scenario's own the youngest minute still waits."""
    cluster.ingest("machine_raw", messages(1), NOON)
    cluster.now = NOON + timedelta(seconds=60)
    assert telemetry.settled_until(SCENARIO, EPOCH) is None
    cluster.now = NOON + timedelta(seconds=60, microseconds=1)
    assert telemetry.settled_until(SCENARIO, EPOCH) is not None


def test_the_kept_file_is_canonical(cluster: Cluster, lake: FolderLake, telemetry: KustoTelemetry) -> None:
    """The order in which the service gives rows leaves no trace: equal rows, equal bytes."""
    cluster.ingest("machine_raw", messages(*range(20)), NOON)
    first = telemetry.extract(SCENARIO, ALL)
    cluster.tables["machine_raw"].reverse()
    cluster.progressive = True
    other = telemetry.extract(SCENARIO, Span(EPOCH, NOON + timedelta(days=2)))
    assert (other.sha256, other.rows) == (first.sha256, first.rows)
    assert pa.array([row["n"] for row in read(lake, first)]).to_pylist() == list(range(20))
