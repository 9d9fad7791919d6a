"""Answered requests on their way to the lake."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from command import until
from served_model import AT, MIXED, serve
from texts import TEXT, TEXTS, text_graph
from world import POINTS, logistic

from shared.adapters.files.folder_lake import FolderLake
from shared.adapters.lake.prediction_log import LakePredictionLog, flush_logs
from shared.core.errors import Transient
from shared.serving.logged_row import LoggedRow
from shared.serving.prediction_log import logged_rows

SERVING = serve(POINTS, logistic(3.0), MIXED)
ASKED = [{"x": 2.0, "color": "red", "id": 7}, {"x": None, "color": "a name nobody knows", "id": 8}]


def kept(scenario: Any = POINTS, rows: Sequence[Any] = ASKED) -> list[LoggedRow]:
    """Two answered rows as they are kept."""
    answers = SERVING.loaded.score_rows(rows, allowed=("id",))
    return logged_rows(scenario, SERVING, rows, answers, at=AT, request="r1")


def read(lake: FolderLake) -> list[tuple[str, pa.Table]]:
    """Every file of answered requests."""
    found = []
    for blob in lake.list("served/"):
        with lake.open(blob.path) as source:
            found.append((blob.path, pq.read_table(io.BytesIO(source.read()))))
    return found


def test_a_file_has_the_columns_that_monitoring_reads(tmp_path: Path) -> None:
    """Where it lies, and name and type of each column; an unknown category is not kept as it came."""
    lake = FolderLake(tmp_path)
    served = LakePredictionLog(lake, 1.0)
    served.add(kept())
    served.flush()
    ((path, table),) = read(lake)
    assert path.startswith("served/points/20260301/00/")
    assert path.endswith("-0.parquet")
    assert {field.name: str(field.type) for field in table.schema} == {
        "request_id": "string", "row": "int64", "at": "timestamp[us, tz=UTC]", "model": "string", "generation": "int64",
        "entity_key": "string", "prediction": "string", "probability": "double", "x": "double", "color": "string",
    }  # fmt: skip
    rows = table.to_pylist()
    assert [row["color"] for row in rows] == ["red", "(unknown)"]
    assert (rows[0]["model"], rows[0]["generation"], rows[0]["prediction"], rows[1]["x"]) == (
        "points:1",
        1,
        "yes",
        None,
    )
    assert [row["entity_key"] for row in rows] == ["7", "8"]
    assert [(row["request_id"], row["row"]) for row in rows] == [("r1", 0), ("r1", 1)]


def test_personal_inputs_and_texts_are_not_kept(tmp_path: Path) -> None:
    """Of a person nothing, of a text its size: a canary in either is in no byte that is written."""
    lake = FolderLake(tmp_path)
    served = LakePredictionLog(lake, 1.0)
    served.add(kept(replace(POINTS, personal=("color",))))
    texts = serve(TEXTS, text_graph(), TEXT.features)
    asked = [{"text": "canary-4711 in orbit"}]
    served.add(logged_rows(TEXTS, texts, asked, texts.loaded.score_rows(asked), at=AT, request="r2"))
    served.flush()
    tables = {path.split("/")[1]: table for path, table in read(lake)}
    assert "color" not in tables["points"].column_names
    assert tables["texts"].column("words").to_pylist() == [3.0]
    assert "text" not in tables["texts"].column_names
    assert not any(b"canary" in file.read_bytes() for file in tmp_path.rglob("*") if file.is_file())


def test_a_full_buffer_is_written_without_being_asked(tmp_path: Path) -> None:
    """By size here, long before the time is over; the thread ends when nothing is left."""
    lake = FolderLake(tmp_path)
    served = LakePredictionLog(lake, 1.0, rows=4, seconds=600)
    served.add(kept())
    served.add(kept())
    until(lambda: sum(table.num_rows for _, table in read(lake)) == 4, "four rows in the lake")


class ClosedLake(FolderLake):
    """Takes nothing while it is closed."""

    closed = True

    def put(self, *arguments: Any, **options: Any) -> Any:
        """Refuse, or store."""
        if self.closed:
            raise Transient("The lake is closed.")
        return super().put(*arguments, **options)


def test_rows_the_lake_does_not_take_are_kept_for_the_next_time(tmp_path: Path) -> None:
    """An answer never fails for its record; what is kept is bounded."""
    lake = ClosedLake(tmp_path)
    served = LakePredictionLog(lake, 1.0)
    served.add(kept())
    served.flush()
    lake.closed = False
    served.flush()
    assert sum(table.num_rows for _, table in read(lake)) == 2


def test_what_any_log_holds_is_written_when_it_is_asked_of_all(tmp_path: Path) -> None:
    """As a process that ends does; nothing is left for a thread that would write half a minute later."""
    lakes = [FolderLake(tmp_path / name) for name in ("a", "b")]
    logs = [LakePredictionLog(lake, 1.0) for lake in lakes]
    for served in logs:
        served.add(kept())
    for _ in range(2):
        flush_logs()
        assert [[table.num_rows for _, table in read(lake)] for lake in lakes] == [[2], [2]]


def test_the_sample_is_as_large_as_was_asked() -> None:
    """None, all, or about the share."""
    lake: Any = None
    assert not LakePredictionLog(lake, 0.0).should_sample()
    assert LakePredictionLog(lake, 1.0).should_sample()
    half = LakePredictionLog(lake, 0.5)
    assert 350 < np.sum([half.should_sample() for _ in range(1000)]) < 650
