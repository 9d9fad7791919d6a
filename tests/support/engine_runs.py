"""Windows of real scenarios, scored by an engine that works on its own: landed, submitted, waited for, read back."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
from ports_with import ports_with
from pyarrow import csv
from small_served import serve
from sqlalchemy import text

from model_training.scenarios import SCENARIOS
from shared import dispatch, due_work
from shared.core.scenario import GeneratorOptions
from shared.ports import Ports
from shared.prediction.shard import ShardWork
from shared.prediction.sharding.attempts import newest_work

PATIENCE = 900.0


def until(is_so: Callable[[], object], what: str) -> None:
    """Wait for something outside this process; an assertion says what never came."""
    ends = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < ends, f"{what} did not happen within {PATIENCE:.0f} s"
        time.sleep(0.1)


def served(home: Path, name: str, shard_rows: int, **settings: str) -> Ports:
    """Ports with a small graph of that scenario in service, where all but the smallest windows are large."""
    ports, _ = serve(home, SCENARIOS[name], SCORER_ROWS="10", **settings)
    return ports_with(ports, prediction__sharding=replace(ports.prediction.sharding, shard_rows=shard_rows))


def land(ports: Ports, name: str, rows: int, seed: int = 8) -> None:
    """A scoring drop of generated rows, without answers, as CSV."""
    scenario = SCENARIOS[name]
    assert scenario.generate is not None
    tables = dict(scenario.generate(rows, seed, GeneratorOptions()))
    for table in scenario.scoring_tables:
        sink = pa.BufferOutputStream()
        csv.write_csv(tables[table.name].select([column.name for column in table.columns]), sink)
        ports.core.lake.put(f"scoring/{name}/s1/{table.name}.csv", sink.getvalue().to_pybytes())


def call(ports: Ports) -> None:
    """One round of the timer that plans windows."""
    for message in due_work.plan(ports):
        dispatch.on_window(ports, message)


def attempt(ports: Ports, name: str) -> ShardWork:
    """The newest attempt at the only window."""
    (window,) = ports.prediction.windows.list(name)
    work = newest_work(ports, name, window.id)
    assert work is not None
    return work


def finish(ports: Ports, name: str) -> None:
    """Wait for every attempt to end, and go on until the window is committed."""
    while not ports.prediction.predictions.commits(name):
        call(ports)
        entry = ports.core.history.find("window", f"{name}/{attempt(ports, name).window}")
        assert entry is not None
        assert entry.state in {"waiting", "done"}, entry.reason
        work = attempt(ports, name)
        until(lambda work=work: not ports.prediction.engine.alive(work), f"the end of {work.name}")


def rows_of(ports: Ports, name: str) -> list[Any]:
    """Ids, keys and answers as reports see them."""
    view = f"SELECT prediction_id, entity_key, prediction, probability FROM v_predictions_{name} ORDER BY 1"  # noqa: S608
    with ports.core.history._engine.connect() as connection:  # type: ignore[attr-defined]
        return [tuple(row) for row in connection.execute(text(view)).all()]


def same_rows(found: list[Any], wanted: list[Any]) -> None:
    """Equal in number, ids, keys and predictions; probabilities to a millionth."""
    assert [row[:3] for row in found] == [row[:3] for row in wanted]
    assert all(abs(one[3] - other[3]) <= 1e-6 for one, other in zip(found, wanted, strict=True))
