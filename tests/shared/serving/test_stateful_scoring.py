"""Stateful scoring: readings are stored in SQL and answered when the window is full."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from ports_with import ports_with
from served_model import serve
from world import World, graph_of

from model_training.maintenance.frame import assemble
from model_training.scenarios.predictive_maintenance import SCENARIO
from shared.core.errors import BadInput, Missing
from shared.datasets.reading import lake_bytes, read_tables
from shared.datasets.version import DatasetTable, DatasetVersion, Part
from shared.serving.stateful_scoring import StatefulScorer, readings_of
from shared.training.input_contract import Feature

START = datetime(2026, 1, 1, tzinfo=UTC)
HOURS = 14 * 24
FEATURES = tuple(Feature(name, "number") for name in SCENARIO.numeric)
# Looks at the mean voltage of three hours alone: 200 and more is a failure of component 1.
WEIGHTS = np.zeros((len(FEATURES), 4), dtype=np.float32)
WEIGHTS[0, 0] = 1.0
BIAS = np.array([-200.0, -9.0, -9.0, -9.0], dtype=np.float32)


def row(hour: int, machine: int = 1, volt: float = 170.0) -> dict[str, Any]:
    """The reading of an hour, with a little noise that is the same each time."""
    wave = float(np.sin(hour))
    at = (START + timedelta(hours=hour)).strftime("%Y-%m-%dT%H:%M:%S")
    return {
        "datetime": at,
        "machineID": machine,
        "volt": volt + wave,
        "rotate": 450 + wave,
        "pressure": 100.0,
        "vibration": 40.0,
    }


@pytest.fixture
def ready(tmp_path: Path) -> Any:
    """Ports on which a dataset with two machines is registered, and a model that watches the voltage."""
    world = World(tmp_path)
    tables = {
        "maint": pa.table({"datetime": [START], "machineID": [1], "comp": ["comp1"]}),
        "failures": pa.table({"datetime": [START], "machineID": [2], "failure": ["comp1"]}),
        "machines": pa.table({"machineID": [1, 2], "model": ["a", "b"], "age": [3, 4]}),
    }
    files = []
    for name, table in tables.items():
        sink = io.BytesIO()
        pq.write_table(table, sink)
        world.ports.core.lake.put(f"datasets/x/{name}.parquet", sink.getvalue())
        part = Part(f"datasets/x/{name}.parquet", hashlib.sha256(sink.getvalue()).hexdigest(), table.num_rows)
        files.append(DatasetTable(name, (part,), table.num_rows))
    dataset = DatasetVersion(SCENARIO.name, "d1", "digest", tuple(files), (), START)
    world.ports.datasets.versions.add(dataset)
    return ports_with(world.ports, core__scenarios={SCENARIO.name: SCENARIO})


SERVING = serve(SCENARIO, graph_of(WEIGHTS, BIAS), FEATURES)


def ask(ports: Any, rows: Sequence[Any]) -> Any:
    """The answer to a request with these readings, by a process that has just started."""
    assert SCENARIO.live is not None
    readings = readings_of(SCENARIO, SCENARIO.live, json.dumps({"data": list(rows)}).encode())
    assert readings is not None
    return StatefulScorer(ports).answer(SCENARIO, SERVING, readings).response


def test_zero_is_answered_until_the_window_is_full(ready: Any) -> None:
    """A new process finds the readings of earlier ones; the 336th hour in a row is the first that is predicted."""
    first = ask(ready, [row(hour) for hour in range(HOURS - 1)])
    assert set(first["result"]) == {0}
    assert all(first["waiting"])
    normal = ask(ready, [row(HOURS - 1)])
    assert (normal["result"], normal["waiting"]) == ([0], [False])
    high = ask(ready, [row(hour, volt=300.0) for hour in range(HOURS, HOURS + 3)])
    assert high["result"][-1] == 1
    assert high["labels"][-1] == ["y_1"]
    # A machine without readings of its own waits, whatever others have.
    assert ask(ready, [row(HOURS, machine=2)])["waiting"] == [True]


def test_a_missing_hour_keeps_the_window_open(ready: Any) -> None:
    """Nothing is filled in; the late hour closes the gap."""
    ask(ready, [row(hour) for hour in range(HOURS) if hour != 100])
    assert ask(ready, [row(HOURS)])["waiting"] == [True]
    assert ask(ready, [row(100), row(100), row(HOURS)])["waiting"] == [True, True, False]


def kept_volt(ports: Any, hour: int) -> float:
    """What is stored for that hour."""
    at = START + timedelta(hours=hour)
    (reading,) = ports.serving.readings.window(SCENARIO.name, "1", at, at)
    return float(reading.measured["volt"])


def test_a_corrected_reading_replaces_the_earlier_one(ready: Any) -> None:
    """The answer to the same hour is that of the corrected value; two values in one request contradict each other."""
    ask(ready, [row(hour) for hour in range(HOURS)])
    corrected = [row(hour, volt=300.0) for hour in range(HOURS - 3, HOURS)]
    assert ask(ready, corrected)["labels"][-1] == ["y_1"]
    assert kept_volt(ready, HOURS - 1) > 290
    with pytest.raises(BadInput, match=r"Row 2: machineID 1 has other values for 2026-01-01T05:00:00.* in row 1"):
        ask(ready, [row(5, volt=9.0), row(5, volt=10.0)])
    assert kept_volt(ready, 5) > 100


def test_a_wrong_clock_deletes_nothing(ready: Any) -> None:
    """A reading from the future is refused; one from the past, or a day ahead, leaves the others where they are."""
    ask(ready, [row(hour) for hour in range(HOURS)])
    now = ready.core.clock()
    ahead = int((now - START) / timedelta(hours=1)) + 24
    with pytest.raises(BadInput, match=r"Row 1, field 'datetime': .* lies in the future; accepted: a time at most 24"):
        ask(ready, [row(ahead + 1)])
    assert ask(ready, [row(ahead), row(-1_000_000)])["waiting"] == [True, True]
    assert ask(ready, [row(HOURS)])["waiting"] == [False]


def test_readings_leave_by_the_time_at_which_they_came(ready: Any) -> None:
    """Twice the window after they were received, and not before, whatever their own time is."""
    ask(ready, [row(0), row(1)])
    clock = ready.core.clock
    clock.advance(hours=2 * HOURS)
    ask(ready, [row(2)])
    assert kept_volt(ready, 0) > 100
    clock.advance(hours=1)
    ask(ready, [row(3)])
    assert [reading.at.hour for reading in ready.serving.readings.window(SCENARIO.name, "1", START, clock())] == [2, 3]


def test_features_are_those_of_training(ready: Any) -> None:
    """The model scores what the feature code of training makes of the same hours."""
    rows = [row(hour) for hour in range(HOURS)]
    assert SCENARIO.live is not None
    readings = readings_of(SCENARIO, SCENARIO.live, json.dumps({"data": rows}).encode())
    assert readings is not None
    scored = StatefulScorer(ready).answer(SCENARIO, SERVING, readings)
    tables = {name: table.to_pandas() for name, table in _tables(ready).items()}
    import pandas as pd

    telemetry = pd.DataFrame(rows)
    telemetry["datetime"] = pd.to_datetime(telemetry["datetime"], utc=True).astype("datetime64[us, UTC]")
    expected = assemble({**tables, "telemetry": telemetry}).iloc[-1]
    assert list(scored.rows) == [{name: expected[name] for name in SCENARIO.numeric}]


def _tables(ports: Any) -> dict[str, Any]:
    (dataset,) = ports.datasets.versions.list(SCENARIO.name)
    return read_tables(lake_bytes(ports.core.lake), SCENARIO, dataset.tables)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"machineID": 99}, "99 is not in table 'machines'"),
        ({"machineID": "1"}, "a whole number"),
        ({"datetime": "yesterday"}, "a full hour"),
        ({"datetime": "2026-01-01T00:30:00"}, "a full hour"),
        ({"datetime": 5}, "a full hour"),
        ({"volt": None}, "finite number"),
        ({"volt": 1e9}, "from 0 to 100000"),
        ({"volt": True}, "finite number"),
        ({"extra": 1}, "accepted: datetime"),
    ],
)
def test_a_reading_that_does_not_fit_is_refused_and_not_kept(ready: Any, change: Any, words: str) -> None:
    """The refusal names row, field, and what is accepted."""
    with pytest.raises(BadInput, match=words):
        ask(ready, [row(0), row(1) | change])
    assert ready.serving.readings.window(SCENARIO.name, "1", START, START + timedelta(days=1)) == []


def test_times_are_read_in_both_spellings_and_other_requests_left_alone(ready: Any) -> None:
    """ISO or month/day/year; a request with the 37 features is not one of readings."""
    assert SCENARIO.live is not None
    body = {"data": [row(0) | {"datetime": "1/1/2026 6:00:00 AM"}]}
    (reading,) = readings_of(SCENARIO, SCENARIO.live, json.dumps(body).encode()) or []
    assert reading.at == START + timedelta(hours=6)
    assert readings_of(SCENARIO, SCENARIO.live, b'{"data": [[1]]}') is None


def test_without_a_dataset_nothing_is_known_about_machines(tmp_path: Path) -> None:
    """The refusal says what is missing."""
    with pytest.raises(Missing, match="no dataset version"):
        ask(World(tmp_path).ports, [row(0)])
