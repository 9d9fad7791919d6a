"""A small world for tests: the real adapters on a temporary folder, tiny scenarios, and training in-process."""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pyarrow as pa
import pyarrow.parquet as pq
from onnx import TensorProto, helper, numpy_helper
from ports_with import ports_with
from quick_sql import new_database
from rehearsals import RehearsedOnce

from shared import dispatch, due_work
from shared.alerts.delivery import publish_and_alert
from shared.bootstrap import build_ports
from shared.core.scenario import Bar, Batch, Column, Scenario, Scenarios, Table
from shared.datasets.reading import lake_bytes, read_tables
from shared.ports import Ports
from shared.training.fingerprints import fingerprints
from shared.training.input_contract import Feature, InputContract
from shared.training.learned_rows import LEARNED, REFIT_LEARNED, LearnedRows
from shared.training.model import REFIT, REFIT_MANIFEST, Artefact
from shared.training.run import Run

POINTS = Scenario(
    name="points",
    title="Is the point positive?",
    tables=(
        Table(
            "points",
            (
                Column("id", "int"),
                Column("x", "float"),
                Column("color", "text"),
                Column("y", "text", values=("no", "yes")),
            ),
            key=("id",),
        ),
    ),
    label_table="points",
    target="y",
    numeric=("x",),
    categorical=("color",),
    labels=("no", "yes"),
    entity=("id",),
    bar=Bar("auc", 0.6),
    batch=Batch("drops", "points", "0 */5 * * * *", report=("x", "color")),
    request_fields=("id", "x", "color"),
)


def _join(tables: Mapping[str, Any]) -> Any:
    left = tables["left"]
    return left if "right" not in tables else left.merge(tables["right"], on="id")


PAIRS = Scenario(
    name="pairs",
    title="Two tables that arrive apart",
    tables=(
        Table("left", (Column("id", "int"), Column("x", "float"), Column("color", "text", may_be_constant=True))),
        Table("right", (Column("id", "int"), Column("y", "int", minimum=0, maximum=1))),
    ),
    label_table="right",
    target="y",
    numeric=("x",),
    categorical=("color",),
    entity=("id",),
    batch=Batch("telemetry", "left", "0 */5 * * * *", report=("x",)),
    assemble=_join,
)


def _beside(tables: Mapping[str, Any]) -> Any:
    return tables["marks"].merge(tables["places"], on="place", how="left").fillna({"z": 0.0})


MARKS = Scenario(
    name="marks",
    title="Two labels at once, from two tables",
    tables=(
        Table(
            "marks",
            (
                Column("id", "int"),
                Column("x", "float"),
                Column("place", "text"),
                Column("up", "int", minimum=0, maximum=1),
                Column("down", "int", minimum=0, maximum=1),
            ),
        ),
        Table("places", (Column("place", "text"), Column("z", "float")), key=("place",)),
    ),
    label_table="marks",
    target="",
    numeric=("x", "z"),
    task="multilabel",
    labels=("up", "down"),
    entity=("id",),
    batch=Batch("drops", "marks", "0 */5 * * * *", report=("x", "z"), others=("places",)),
    assemble=_beside,
)
PRICES = Scenario(
    name="prices",
    title="A number to predict",
    tables=(Table("prices", (Column("id", "int"), Column("x", "float"), Column("z", "float"), Column("y", "float"))),),
    label_table="prices",
    target="y",
    numeric=("x", "z"),
    task="regression",
    labels=("y",),
    entity=("id",),
    metric="rmse",
    bar=Bar("r2", 0.5),
    batch=Batch("drops", "prices", "0 */5 * * * *", report=("x",)),
)
SCENARIOS = {scenario.name: scenario for scenario in (POINTS, PAIRS, MARKS, PRICES)}
COLORS = ("blue", "red")
_SPLITS = ("random", "time")


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        """The time it shows."""
        return self.now

    def advance(self, **amount: float) -> None:
        """Move forward."""
        self.now += timedelta(**amount)


class InlineTrainer:
    """Registers a small real ONNX model at once; `weight` is how much the model looks at x (negative: a bad model)."""

    def __init__(self, weight: float = 3.0, refit: float | None = None) -> None:
        self.weight = weight
        self.refit = refit
        self.submitted: list[str] = []
        self.cancelled: list[str] = []
        self.silent = False
        self.ports: Ports | None = None

    def submit(self, run: Run) -> None:
        """Train and register."""
        assert self.ports is not None
        self.submitted.append(run.id)
        if self.silent:
            return
        ports = self.ports
        if not ports.training.runs.move(run.id, "requested", "running", "started"):
            return
        dataset = ports.datasets.versions.find(run.scenario, run.dataset)
        assert dataset is not None
        scenario = ports.core.scenarios[run.scenario]
        tables = read_tables(lake_bytes(ports.core.lake), scenario, dataset.tables)
        made = artefact(scenario, run, tables, self.weight)
        if self.refit is not None:
            made = with_refit(made, scenario, self.refit, tables[scenario.tables[0].name])
        ports.training.registry.register(made)
        ports.training.runs.move(run.id, "running", "completed", "registered")

    def started(self, run: Run) -> bool:
        """Whether this process started it; another one's death is never counted against the run."""
        return run.id in self.submitted

    def alive(self, run: Run) -> bool:  # noqa: ARG002 -- the port's signature
        """Nothing runs elsewhere."""
        return False

    def cancel(self, run: Run) -> None:
        """Remember who was told to end."""
        self.cancelled.append(run.id)

    def result(self, run: Run) -> Artefact | None:  # noqa: ARG002 -- the port's signature
        """The model is registered at once."""
        return None


def artefact(scenario: Scenario, run: Run, tables: Mapping[str, pa.Table], weight: float) -> Artefact:
    """A model on the scenario's two inputs (logistic, or the weighted sum itself), judged on all rows."""
    from shared.adapters.onnx.scoring import OnnxScoring
    from shared.training.metrics import scores

    table = tables[scenario.tables[0].name]
    if scenario.assemble is not None:
        frame = scenario.assemble({name: one.to_pandas() for name, one in tables.items()})
        table = pa.Table.from_pandas(frame, preserve_index=False)
    first, other = scenario.features[:2]
    contract = InputContract((Feature(first, "number"), _second_feature(scenario, other)), scenario.labels)
    graph = {"multilabel": both_ways, "regression": weighted}.get(scenario.task, logistic)(weight)
    manifest: dict[str, Any] = {
        "sha256": hashlib.sha256(graph).hexdigest(),
        "contract": contract.to_json(),
        "task": scenario.task,
    }
    loaded = OnnxScoring().load(graph, manifest)
    metrics = scores(
        scenario.task, _actual(scenario, table), loaded.score_matrix(loaded.encode(table)), scenario.labels
    )
    rows = [dict(row) for row in table.select([first, other]).slice(0, 1).to_pylist()]
    rows.append({first: -1.0, other: "never seen" if scenario.categorical else 0.25})
    sink = io.BytesIO()
    pq.write_table(table, sink, write_page_checksum=True)
    keys, empty = _keys(scenario, table), LearnedRows(np.array([], dtype=np.uint64)).packed(0)
    manifest |= {
        "metrics": {**metrics, **{f"{scenario.metric}_{split}": metrics[scenario.metric] for split in _SPLITS}},
        "golden": {"rows": rows, "probabilities": loaded.score_rows(rows).tolist()},
        "holdout": {"file": "holdout.parquet", "sha256": hashlib.sha256(sink.getvalue()).hexdigest()},
        "learned": empty[1],
    }
    manifest["holdout"]["keys"] = {"file": "holdout_keys.parquet", "sha256": hashlib.sha256(keys).hexdigest()}
    files = {"holdout.parquet": sink.getvalue(), "holdout_keys.parquet": keys, LEARNED: empty[0]}
    return Artefact(scenario.name, run.id, run.dataset, graph, manifest, files)


def with_refit(made: Artefact, scenario: Scenario, weight: float, table: pa.Table) -> Artefact:
    """The artefact with a refit of that weight; of a time split it has learned every row, else none."""
    from shared.adapters.onnx.scoring import OnnxScoring

    graph = logistic(weight)
    own = {**made.manifest, "sha256": hashlib.sha256(graph).hexdigest()}
    rows = made.manifest["golden"]["rows"]
    own["golden"] = {"rows": rows, "probabilities": OnnxScoring().load(graph, own).score_rows(rows).tolist()}
    learned = np.arange(table.num_rows if scenario.split.kind == "time" else 0)
    prints, own["learned"] = LearnedRows.of(fingerprints(scenario, table), learned, None).packed(
        len(learned), REFIT_LEARNED
    )
    entry = {"file": REFIT, "manifest": REFIT_MANIFEST, "sha256": own["sha256"], "learned": own["learned"]}
    files = {REFIT: graph, REFIT_MANIFEST: json.dumps(own).encode(), REFIT_LEARNED: prints}
    return replace(made, manifest={**made.manifest, "refit": entry}, files={**made.files, **files})


def _keys(scenario: Scenario, table: pa.Table) -> bytes:
    """Who each row is about, as training writes it down; these models learned from no row at all."""
    prints = fingerprints(scenario, table)
    sink = io.BytesIO()
    columns = {name: getattr(prints, name) for name in ("identity", "inputs", "cluster")}
    pq.write_table(pa.table(columns), sink, write_page_checksum=True)
    return sink.getvalue()


def _second_feature(scenario: Scenario, name: str) -> Feature:
    return Feature(name, "category", COLORS) if scenario.categorical else Feature(name, "number")


def _actual(scenario: Scenario, table: pa.Table) -> np.ndarray:
    if scenario.task == "regression":
        return np.array(table[scenario.target].to_pylist())
    if scenario.task == "multilabel":
        return np.column_stack([table[name].to_numpy() for name in scenario.targets])
    return np.array([scenario.labels.index(str(value)) for value in table[scenario.target].to_pylist()])


def weighted(weight: float) -> bytes:
    """The graph `weight * x + 0.1 * z`: one number a row."""
    weights = numpy_helper.from_array(np.array([[weight], [0.1]], dtype=np.float32), "weights")
    return _graph([helper.make_node("MatMul", ["X", "weights"], ["probabilities"])], [weights], 1)


def both_ways(weight: float) -> bytes:
    """The graph `sigmoid(± weight * x + 0.1 * z)`: one probability for each of two labels."""
    weights = numpy_helper.from_array(np.array([[weight, -weight], [0.1, 0.1]], dtype=np.float32), "weights")
    nodes = [
        helper.make_node("MatMul", ["X", "weights"], ["s"]),
        helper.make_node("Sigmoid", ["s"], ["probabilities"]),
    ]
    return _graph(nodes, [weights], 2)


def logistic(weight: float) -> bytes:
    """The graph `sigmoid(weight * x + 0.1 * color)` with both class probabilities."""
    weights = numpy_helper.from_array(np.array([[weight], [0.1]], dtype=np.float32), "w")
    one = numpy_helper.from_array(np.array([1.0], dtype=np.float32), "one")
    nodes = [
        helper.make_node("MatMul", ["X", "w"], ["z"]),
        helper.make_node("Sigmoid", ["z"], ["p"]),
        helper.make_node("Sub", ["one", "p"], ["q"]),
        helper.make_node("Concat", ["q", "p"], ["probabilities"], axis=1),
    ]
    return _graph(nodes, [weights, one], 2)


def graph_of(weights: np.ndarray, bias: np.ndarray) -> bytes:
    """The graph `sigmoid(X @ weights + bias)`: a probability for each column of `weights` (features, labels)."""
    constants = [numpy_helper.from_array(weights, "weights"), numpy_helper.from_array(bias, "bias")]
    nodes = [
        helper.make_node("MatMul", ["X", "weights"], ["s"]),
        helper.make_node("Add", ["s", "bias"], ["t"]),
        helper.make_node("Sigmoid", ["t"], ["probabilities"]),
    ]
    return _graph(nodes, constants, weights.shape[1], weights.shape[0])


def _graph(nodes: list[onnx.NodeProto], constants: list[onnx.TensorProto], width: int, inputs_wide: int = 2) -> bytes:
    inputs = [helper.make_tensor_value_info("X", TensorProto.FLOAT, [None, inputs_wide])]
    outputs = [helper.make_tensor_value_info("probabilities", TensorProto.FLOAT, [None, width])]
    graph = helper.make_graph(nodes, "small", inputs, outputs, constants)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    content: bytes = model.SerializeToString(deterministic=True)
    onnx.checker.check_model(content)
    return content


class World:
    """Ports on a folder, and the queues between the functions played by a loop."""

    def __init__(
        self,
        home: Path,
        *,
        clock: Clock | None = None,
        trainer: InlineTrainer | None = None,
        scenarios: Scenarios = SCENARIOS,
        **settings: str,
    ) -> None:
        """`settings` win over those of a laptop, where nobody approves."""
        self.home = home
        self.clock = clock or Clock()
        self.trainer = trainer or InlineTrainer()
        environ = {
            "MLOPS_HOME": str(home),
            "TRAINER_URL": "none:",
            "APPROVALS": "none",
            "QUIET_SECONDS": "0",
            **settings,
        }
        if "DATABASE_URL" not in settings:
            new_database(home / "mlops.db")
        built = build_ports(environ, scenarios, self.clock)
        self.ports = ports_with(built, training__trainer=self.trainer, serving__scoring=RehearsedOnce())
        self.trainer.ports = self.ports

    def close(self) -> None:
        """Let go of the database; a process that ends does without."""
        self.ports.core.history._engine.dispose()  # type: ignore[attr-defined]

    def land(self, path: str, content: bytes) -> str:
        """Store a blob as an uploader would; returns the event that Event Grid would raise."""
        blob, _ = self.ports.core.lake.put(path, content, if_absent=False)
        return blob_event(path, blob.etag, blob.size, container=self.ports.core.container)

    def handle(self, *messages: str) -> None:
        """Work off events and everything that follows from them."""
        waiting = list(messages)
        while waiting:
            windows = dispatch.on_event(self.ports, waiting.pop(0))
            for window in windows:
                dispatch.on_window(self.ports, window)
            waiting.extend(self.delivered())

    def delivered(self) -> list[str]:
        """Events that lie in the Event Grid inbox, as a subscription to the model registry gets them."""
        publish_and_alert(self.ports)
        return delivered_at(self.home)

    def sweep(self) -> None:
        """One round of both timers."""
        self.handle(*due_work.sweep(self.ports))
        for window in due_work.plan(self.ports):
            dispatch.on_window(self.ports, window)


def delivered_at(home: Path) -> list[str]:
    """Events that lie in the inbox of that home, taken out of it; those of others are dropped."""
    messages = []
    for file in sorted((home / "eventgrid" / "inbox").glob("*.json")):
        event = json.loads(file.read_text())
        file.unlink()
        if event["type"].startswith("Microsoft."):
            messages.append(json.dumps(event))
    return messages


def more_rows(world: World, drop: str = "more", first: int = 900_000) -> None:
    """Points that no model has learned from, for which alone nothing is trained."""
    declared = world.ports.core.scenarios["points"]
    waiting = replace(declared, retrain=replace(declared.retrain, new_data=False))
    world.ports = ports_with(world.ports, core__scenarios={**world.ports.core.scenarios, "points": waiting})
    world.trainer.ports = world.ports
    world.handle(world.land(f"incoming/points/{drop}/points.csv", points_csv(60, seed=9, first=first)))


def settings_at(home: Path) -> Mapping[str, str]:
    """What the home's `settings.json` says of its backends; without one everything is embedded."""
    file = home / "settings.json"
    return dict(json.loads(file.read_text())) if file.exists() else {}


def world_at(home: Path) -> World:
    """The world of a home, on the backends of its settings."""
    return World(home, **settings_at(home))


def blob_event(path: str, etag: str, size: int, event_id: str = "1", container: str = "mlops") -> str:
    """A BlobCreated event in Event Grid schema."""
    return json.dumps(
        {
            "id": event_id,
            "topic": "/subscriptions/x",
            "subject": f"/blobServices/default/containers/{container}/blobs/{path}",
            "eventType": "Microsoft.Storage.BlobCreated",
            "eventTime": "2026-03-01T12:00:00Z",
            "dataVersion": "",
            "data": {"api": "PutBlob", "eTag": etag, "contentLength": size, "sequencer": "0" * 16},
        }
    )


def points_csv(rows: int = 400, seed: int = 1, *, labelled: bool = True, first: int = 0) -> bytes:
    """A table of points with ids from `first`; y follows the sign of x."""
    random = np.random.default_rng(seed)
    x = random.normal(size=rows)
    color = random.choice(COLORS, size=rows)
    lines = ["id,x,color,y" if labelled else "id,x,color"]
    for index in range(rows):
        answer = ("," + ("yes" if x[index] > 0 else "no")) if labelled else ""
        lines.append(f"{first + index},{x[index]:.6f},{color[index]}{answer}")
    return ("\n".join(lines) + "\n").encode()


def marks_csv(rows: int = 400, seed: int = 1, *, labelled: bool = True) -> bytes:
    """Rows at two places; `up` where x is large, `down` where it is small, both or neither between."""
    random = np.random.default_rng(seed)
    lines = ["id,x,place,up,down" if labelled else "id,x,place"]
    for index, x in enumerate(random.normal(size=rows)):
        answer = f",{int(x > 0.2)},{int(x < 0.3)}" if labelled else ""
        lines.append(f"{index},{x:.6f},{'ab'[index % 2]}{answer}")
    return ("\n".join(lines) + "\n").encode()


PLACES = b"place,z\na,0.5\nb,-0.5\n"


def prices_csv(rows: int = 400, seed: int = 1, *, labelled: bool = True) -> bytes:
    """A number that is three times x and a little noise."""
    random = np.random.default_rng(seed)
    x, z, noise = random.normal(size=(3, rows))
    lines = ["id,x,z,y" if labelled else "id,x,z"]
    for index in range(rows):
        answer = f",{3 * x[index] + 0.1 * noise[index]:.6f}" if labelled else ""
        lines.append(f"{index},{x[index]:.6f},{z[index]:.6f}{answer}")
    return ("\n".join(lines) + "\n").encode()
