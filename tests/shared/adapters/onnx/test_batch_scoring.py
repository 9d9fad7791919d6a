"""A window through a model: every row once, in order, the same bytes however it was cut."""

from __future__ import annotations

import io
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.adapters.onnx.scoring import OnnxScoring
from shared.core.errors import Corrupt, Permanent, Quarantined
from shared.core.scenario import Scenario
from shared.serving.ports import BatchJob, BatchResult, LoadedModel
from shared.serving.prediction_rows import prediction_columns
from shared.training.input_contract import Feature, InputContract

Rows = Callable[[int], pa.Table]
Job = Callable[..., BatchJob]


def _score(model: LoadedModel, job: BatchJob, **how: int) -> tuple[bytes, BatchResult]:
    out = io.BytesIO()
    result = OnnxScoring(**how).batch(model, job, out)
    return out.getvalue(), result


def _read(data: bytes) -> pa.Table:
    return pq.ParquetFile(io.BytesIO(data), page_checksum_verification=True).read()


def test_a_batch_answers_like_the_model_row_by_row(model: LoadedModel, job: Job, rows: Rows) -> None:
    """Ids, entity, label, probability, report and provenance of every row are what one row alone would give."""
    table = rows(1000)
    data, result = _score(model, job(table), block_rows=64)
    assert (result.rows, result.failed_rows) == (1000, 0)
    assert result.strange.unknown_text == "job=167"
    written = _read(data).to_pylist()
    for number, (row, source) in enumerate(zip(written, table.to_pylist(), strict=True)):
        alone = model.score_rows([{"age": source["age"], "job": source["job"]}])[0]
        assert row["prediction_id"] == (7 << 32) + number
        assert row["entity_key"] == f"s{number % 5}|{number}"
        assert row["probability"] == pytest.approx(float(alone[1]), abs=1e-6)
        assert row["prediction"] == int(row["probability"] >= 0.5)
        assert (row["age"], row["job"]) == (source["age"], source["job"])
        assert row["seen_at"] == source["seen.at"].replace(tzinfo=UTC)
    assert {row["scored_at"] for row in written} == {datetime(2026, 11, 20, 13, 50, tzinfo=UTC)}
    origin = {(row["window"], row["run_id"], row["model"], row["model_sha256"], row["dataset"]) for row in written}
    assert origin == {("drop-1", "run-7", "small:3", "a" * 64, "20261119T080000-beef")}


def test_the_columns_are_the_declared_ones_in_order(model: LoadedModel, job: Job, rows: Rows) -> None:
    """Parquet and SQL share one declaration."""
    work = job(rows(3))
    schema = _read(_score(model, work)[0]).schema
    assert schema.names == [column.name for column in prediction_columns(work.scenario)]
    kinds = {"int": pa.int64(), "float": pa.float64(), "text": pa.string(), "time": pa.timestamp("us", "UTC")}
    assert schema.types == [kinds[column.kind] for column in prediction_columns(work.scenario)]


@pytest.mark.parametrize("cut", [(7, 3, 1), (7, 3, 4), (100, 1000, 4), (5000, 999, 2)])
def test_the_bytes_do_not_show_blocks_threads_or_row_groups(
    model: LoadedModel, job: Job, rows: Rows, cut: tuple[int, int, int]
) -> None:
    """Equal rows give equal bytes; order is kept while threads overtake each other."""
    block, group, workers = cut
    table = rows(1500)
    expected, _ = _score(model, job(table), workers=1, block_rows=1500)
    parts = job(table.slice(0, 1), table.slice(1, 700), table.slice(701), group=group)
    assert _score(model, parts, workers=workers, block_rows=block)[0] == expected
    whole = job(table=pa.concat_tables([table.slice(0, 10), table.slice(10)]), sources=())
    assert _score(model, whole, workers=workers, block_rows=block)[0] == expected


def test_row_groups_of_the_output_do_not_depend_on_blocks(model: LoadedModel, job: Job, rows: Rows) -> None:
    """More rows than one row group holds, in blocks that do not divide it."""
    table = pa.concat_tables([rows(1000)] * 140)
    work = job(table, group=50_000)
    assert _score(model, work, block_rows=4097)[0] == _score(model, work, block_rows=65_536)[0]


def test_the_threshold_of_the_model_decides(graph: Any, load: Any, job: Job, rows: Rows) -> None:
    """From the threshold on the second label is predicted, and the probability is always that of the second."""
    strict = load(graph().SerializeToString(), threshold=0.9)
    table = _read(_score(strict, job(rows(200)))[0])
    assert table["prediction"].to_pylist() == [int(p >= np.float32(0.9)) for p in table["probability"].to_pylist()]
    assert table["probability"].to_numpy().min() < 0.5


def test_of_more_labels_the_likeliest_is_predicted(
    graph: Any, load: Any, job: Job, rows: Rows, scenario: Scenario
) -> None:
    """The probability is that of the predicted label; text labels are text."""
    names = ("red", "green", "blue")
    contract = InputContract((Feature("age", "number"), Feature("job", "category", ("admin", "nurse"))), names)
    three = load(graph(labels=3).SerializeToString(), contract=contract.to_json())
    target = replace(scenario.tables[0].columns[-1], kind="text")
    tables = (replace(scenario.tables[0], columns=(*scenario.tables[0].columns[:-1], target)),)
    colours = replace(scenario, tables=tables, task="multiclass", labels=names)
    rows_in = rows(300)
    table = _read(_score(three, job(rows_in, scenario=colours), block_rows=37)[0])
    answer = three.score_matrix(three.encode(rows_in))
    assert table["prediction"].to_pylist() == [names[n] for n in answer.argmax(axis=1)]
    np.testing.assert_array_equal(table["probability"].to_numpy(), answer.max(axis=1).astype(np.float64))
    assert len(set(table["prediction"].to_pylist())) > 1


def test_without_an_entity_the_row_number_is_the_key(
    model: LoadedModel, job: Job, rows: Rows, scenario: Scenario
) -> None:
    """Counted from 1 over the whole window."""
    table = _read(_score(model, job(rows(5), rows(3), scenario=replace(scenario, entity=())), block_rows=2)[0])
    assert table["entity_key"].to_pylist() == [str(n) for n in range(1, 9)]


def test_a_window_without_rows_is_a_file_without_rows(model: LoadedModel, job: Job, rows: Rows) -> None:
    """An empty window is a result, not a crash."""
    for work in (job(), job(rows(0))):
        data, result = _score(model, work)
        assert result == BatchResult(0, 0)
        assert _read(data).num_rows == 0


def _with_bad_rows(table: pa.Table) -> pa.Table:
    ages = table["age"].to_pylist()
    ages[3], ages[40] = None, 1e300
    return table.set_column(table.schema.get_field_index("age"), "age", pa.array(ages))


def test_rows_that_break_the_contract_are_counted_and_left_out(
    model: LoadedModel, job: Job, rows: Rows, scenario: Scenario
) -> None:
    """Up to the declared threshold; the ids of the other rows do not move."""
    tolerant = replace(scenario, batch=replace(scenario.batch, error_threshold=2))
    data, result = _score(model, job(_with_bad_rows(rows(100)), scenario=tolerant), block_rows=16)
    assert (result.rows, result.failed_rows) == (98, 2)
    ids = [n - (7 << 32) for n in _read(data)["prediction_id"].to_pylist()]
    assert ids == [n for n in range(100) if n not in {3, 40}]


def test_more_failed_rows_than_tolerated_quarantine_the_window(
    model: LoadedModel, job: Job, rows: Rows, scenario: Scenario
) -> None:
    """By default none is tolerated; the sentence names the row that was one too many."""
    with pytest.raises(Quarantined, match="row 4 holds a null"):
        _score(model, job(_with_bad_rows(rows(100))))
    tolerant = replace(scenario, batch=replace(scenario.batch, error_threshold=1))
    with pytest.raises(Quarantined, match="row 41") as caught:
        _score(model, job(_with_bad_rows(rows(100)), scenario=tolerant), block_rows=16)
    assert caught.value.row == 41


def test_an_answer_that_is_no_number_stops_the_window(graph: Any, load: Any, job: Job, rows: Rows) -> None:
    """Nothing is written for a model that overflows."""
    model: onnx.ModelProto = graph()
    model.graph.node[2].op_type = "Exp"
    del model.graph.node[2].attribute[:]
    with pytest.raises(Permanent, match="Model small:3 returned no finite number for row"):
        _score(load(model.SerializeToString()), job(_hot(rows(50))))


def _hot(table: pa.Table) -> pa.Table:
    return table.set_column(table.schema.get_field_index("age"), "age", pa.array(np.full(table.num_rows, 1e6)))


def test_a_missing_column_is_named_with_its_file(model: LoadedModel, job: Job, rows: Rows) -> None:
    """Features, entity and report columns must be there."""
    for name in ("age", "site", "seen.at"):
        with pytest.raises(Quarantined, match=f"clients-1.parquet: column '{name}' is missing"):
            _score(model, job(rows(10), rows(10).drop_columns([name])))


def test_an_optional_report_column_may_be_absent(model: LoadedModel, job: Job, rows: Rows, scenario: Scenario) -> None:
    """It is null then."""
    columns = [replace(c, optional=c.name == "seen.at") for c in scenario.tables[0].columns]
    relaxed = replace(scenario, tables=(replace(scenario.tables[0], columns=tuple(columns)),))
    table = _read(_score(model, job(rows(4).drop_columns(["seen.at"]), scenario=relaxed))[0])
    assert table["seen_at"].null_count == 4


@pytest.mark.parametrize("place", [0.3, 0.6])
@pytest.mark.fault(35)
def test_a_flipped_bit_in_a_source_is_never_scored(model: LoadedModel, job: Job, rows: Rows, place: float) -> None:
    """Page checksums are checked on the way in."""
    work = job(rows(5000))
    source = work.sources[0][1]
    _flip(source, place)
    with pytest.raises(Corrupt, match=r"clients-0\.parquet cannot be read as Parquet"):
        _score(model, work)


def _flip(file: Any, place: float) -> None:
    data = bytearray(file.getvalue())
    data[int(len(data) * place)] ^= 0x10
    file.seek(0)
    file.write(data)


@pytest.mark.fault(35)
def test_a_flipped_bit_in_the_predictions_is_noticed(model: LoadedModel, job: Job, rows: Rows) -> None:
    """Every page is written with its checksum."""
    data = bytearray(_score(model, job(rows(5000)))[0])
    data[len(data) // 2] ^= 0x10
    with pytest.raises(OSError, match="CRC"):
        _read(bytes(data))


class Watched(io.RawIOBase):
    """A file that keeps nothing but the largest memory it was written under, Arrow's and Python's."""

    peak = 0

    def writable(self) -> bool:
        """It can be written."""
        return True

    def write(self, data: Any) -> int:
        """Look, and drop the data."""
        self.peak = max(self.peak, pa.total_allocated_bytes() + tracemalloc.get_traced_memory()[0])
        return len(data)


def test_memory_does_not_grow_with_the_window(model: LoadedModel, job: Job, rows: Rows, tmp_path: Path) -> None:
    """Eight times the rows take less than one and a half times the memory, what the reader holds included."""

    def peak(copies: int) -> int:
        path, block = tmp_path / f"{copies}.parquet", rows(20_000)
        with pq.ParquetWriter(path, block.schema) as writer:
            for _ in range(copies):
                writer.write_table(block)
        watched = Watched()
        with path.open("rb") as source:
            OnnxScoring(2, 4096).batch(model, replace(job(), sources=[("big", source)]), watched)  # type: ignore[arg-type]
        return watched.peak

    tracemalloc.start()
    try:
        assert peak(80) < 1.5 * peak(10)
    finally:
        tracemalloc.stop()


def test_a_category_that_arrives_as_a_dictionary_is_reported_as_text(model: LoadedModel, job: Job, rows: Rows) -> None:
    """How a column was held in memory does not show in the file."""
    table = rows(50)
    position = table.schema.get_field_index("job")
    coded = table.set_column(position, "job", table["job"].dictionary_encode())
    assert _score(model, job(table=coded, sources=()))[0] == _score(model, job(table=table, sources=()))[0]


def test_a_model_that_needs_what_the_window_lacks_says_so(load: Any, graph: Any, job: Job, rows: Rows) -> None:
    """A feature that is no column of the table is named."""
    other = InputContract((Feature("age", "number"), Feature("salary", "number")), ("0", "1"))
    model = load(graph().SerializeToString(), contract=other.to_json())
    with pytest.raises(Quarantined, match="column 'salary' is missing"):
        _score(model, job(rows(5)))
