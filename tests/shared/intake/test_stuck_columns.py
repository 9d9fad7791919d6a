"""A sensor that repeats one value holds a labelled drop up where a model learns from it; else people are told."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from pyarrow import csv

from model_training.scenarios import SCENARIOS
from shared.bootstrap import build_ports
from shared.core.breach import BreachState
from shared.core.ledger import Outcome
from shared.core.paths import Landing
from shared.core.scenario import GeneratorOptions
from shared.intake.ingest import ingest
from shared.ports import Ports
from shared.serving.deployment import Deployment
from shared.training.model import Artefact

PLANT = SCENARIOS["iiot_quality"]
AT = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture
def ports(tmp_path: Path) -> Ports:
    """A plant whose model learned from a first drop."""
    made = build_ports({"MLOPS_HOME": str(tmp_path), "TRAINER_URL": "none:", "QUIET_SECONDS": "0"}, SCENARIOS)
    dataset = _drop(made, "d1", 1, "").detail["dataset"]
    model = made.training.registry.register(Artefact(PLANT.name, "run-1", dataset, b"graph", {"metrics": {}}))
    made.release.deployments.promote(Deployment(PLANT.name, 1, model.name, 1, model.sha256, AT, "ada", "first"))
    return made


def _drop(ports: Ports, name: str, number: int, stuck: str) -> Outcome:
    """Generated rows and labels, a little different in each drop; the last half of one sensor says one thing."""
    assert PLANT.generate is not None
    tables = dict(PLANT.generate(200, 1, GeneratorOptions()))
    tables["sensors"] = _changed(tables["sensors"], "S7", lambda values: values + number / 1_000)
    if stuck:
        half = np.arange(200) < 100
        tables["sensors"] = _changed(tables["sensors"], stuck, lambda values: np.where(half, values, values[100]))
    for table, rows in tables.items():
        sink = io.BytesIO()
        csv.write_csv(rows, sink)
        ports.core.lake.put(f"incoming/{PLANT.name}/{name}/{table}.csv", sink.getvalue())
    return ingest(ports, Landing("incoming", PLANT, name, ""))


def _changed(table: pa.Table, name: str, change: Callable[[np.ndarray], np.ndarray]) -> pa.Table:
    values = table[name].to_numpy(zero_copy_only=False)
    return table.set_column(table.column_names.index(name), name, pa.array(change(values)))


def test_a_stuck_input_is_quarantined(ports: Ports) -> None:
    """A model would learn from it."""
    outcome = _drop(ports, "d2", 2, "S16")
    assert outcome.state == "quarantined"
    assert "Column 'S16' of table 'sensors': one value" in outcome.reason


@pytest.mark.parametrize("column", ["S1", "S33"])
def test_a_stuck_column_that_need_not_vary_is_told(ports: Ports, column: str) -> None:
    """No model learns from S1, and S33 moves in steps: the drop is taken, and the next well one closes the breach."""
    outcome = _drop(ports, "d2", 2, column)
    assert outcome.state == "done", outcome.reason
    (breach,) = ports.monitoring.breaches.list(PLANT.name, BreachState.OPEN)
    assert (breach.cause, breach.column, breach.action, breach.last_window) == ("stuck_sensor", column, "alert", "d2")
    assert _drop(ports, "d3", 3, "").state == "done"
    assert ports.monitoring.breaches.list(PLANT.name, BreachState.OPEN) == []
