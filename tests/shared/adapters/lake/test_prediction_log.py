"""Answered requests on their way to the lake."""

from __future__ import annotations

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from command import until
from msgspec.structs import replace as replaced
from served_model import AT, MIXED, serve
from texts import TEXT, TEXTS, text_graph
from world import POINTS, PRICES, logistic

from shared.adapters.files.folder_lake import FolderLake
from shared.adapters.lake.prediction_log import LIMIT, LIMIT_BYTES, LakePredictionLog, flush_logs
from shared.core.errors import Transient
from shared.serving.deployed_model import DeployedModel
from shared.serving.logged_request import MAX_ROWS, LoggedRequest
from shared.serving.prediction_log import logged_request
from shared.serving.request_decoding import ParsedRequest, RequestDecoder

SERVING = serve(POINTS, logistic(3.0), MIXED)
ASKED = [{"x": 2.0, "color": "red", "id": 7}, {"x": None, "color": "a name nobody knows", "id": 8}]


def kept(
    scenario: Any = POINTS, rows: Sequence[Any] = ASKED, serving: DeployedModel = SERVING, **named: Any
) -> LoggedRequest:
    """Two answered rows as they are kept."""
    answers = serving.loaded.score_rows(rows, allowed=("id",))
    return logged_request(scenario, serving, rows, answers, at=AT, **{"request": "r1", **named})


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
    served.add(kept(TEXTS, asked, texts))
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


def plain_rows(serving: DeployedModel, rows: Sequence[Any], request: str, key: str) -> list[dict[str, Any]]:
    """The logged rows made one by one: numbers and known categories as they came, of two labels the second's share."""
    found = []
    for number, row in enumerate(rows[:MAX_ROWS]):
        share = float(serving.loaded.score_rows([row], allowed=("id",))[0, 1])
        color = row["color"] if row["color"] in ("blue", "red", None) else "(unknown)"
        entity = key or ("" if row.get("id") is None else str(row["id"]))
        answer = {"prediction": "yes" if share >= 0.5 else "no", "probability": share}
        inputs = {"x": None if row["x"] is None else float(row["x"]), "color": color}
        origin = {"at": AT, "model": "points:1", "generation": 1}
        found.append({"request_id": request, "row": number, **origin, "entity_key": entity, **answer, **inputs})
    return found


def test_columns_of_many_requests_are_those_of_their_rows_one_by_one(tmp_path: Path) -> None:
    """Rows as they were decoded, of both forms, and plain ones; long requests are cut; named entities."""
    lake, decoder = FolderLake(tmp_path), RequestDecoder(POINTS, SERVING.loaded.learned, 1000)
    served, expected = LakePredictionLog(lake, 1.0), []
    asked = [{"x": number / 7, "color": ("red", "blue")[number % 2]} for number in range(150)]
    strange = [{"x": 1, "color": " red"}, {"x": -1.1, "color": None}, {"x": 2, "color": "green"}]
    for number, (rows, key) in enumerate([(asked, ""), (strange, "k"), (asked[:1], "")]):
        request = decoder.decode(json.dumps({"data": rows}).encode())
        assert isinstance(request, ParsedRequest)
        served.add(kept(rows=request.rows, request=f"r{number}", key=key))
        expected += plain_rows(SERVING, rows, f"r{number}", key)
    plain = [{"x": 0.5, "color": "red", "id": 9}]
    served.add(kept(rows=plain, request="plain"))
    served.flush()
    ((_, table),) = read(lake)
    assert table.to_pylist() == [*expected, *plain_rows(SERVING, plain, "plain", "")]


def test_of_numbers_there_is_no_probability(tmp_path: Path) -> None:
    """The prediction is the shortest text of the float32."""
    lake, scenario = FolderLake(tmp_path), PRICES
    served = LakePredictionLog(lake, 1.0)
    served.add(replaced(kept(scenario), answers=np.array([[1.1], [2.5]], np.float32)))
    served.flush()
    ((_, table),) = read(lake)
    assert (table.column("prediction").to_pylist(), table.column("probability").to_pylist()) == (
        ["1.1", "2.5"],
        [None, None],
    )


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


def test_no_more_rows_than_the_limit_are_kept_for_a_closed_lake(tmp_path: Path, caplog: Any) -> None:
    """The newest rows beyond it are dropped, and the log of a request says how many."""
    lake = ClosedLake(tmp_path)
    served = LakePredictionLog(lake, 1.0, rows=10**9, seconds=600)
    request = kept()
    for _ in range(LIMIT // 2 + 1):
        served.add(request)
    assert "Dropped answered rows: 2." in caplog.text
    served.flush()
    lake.closed = False
    served.flush()
    assert sum(table.num_rows for _, table in read(lake)) == LIMIT


def test_long_requests_are_bounded_by_their_bytes(tmp_path: Path, caplog: Any) -> None:
    """A row may have been a text of megabytes, which stays in memory until the row is written."""
    lake = FolderLake(tmp_path)
    served, third = LakePredictionLog(lake, 1.0, seconds=600), LIMIT_BYTES // 3
    with served._writing:
        # Nothing is written meanwhile.
        for _ in range(3):
            served.add(kept(size=third))
        assert "Dropped" not in caplog.text
        served.add(kept(size=third))
    assert "Dropped answered rows: 2." in caplog.text
    # Nobody waits ten minutes: so many bytes are written at once.
    until(lambda: sum(table.num_rows for _, table in read(lake)) == 6, "the rows are written")


def test_rows_that_make_no_file_stand_in_no_other_ones_way(tmp_path: Path, caplog: Any) -> None:
    """They are dropped, the next request tells it, and the log goes on."""
    served = LakePredictionLog(FolderLake(tmp_path), 1.0, rows=2, seconds=600)
    for model in ("broken", "whole"):
        served.add(replaced(kept(), model=model, rows=[{}, {}] if model == "broken" else ASKED))
    until(lambda: [table.num_rows for _, table in read(FolderLake(tmp_path))] == [2], "the others are written")
    served.add(kept())
    assert "No file was made of 2 rows of broken (KeyError('x'))." in caplog.text
    until(lambda: len(read(FolderLake(tmp_path))) == 2, "the log goes on")


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
