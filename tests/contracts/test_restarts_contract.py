"""Which restart a prediction belongs to is looked up in the places where the number fell; here all rows are ordered."""

from __future__ import annotations

import io
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, text

from shared.adapters.sql.monitoring.actuals import SqlActuals
from shared.adapters.sql.prediction.predictions import SqlPredictions
from shared.core.policies import Monitoring
from shared.core.scenario import Batch, Column, Scenario, Table
from shared.prediction.revision import Revision
from shared.prediction.window import Commit
from shared.serving.prediction_rows import first_id

START = datetime(2024, 6, 1, tzinfo=UTC)
ROWS = Table(
    "rows", (Column("number", "int"), Column("at", "time"), Column("x", "float"), Column("y", "int", values=("0", "1")))
)
SCENARIO = Scenario(
    name="counted", title="", tables=(ROWS,), label_table="rows", target="y", numeric=("x",), entity=("number",),
    time="at", batch=Batch("drops", "rows", "0 * * * * *", ("number", "at")), monitoring=Monitoring(restart="number"),
)  # fmt: skip
# Every row that was predicted at first, in order, with how often the number fell up to it.
ALL_ORDERED = text("""
    SELECT prediction_id, entity_key,
           SUM(fell) OVER (ORDER BY at, prediction_id ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS epoch
    FROM (SELECT p.prediction_id, p.entity_key, p.at,
                 CASE WHEN p.number < LAG(p.number) OVER (ORDER BY p.at, p.prediction_id) THEN 1 ELSE 0 END AS fell
          FROM v_predictions_counted_asof p WHERE p.revision = 1) marked
    ORDER BY prediction_id
""")


@dataclass(frozen=True, slots=True)
class Row:
    """A number that was counted at some hour (None: the row has no time)."""

    number: int
    hour: int | None


def predict(engine: Engine, rows: Sequence[Row], ordinal: int, corrects: str = "") -> None:
    """Commit a window of predictions, as a further version of another one if it says so."""
    name, size = f"w{ordinal}", len(rows)
    times = [None if row.hour is None else START + timedelta(hours=row.hour) for row in rows]
    columns = {
        "prediction_id": pa.array([first_id(ordinal) + n for n in range(size)], pa.int64()),
        "window": pa.array([name] * size, pa.string()),
        "entity_key": pa.array([str(row.number) for row in rows], pa.string()),
        "prediction": pa.array([row.number % 2 for row in rows], pa.int64()),
        "probability": pa.array([0.5] * size, pa.float64()),
        "number": pa.array([row.number for row in rows], pa.int64()),
        "at": pa.array(times, pa.timestamp("us", "UTC")),
        **{name: pa.array(["s"] * size, pa.string()) for name in ("run_id", "model", "model_sha256", "dataset")},
        "scored_at": pa.array([START] * size, pa.timestamp("us", "UTC")),
    }
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, write_page_checksum=True)
    commit = Commit(SCENARIO.name, name, ordinal, "p", "f" * 64, size, 0, "b" * 64, "m:1", "a", "r", "d", START)
    later = START + timedelta(days=ordinal)
    version = Revision(corrects, 2, later) if corrects else Revision(name, 1, later)
    SqlPredictions(engine).load(SCENARIO, commit, out, version)


def counted(chance: random.Random, size: int, begin: int) -> list[Row]:
    """Numbers that go up and start again now and then; several at one hour, some without a time."""
    rows, number, hour = [], chance.randint(1, 4), begin
    for _ in range(size):
        number = 1 if chance.random() < 0.2 else number + 1
        hour += chance.randint(0, 1)
        rows.append(Row(number, None if chance.random() < 0.05 else hour))
    return rows


def check(engine: Engine, actuals: SqlActuals, labels: dict[tuple[str, int], int], windows: int) -> int:
    """Restarts and labels of all windows are those of all rows in order; how many rows have a label."""
    with engine.connect() as connection:
        ordered = [(int(row[0]), row[1], int(row[2])) for row in connection.execute(ALL_ORDERED)]
    expected = {number: labels.get((key, epoch)) for number, key, epoch in ordered}
    found: list[tuple[int, int | None]] = []
    for ordinal in range(1, windows + 1):
        table = actuals.join_predictions(SCENARIO, first_id(ordinal), first_id(ordinal + 1) - 1)
        found += zip(table["prediction_id"].to_pylist(), table["actual"].to_pylist(), strict=True)
    assert len(found) == len(expected)
    assert dict(found) == expected
    keys = {key for _, key, _ in ordered}
    assert actuals.epochs(SCENARIO, sorted(keys)) == sorted({(key, epoch) for _, key, epoch in ordered})
    return sum(value is not None for value in expected.values())


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_labels_join_as_if_all_rows_were_ordered(engine: Engine, seed: int) -> None:
    """Windows that overlap in time and come in any order, corrections, rows without a time; one store."""
    chance = random.Random(seed)
    actuals = SqlActuals(engine)
    begins = [0, 12, 30, 8, 24, 0]
    for ordinal, begin in enumerate(begins[:4], start=1):
        predict(engine, counted(chance, 25, begin), ordinal)
    labels = {(str(number), epoch): (number + epoch) % 2 for number in range(1, 7) for epoch in range(0, 40, 2)}
    table = pa.table(
        {
            "entity_key": [key for key, _ in labels],
            "epoch": [epoch for _, epoch in labels],
            "actual": list(labels.values()),
        }
    )
    actuals.merge(SCENARIO, table, "drop", START)
    assert check(engine, actuals, labels, 4) > 5
    # A correction was not what was predicted at the time; a late window in between shifts the restarts of all others.
    predict(engine, counted(chance, 25, begins[4]), 5, corrects="w2")
    assert check(engine, actuals, labels, 5) > 5
    predict(engine, counted(chance, 25, begins[5]), 6)
    assert check(engine, actuals, labels, 6) > 5
