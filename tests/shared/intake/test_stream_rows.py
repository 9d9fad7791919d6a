"""Labels that come alone for the rows of a stream: the rows are read, frozen, joined with them and learned from."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from increments import Drops, csv_of
from kusto_double import Cluster
from kusto_parts import telemetry_of
from ports_with import ports_with

from model_training.generators.iiot_quality import generate
from model_training.scenarios.iiot_quality import declare
from shared.adapters.kusto.query_texts import rows_text
from shared.adapters.kusto.telemetry import Limits
from shared.core.drops import HELD
from shared.core.errors import Transient
from shared.core.lake_reading import read_json
from shared.core.ledger import Outcome
from shared.core.scenario import GeneratorOptions
from shared.datasets.head import Head
from shared.datasets.version import DatasetVersion, Part
from shared.intake.arrivals import settled_drops
from shared.intake.ingest import ingest
from shared.operations.tracing import impact

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
SENSORS = declare(("S16", "S20"))
NAME, RUN = SENSORS.name, 120
VALUES = generate(100, 1, GeneratorOptions())["sensors"].to_pylist()


class Plant(Drops):
    """A plant whose messages go to a stream, and whose labels land as files an hour later."""

    def __init__(self, home: Path) -> None:
        super().__init__(home, SENSORS)
        self.home, self.now = home, NOON
        self.ports = ports_with(self.ports, core__clock=lambda: self.now)
        self.sent: list[Mapping[str, Any]] = []

    def messages(self, count: int) -> list[Mapping[str, Any]]:
        """The next messages: after every `RUN` batches the numbers start again."""
        first, began = len(self.sent), int(NOON.timestamp() * 1000)
        numbered = [
            {**VALUES[n * 7 % len(VALUES)], "BatchNumber": n % RUN + 1, "SourceTimestamp": began + 2000 * n}
            for n in range(first, first + count)
        ]
        self.sent.extend(numbered)
        return numbered

    def label(self, drop: str, first: int, last: int, at: datetime, *, now: datetime | None = None) -> Outcome:
        """What becomes of the labels of these messages, landed at that time and taken an hour later or at `now`."""
        batches = [row["BatchNumber"] for row in self.sent[first:last]]
        labels = {"BatchNumber": batches, "Quality": [quality(n) for n in range(first, last)]}
        where = self.land(drop, {"quality": pa.table(labels)})
        self.touch(f"incoming/{NAME}/{drop}/quality.csv", at)
        self.now = now or at + timedelta(hours=1)
        return ingest(self.ports, where)

    def touch(self, path: str, at: datetime) -> None:
        """The file landed then."""
        os.utime(next(self.home.rglob(path)), (at.timestamp(), at.timestamp()))

    def parts(self, table: str = "sensors") -> list[Part]:
        """The parts of the version that stands."""
        return [part for one in self.newest.tables if one.name == table for part in one.parts]

    def learned(self) -> dict[int, int]:
        """The label of each message by its number in the stream."""
        assert SENSORS.assemble is not None
        frame = SENSORS.assemble({name: table.to_pandas() for name, table in self.rows().items()})
        number = (frame["SourceTimestamp"] - int(NOON.timestamp() * 1000)) // 2000
        known = frame["Quality"].notna()
        return dict(zip(number[known].tolist(), frame["Quality"][known].astype(int).tolist(), strict=True))

    def record(self, part: Part) -> Mapping[str, Any]:
        """What was asked for, as the sources of the part name it."""
        (source,) = [source for source in part.sources if ".json@" in source]
        return read_json(self.ports, source.rpartition("@")[0])


def quality(number: int) -> int:
    """The label of the message."""
    return int(number * 7919 % 5 < 2)


def labels(first: int, last: int) -> dict[int, int]:
    """The labels of these messages."""
    return {number: quality(number) for number in range(first, last)}


@pytest.fixture
def plant(tmp_path: Path, cluster: Cluster) -> Plant:
    """A stream in a cluster that answers with at most 100 rows, and its first 200 messages."""
    cluster.tables["opcua_raw"] = []
    found = Plant(tmp_path)
    telemetry = telemetry_of(cluster, found.ports.core.lake, Limits(rows=100))
    found.ports = ports_with(found.ports, prediction__telemetry=telemetry)
    for minute in range(10):
        cluster.ingest("opcua_raw", found.messages(20), NOON + timedelta(minutes=minute))
    cluster.now = NOON + timedelta(days=1)
    return found


HOUR = NOON + timedelta(hours=1)


def test_labels_alone_bring_the_rows_of_their_stream(plant: Plant) -> None:
    """Across a restart of the numbers, in pages that one answer holds; the version asks for training."""
    outcome = plant.label("week-1", 0, 200, HOUR)
    assert outcome.state == "done", outcome.reason
    assert "Its rows are 200 rows of the stream from 2026-02-22T13:00:00Z to 2026-03-01T12:09:00Z." in outcome.reason
    assert plant.learned() == labels(0, 200)
    (part,) = plant.parts()
    assert (part.kind, part.rows, part.drop) == ("stream", 200, "week-1")
    pages = plant.record(part)["pages"]
    assert sum(page["rows"] for page in pages) == 200
    assert max(page["rows"] for page in pages) <= 100
    assert {page["query"] for page in pages} == {rows_text("opcua_raw", SENSORS.scoring_table.columns)}
    assert all(len(page["sha256"]) == 64 and page["parameters"]["to_time"] == page["end"] for page in pages)
    asked = plant.ports.monitoring.decisions.list(NAME)[-1]
    assert (asked.reason, asked.dataset) == ("new_data", plant.newest.id)


def test_the_lineage_names_what_was_read(plant: Plant) -> None:
    """The record of the queries and every file of rows lead to the version."""
    plant.label("week-1", 0, 200, HOUR)
    (part,) = plant.parts()
    assert len(part.sources) >= 3
    for source in part.sources:
        assert {one.id for one in impact(plant.ports, source).datasets} == {plant.newest.id}


def test_the_next_labels_read_on_where_the_last_ended(plant: Plant, cluster: Cluster) -> None:
    """Each message is learned once, and labels that come late find theirs in an earlier part."""
    plant.label("week-1", 0, 190, HOUR)
    cluster.ingest("opcua_raw", plant.messages(60), HOUR + timedelta(minutes=30))
    outcome = plant.label("week-2", 190, 260, HOUR + timedelta(hours=1))
    assert outcome.state == "done", outcome.reason
    assert [part.rows for part in plant.parts()] == [200, 60]
    assert plant.learned() == labels(0, 260)


def test_labels_wait_until_their_rows_can_be_seen(plant: Plant) -> None:
    """A young row may be invisible; the sweep takes the drop when it no longer is."""
    waits = plant.label("week-1", 0, 200, HOUR, now=HOUR + timedelta(seconds=59))
    assert (waits.state, waits.detail) == ("waiting", {HELD: True})
    assert waits.reason == "Drop week-1 waits until the rows of its stream have been there for 60 s."
    where = plant.land("week-1", {})
    assert len(settled_drops(plant.ports, [where])) == 1
    plant.now += timedelta(seconds=1)
    assert ingest(plant.ports, where).state == "done"


def test_late_rows_are_counted_and_told(plant: Plant, cluster: Cluster) -> None:
    """What was frozen stays as it was; the next labels say how many rows it lacks."""
    plant.label("week-1", 0, 200, HOUR)
    frozen = plant.parts()[0]
    cluster.ingest("opcua_raw", [dict(plant.sent[0], SourceTimestamp=1) for _ in range(3)], NOON)
    cluster.ingest("opcua_raw", plant.messages(40), HOUR + timedelta(minutes=30))
    outcome = plant.label("week-2", 200, 240, HOUR + timedelta(hours=1))
    late = "3 rows came into the span of drop week-1 after it was frozen and are not learned from."
    assert late in outcome.reason
    assert plant.parts()[0] == frozen
    assert plant.learned() == labels(0, 240)


def test_corrected_labels_keep_the_rows_they_had(plant: Plant, cluster: Cluster) -> None:
    """The drop is sent again under its name: the same rows with other labels, in the same place."""
    plant.label("week-1", 0, 200, HOUR)
    frozen = plant.parts()[0]
    cluster.ingest("opcua_raw", plant.messages(40), HOUR + timedelta(minutes=30))
    outcome = plant.label("week-1", 0, 150, HOUR + timedelta(hours=1))
    assert outcome.state == "done", outcome.reason
    assert plant.parts() == [frozen]
    assert plant.learned() == labels(0, 150)


class Raced:
    """The versions, where another drop is faster than the first one that moves the head."""

    def __init__(self, versions: Any, other: Callable[[], None]) -> None:
        self._versions, self._other = versions, other

    def __getattr__(self, name: str) -> Any:
        """As it is."""
        return getattr(self._versions, name)

    def move(self, head: Head, dataset: DatasetVersion | None) -> bool:
        """After the other drop."""
        other, self._other = self._other, lambda: None
        other()
        return bool(self._versions.move(head, dataset))


def test_of_two_labels_at_once_the_slower_one_reads_on(plant: Plant, cluster: Cluster) -> None:
    """It tries again from where the other one ended; no row is in two parts."""
    cluster.ingest("opcua_raw", plant.messages(40), HOUR + timedelta(minutes=30))
    plain = plant.ports

    def other() -> None:
        plant.ports = plain
        assert plant.label("week-1", 0, 100, HOUR).state == "done"

    plant.ports = ports_with(plain, datasets__versions=Raced(plain.datasets.versions, other))
    with pytest.raises(Transient, match="Other labels of iiot_quality were faster; drop week-2 tries again"):
        plant.label("week-2", 100, 240, HOUR + timedelta(hours=1))
    plain.core.ledger.abandon("tried again")
    plant.now = HOUR + timedelta(hours=2)
    outcome = ingest(plain, plant.land("week-2", {}))
    assert outcome.state == "done", outcome.reason
    assert [part.rows for part in plant.parts()] == [200, 40]
    assert plant.learned() == labels(0, 240)


def test_the_span_is_bounded(plant: Plant) -> None:
    """Rows older than the declared hours are not read: labels alone have no rows then, and wait."""
    outcome = plant.label("late", 0, 200, NOON + timedelta(days=8))
    assert (outcome.state, outcome.reason) == ("waiting", "Drop late waits for: sensors.")


def test_a_scenario_that_declares_no_hours_reads_no_stream(tmp_path: Path) -> None:
    """Its labels wait for rows that a drop brings."""
    plant = Plant(tmp_path)
    plant.scenario = replace(SENSORS, batch=replace(SENSORS.batch, label_hours=0.0))
    plant.messages(50)
    assert plant.label("week-1", 0, 50, HOUR).reason == "Drop week-1 waits for: sensors."


def test_files_to_predict_are_a_stream_as_well(tmp_path: Path) -> None:
    """Without a cluster the rows are those of the scored files; their paths are the lineage."""
    plant = Plant(tmp_path)
    for number in range(2):
        path = f"scoring/{NAME}/s{number}/sensors.csv"
        plant.ports.core.lake.put(path, csv_of(pa.Table.from_pylist(plant.messages(100))))
        plant.touch(path, NOON + timedelta(minutes=number))
    outcome = plant.label("week-1", 0, 180, HOUR)
    assert outcome.state == "done", outcome.reason
    assert plant.learned() == labels(0, 180)
    paths = [source.rpartition("@")[0] for source in plant.parts()[0].sources]
    assert paths[:2] == [f"scoring/{NAME}/s0/sensors.csv", f"scoring/{NAME}/s1/sensors.csv"]
