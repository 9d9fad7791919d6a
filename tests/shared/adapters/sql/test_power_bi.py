"""The queries of docs/power-bi.md, run as they stand there."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from sqlalchemy import Engine, text
from tsql import findings, parse

from model_training.scenarios import SCENARIOS
from shared.adapters.sql.database import open_database
from shared.adapters.sql.monitoring.actuals import SqlActuals
from shared.adapters.sql.prediction.predictions import SqlPredictions
from shared.adapters.sql.reports.profile_history import SqlProfileHistory
from shared.prediction.revision import Revision
from shared.prediction.window import Commit
from shared.profiles.historic_values import HistoricDataset, HistoricValue
from shared.serving.prediction_rows import first_id, prediction_columns

ROOT = Path(__file__).resolve().parents[4]
QUERIES = re.findall(r"```sql\n(.*?)```", (ROOT / "docs" / "power-bi.md").read_text(), re.DOTALL)
_DECLARED = SCENARIOS["iiot_quality"]
# Batches are counted anew after a restart; whatever the declaration says, that is what the page speaks of.
IIOT = replace(_DECLARED, monitoring=replace(_DECLARED.monitoring, restart="BatchNumber"))
AT = datetime(2026, 3, 1, tzinfo=UTC)
KINDS = {"int": pa.int64(), "float": pa.float64(), "text": pa.string(), "time": pa.timestamp("us", "UTC")}


def load(engine: Engine, window: str, ordinal: int, revision: Revision, share: float) -> None:
    """A window of four batches; the last two follow a restart."""
    told: dict[str, list[Any]] = {
        "prediction_id": [first_id(ordinal) + n for n in range(4)],
        "window": [window] * 4,
        "entity_key": ["3", "4", "1", "3"],
        "BatchNumber": [3, 4, 1, 3],
        "SourceTimestamp": [1000, 3000, 5000, 7000],
        "prediction": [1, 0, 1, 1],
        "probability": [share] * 4,
        "model": ["iiot_quality:1"] * 4,
        "scored_at": [AT] * 4,
    }
    columns = {}
    for one in prediction_columns(IIOT):
        filler: list[Any] = [float(n) for n in range(4)] if one.kind == "float" else ["x"] * 4
        columns[one.name] = pa.array(told.get(one.name, filler), KINDS[one.kind])
    out = io.BytesIO()
    pq.write_table(pa.table(columns), out, write_page_checksum=True)
    out.seek(0)
    commit = Commit(IIOT.name, window, ordinal, "p", "f" * 64, 4, 0, "b" * 64, "iiot_quality:1", "a", "r", "d", AT)
    SqlPredictions(engine).load(IIOT, commit, out, revision)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def engine(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """Four predictions in two versions, and labels of three."""
    if request.param == "postgresql":
        opened = open_database(request.getfixturevalue("postgres").new())
    else:
        opened = open_database(f"sqlite:///{tmp_path_factory.mktemp('bi') / 'state.db'}")
    load(opened, "w", 1, Revision("w", 1, AT), 0.5)
    load(opened, "w.r2", 2, Revision("w", 2, AT + timedelta(days=1)), 0.75)
    actuals = SqlActuals(opened)
    actuals.prepare(IIOT)
    labels = {"entity_key": ["3", "4", "1"], "actual": [1, 1, 1], "epoch": [0, 0, 1]}
    actuals.merge(IIOT, pa.table(labels), "test", AT)
    with opened.begin() as connection:
        facts = "'iiot_quality', 1, 'r', 'd', 'a', '{}', 'f', 'accepted', '2026-03-01 00:00:00'"
        names = "name, version, run, dataset, sha256, metrics, folder, state, created_at"
        connection.execute(text(f"INSERT INTO model_version ({names}) VALUES ({facts})".replace(":", "\\:")))  # noqa: S608 - the test's own
    history = SqlProfileHistory(opened)
    for day, share in ((2, 0.25), (1, 0.5)):
        values = (HistoricValue("sensors", "S1", "null_share", share), HistoricValue("sensors", "S1", "mean", 9.0))
        history.put(IIOT, HistoricDataset(IIOT.name, f"d{day}", AT + timedelta(days=day), values))
    yield opened
    opened.dispose()


def rows(engine: Engine, query: str) -> list[tuple[Any, ...]]:
    """What a report would get."""
    with engine.connect() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


def test_the_page_has_its_queries() -> None:
    """Each is run below."""
    assert len(QUERIES) == 7


@pytest.mark.parametrize("query", QUERIES)
def test_sql_server_would_read_each(query: str) -> None:
    """By its grammar, and by Microsoft's parser where it is on the path."""
    assert len(parse(query.rstrip().rstrip(";"))) == 1
    assert findings([query]) == []


def test_models_are_a_dimension(engine: Engine) -> None:
    """Keyed as predictions name them."""
    assert [row[:3] for row in rows(engine, "SELECT * FROM v_models")] == [("iiot_quality:1", "iiot_quality", 1)]


def test_prediction_and_actual_by_batch(engine: Engine) -> None:
    """A batch that restarted is another one; a replaced version is not counted twice."""
    found = rows(engine, QUERIES[0])
    assert [(row[0], row[1], row[3], row[5], row[6]) for row in found] == [
        (3, 0, 1, 1, 1),
        (4, 0, 0, 1, 0),
        (1, 1, 1, 1, 1),
        (3, 1, 1, None, None),
    ]
    assert {row[4] for row in found} == {0.75}


def test_quality_stands_beside_its_coverage(engine: Engine) -> None:
    """Three of four are labelled, two of three right."""
    ((model, predictions, labelled, accuracy),) = rows(engine, QUERIES[1])
    assert (model, predictions, labelled) == ("iiot_quality:1", 4, 3)
    assert float(accuracy) == pytest.approx(2 / 3)


def test_sensor_values_of_a_batch(engine: Engine) -> None:
    """Nineteen sensors of this batch, not of the one with the same number after the restart."""
    found = rows(engine, QUERIES[2])
    assert {name for name, _ in found} == set(IIOT.features)
    assert {value for _, value in found} == {0.0}


def test_a_sensor_over_time_by_prediction(engine: Engine) -> None:
    """In time order, with what was predicted then."""
    assert rows(engine, QUERIES[3]) == [(1000, 1, 0.0), (3000, 0, 1.0), (5000, 1, 2.0), (7000, 1, 3.0)]


def test_a_statistic_of_the_training_data_over_its_versions(engine: Engine) -> None:
    """One statistic, in the order in which the versions were made."""
    assert [row[1:] for row in rows(engine, QUERIES[4])] == [("d1", "S1", 0.5), ("d2", "S1", 0.25)]


def test_measures_are_those_of_the_page(engine: Engine) -> None:
    """What DAX computes from the same rows: counts, shares, accuracy."""
    ((predictions, labelled, labelled_share, accuracy, predicted),) = rows(engine, QUERIES[5])
    assert (predictions, labelled, labelled_share, predicted) == (4, 3, 0.75, 0.75)
    assert float(accuracy) == pytest.approx(2 / 3)


def test_a_window_is_joined_with_its_commit(engine: Engine) -> None:
    """The newest version alone, with all of its rows."""
    assert rows(engine, QUERIES[6]) == [("w.r2", 4, 0, "iiot_quality:1", 4)]
