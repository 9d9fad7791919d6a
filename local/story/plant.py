"""The plant of the story: its scenario, its generated rows in random order, and the faults of its sensors."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from model_training.scenarios import SCENARIOS
from shared.core.policies import RetrainPolicy
from shared.core.scenario import GeneratorOptions, History, Scenario

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

# As declared, but trained with the quick families only, not for every handful of new rows, and on the newest drops: a
# recipe that is gone for good teaches nothing any more.
SCENARIO: Scenario = replace(
    SCENARIOS["iiot_quality"],
    candidates=("lightgbm", "logistic"),
    retrain=RetrainPolicy(new_rows=2000),
    history=History(rows=1500),
)
ROWS = 30_000
SEED = 5
PERIOD_MS = 2_000
STUCK, UNIT = "S20", "S16"
Tables = Mapping[str, "pa.Table"]
Change = Callable[["pa.Table"], "pa.Table"]


class Plant:
    """Hands out batches: each generated row once, with batch numbers that rise through the year."""

    def __init__(self) -> None:
        import numpy as np

        made = SCENARIO.generate(ROWS, SEED, GeneratorOptions()) if SCENARIO.generate else {}
        # The generator's values oscillate over minutes; shuffled, each file covers the whole oscillation.
        order = np.random.default_rng(SEED).permutation(ROWS)
        self._tables = {name: table.take(order) for name, table in made.items()}
        self._next = 0

    def batches(self, rows: int, at_ms: int, change: Change | None = None) -> Tables:
        """The next `rows` batches from that time on as `sensors` with the change, and their labels as `quality`."""
        import pyarrow as pa

        first, self._next = self._next, self._next + rows
        numbers = pa.array(range(first + 1, first + rows + 1))
        times = pa.array(range(at_ms, at_ms + PERIOD_MS * rows, PERIOD_MS))
        sensors = _with(self._tables["sensors"].slice(first, rows), "BatchNumber", numbers)
        sensors = _with(sensors, "SourceTimestamp", times)
        quality = _with(self._tables["quality"].slice(first, rows), "BatchNumber", numbers)
        return {"sensors": change(sensors) if change else sensors, "quality": quality}


def stuck(sensors: pa.Table) -> pa.Table:
    """One sensor repeats its value from the middle of the file on."""
    return _changed(sensors, STUCK, _held)


def fahrenheit(sensors: pa.Table) -> pa.Table:
    """One temperature arrives in degrees Fahrenheit."""
    return _changed(sensors, UNIT, lambda values: values * 1.8 + 32)


def new_recipe(sensors: pa.Table) -> pa.Table:
    """One temperature runs higher, and its good values become bad ones."""
    return _changed(sensors, UNIT, lambda values: 2 * 22.6 + 1.6 - values)


def csv_of(table: pa.Table) -> bytes:
    """The table as a CSV file."""
    import pyarrow as pa
    import pyarrow.csv as pacsv

    sink = pa.BufferOutputStream()
    pacsv.write_csv(table, sink)
    content: bytes = sink.getvalue().to_pybytes()
    return content


def requests_of(sensors: pa.Table, rows: int) -> list[bytes]:
    """Bodies of scoring requests with `rows` rows each."""
    inputs = sensors.select(list(SCENARIO.request_fields))
    return [_body(inputs.slice(at, rows).to_pylist()) for at in range(0, inputs.num_rows, rows)]


def _body(rows: list[dict[str, Any]]) -> bytes:
    return json.dumps({"Inputs": {"data": rows}, "GlobalParameters": {"method": "predict"}}).encode()


def _held(values: np.ndarray) -> np.ndarray:
    middle = len(values) // 2
    held = values.copy()
    held[middle:] = values[middle]
    return held


def _changed(table: pa.Table, name: str, change: Callable[[np.ndarray], np.ndarray]) -> pa.Table:
    import pyarrow as pa

    return _with(table, name, pa.array(change(table[name].to_numpy())))


def _with(table: pa.Table, name: str, values: pa.Array) -> pa.Table:
    return table.set_column(table.column_names.index(name), name, values)
