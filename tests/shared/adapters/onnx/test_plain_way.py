"""Random windows, compared cell by cell with a way of computing that is plain and slow."""

from __future__ import annotations

import io
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.adapters.onnx.scoring import OnnxScoring
from shared.core.scenario import Column, Scenario, Table
from shared.serving.ports import BatchJob, LoadedModel
from shared.training.input_contract import Feature, InputContract

type Row = dict[str, Any]
JOBS = ("admin", "nurse", "pilot", "", "Nurse", "cook")
CONTRACT = InputContract(
    (
        Feature("age", "number"),
        Feature("job", "category", ("admin", "cook", "nurse")),
        Feature("visits", "number"),
        Feature("month", "category", ("1", "12", "7")),
        Feature("height", "number"),
    ),
    ("0", "1"),
)
RANGES = {"age": (-2.0, 2.0), "visits": (0.0, 3.0)}
TABLE = Table(
    "clients",
    (
        Column("id", "int"),
        Column("site", "text", nulls=True),
        Column("age", "float"),
        Column("job", "text", nulls=True),
        Column("visits", "int", nulls=True),
        Column("month", "int", nulls=True),
        Column("height", "float", nulls=True),
        Column("y", "int"),
    ),
    key=("id",),
)
BLOCK = 48


def _random(seed: int, rows: int) -> pa.Table:
    """Nulls, unknown categories, NaN, numbers beyond float32, and a column that nobody asked for."""
    rng = np.random.default_rng(seed)

    def some(values: Sequence[Any], share: float, other: Any = None) -> list[Any]:
        return [other if rng.random() < share else value for value in values]

    ages = some(some(rng.normal(0, 3, rows).tolist(), 0.02, None), 0.02, 1e300)
    heights = some(some(rng.normal(1.7, 0.1, rows).astype(np.float32).tolist(), 0.1), 0.1, math.nan)
    columns = {
        "extra": pa.array(rng.random(rows)),
        "job": pa.array(some([JOBS[n] for n in rng.integers(0, len(JOBS), rows)], 0.1), pa.string()),
        "height": pa.array(heights, pa.float32()),
        "visits": pa.array(some(rng.integers(0, 1 << int(rng.choice([2, 3, 61])), rows).tolist(), 0.05), pa.int64()),
        "site": pa.array(some([f"s|{n}" for n in rng.integers(0, 9, rows)], 0.1), pa.string()),
        "month": pa.array(some(rng.integers(1, 13, rows).tolist(), 0.1), pa.int8()),
        "id": pa.array(rng.integers(-9, 1 << 40, rows)),
        "age": pa.array(ages, pa.float64()),
    }
    if rng.random() < 0.5:
        columns["job"] = columns["job"].dictionary_encode()
    return pa.table(columns)


def _cell(feature: Feature, value: Any) -> np.float32:
    with np.errstate(over="ignore"):
        if feature.kind == "number":
            return np.float32("nan") if value is None else np.float32(value)
    return np.float32(feature.values.index(str(value)) if value is not None and str(value) in feature.values else -1)


def _fails(row: Row) -> bool:
    return row["id"] is None or row["age"] is None or any(np.isinf(_cell(f, row[f.name])) for f in CONTRACT.features)


def _plainly(model: LoadedModel, job: BatchJob, rows: Sequence[Row]) -> Iterator[Row]:
    """The prediction rows, in blocks because a model may round differently in blocks of other sizes."""
    for start in range(0, len(rows), BLOCK):
        block = [(number, row) for number, row in enumerate(rows[start : start + BLOCK], start) if not _fails(row)]
        cells = [[_cell(feature, row[feature.name]) for feature in CONTRACT.features] for _, row in block]
        answers = model.score_matrix(np.array(cells, np.float32).reshape(len(block), len(CONTRACT.features)))
        for (number, row), answer in zip(block, answers, strict=True):
            yield _prediction(job, number, row, answer)


def _prediction(job: BatchJob, number: int, row: Row, answer: np.ndarray) -> Row:
    entity = job.scenario.entity
    return {
        "prediction_id": job.first_id + number,
        "window": job.window,
        "entity_key": "|".join("" if row[n] is None else str(row[n]) for n in entity) if entity else str(number + 1),
        "prediction": int(answer[1] >= np.float32(0.5)),
        "probability": float(answer[1]),
        **{name: row[name] for name in job.scenario.batch.report},
        "run_id": job.provenance.run_id,
        "model": job.provenance.model,
        "model_sha256": job.provenance.model_sha256,
        "dataset": job.provenance.dataset,
        "scored_at": job.provenance.scored_at,
    }


def _strange(rows: Sequence[Row]) -> tuple[Mapping[str, int], Mapping[str, int]]:
    """The unknown categories and the far numbers of all rows, also of those that fail."""
    unknown = {
        f.name: sum(row[f.name] is not None and _cell(f, row[f.name]) < 0 for row in rows)
        for f in CONTRACT.features
        if f.kind == "category"
    }
    far = {}
    for feature in CONTRACT.features:
        least, largest = RANGES.get(feature.name, (-math.inf, math.inf))
        low, high = np.float32(least - (largest - least)), np.float32(largest + (largest - least))
        values = [_cell(feature, row[feature.name]) for row in rows]
        far[feature.name] = sum(bool(value < low or value > high) for value in values)
    return {name: count for name, count in unknown.items() if count}, {
        name: count for name, count in far.items() if count and name in RANGES
    }


def _told(row: Row) -> str:
    """As text, in which NaN is equal to itself and every bit of a number shows."""
    return repr({**row, "scored_at": row["scored_at"].isoformat()})


@pytest.fixture
def wide_model(graph: Any, load: Any) -> LoadedModel:
    """The small model over five columns."""
    model: LoadedModel = load(graph(width=5).SerializeToString(), contract=CONTRACT.to_json(), ranges=RANGES)
    return model


@pytest.mark.parametrize("entity", [(), ("site", "id")], ids=["numbered", "keyed"])
@pytest.mark.parametrize("seed", range(6))
def test_a_window_is_scored_as_row_after_row(
    seed: int, entity: tuple[str, ...], wide_model: LoadedModel, scenario: Scenario, job: Callable[..., BatchJob]
) -> None:
    """Every cell and count is the same to the last bit, in whatever files, blocks and threads."""
    rows = (0, 9, 1_500, BLOCK, 1_000, 517)[seed]
    table = _random(seed, rows)
    report = ("age", "job", "visits", "height")
    batch = replace(scenario.batch, report=report, error_threshold=rows)
    work = replace(scenario, tables=(TABLE,), entity=entity, batch=batch, numeric=("age", "visits", "height"))
    cut = rows // 3
    jobs = job(table.slice(0, cut), table.slice(cut), group=100, scenario=work)

    out = io.BytesIO()
    result = OnnxScoring(workers=1 + seed % 3, block_rows=BLOCK).batch(wide_model, jobs, out)

    plain = table.to_pylist()
    expected = list(_plainly(wide_model, jobs, plain))
    written = pq.ParquetFile(out, page_checksum_verification=True).read().to_pylist()
    assert [_told(row) for row in written] == [_told(row) for row in expected]
    assert (result.rows, result.failed_rows) == (len(expected), sum(map(_fails, plain)))
    assert result.first_failed == next((n for n, row in enumerate(plain, 1) if _fails(row)), 0)
    counts = {name: one.rows for name, one in result.strange.unknown.items() if one.rows}
    assert (counts, dict(result.strange.far)) == _strange(plain)
