"""A home in which a small model of machines serves: logistic in all 37 features, so that every feature counts."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from world import Clock, World, graph_of

from model_training.scenarios.predictive_maintenance import SCENARIO
from shared import dispatch, due_work
from shared.datasets.version import DatasetTable, DatasetVersion, Part
from shared.serving.deployment import Deployment
from shared.training.input_contract import Feature, InputContract
from shared.training.model import Artefact

NAME = SCENARIO.name
AT = datetime(2026, 11, 15, 6, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Predicted:
    """How a window ended: its state, what it told, and each machine and hour with its probabilities."""

    state: str
    reason: str
    rejected: str
    answers: Mapping[str, tuple[float, ...]]


class Machines:
    """Machines 1 to 9 are known, with no repair and no failure of theirs."""

    def __init__(self, home: Path) -> None:
        clock = Clock()
        clock.now = AT
        self.world = World(home, clock=clock, scenarios={NAME: SCENARIO})
        self._know_machines()
        self._deploy()

    def _know_machines(self) -> None:
        ports = self.world.ports
        tables = {
            "maint": pa.table({"datetime": [AT], "machineID": [9], "comp": ["comp1"]}),
            "failures": pa.table({"datetime": [AT], "machineID": [9], "failure": ["comp1"]}),
            "machines": pa.table({"machineID": range(1, 10), "model": ["a"] * 9, "age": [3] * 9}),
        }
        made = []
        for name, table in tables.items():
            sink = io.BytesIO()
            pq.write_table(table, sink)
            ports.core.lake.put(f"datasets/x/{name}.parquet", sink.getvalue())
            part = Part(f"datasets/x/{name}.parquet", hashlib.sha256(sink.getvalue()).hexdigest(), table.num_rows)
            made.append(DatasetTable(name, (part,), table.num_rows))
        ports.datasets.versions.add(DatasetVersion(NAME, "d1", "digest", tuple(made), (), AT))

    def _deploy(self) -> None:
        count, random = len(SCENARIO.numeric), np.random.default_rng(3)
        # Inputs are as large as thousands of hours: no probability is at its end.
        weights = (random.normal(size=(count, 4)) / 3_000).astype(np.float32)
        graph = graph_of(weights, np.zeros(4, dtype=np.float32))
        digest = hashlib.sha256(graph).hexdigest()
        contract = InputContract(tuple(Feature(name, "number") for name in SCENARIO.numeric), SCENARIO.labels)
        manifest = {"sha256": digest, "contract": contract.to_json(), "task": SCENARIO.task, "metrics": {}}
        model = self.world.ports.training.registry.register(Artefact(NAME, "run", "d1", graph, manifest))
        self.world.ports.release.deployments.promote(Deployment(NAME, 1, NAME, model.version, digest, AT, "me", ""))

    def predict(self, drop: str, files: Mapping[str, bytes]) -> Predicted:
        """Land the files as one drop and work its window off."""
        ports = self.world.ports
        before = {one.id for one in ports.prediction.windows.list(NAME)}
        for name, content in files.items():
            ports.core.lake.put(f"scoring/{NAME}/{drop}/{name}", content)
        for message in due_work.plan(ports):
            dispatch.on_window(ports, message)
        (window,) = [one for one in ports.prediction.windows.list(NAME) if one.id not in before]
        commit = ports.prediction.predictions.find_commit(NAME, window.id)
        if commit is None:
            return Predicted(window.state, window.reason, "", {})
        rows = pq.read_table(self.world.home / "lake" / commit.path).to_pylist()
        answers = {row["entity_key"]: tuple(row[f"probability_{label}"] for label in SCENARIO.labels) for row in rows}
        return Predicted(window.state, window.reason, commit.rejected_rows, answers)
