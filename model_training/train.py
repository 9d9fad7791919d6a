"""A dataset version in, an artefact for the registry out. Equal inputs give equal ONNX bytes."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from model_training.graph import run
from model_training.manifest import HOLDOUT, METRICS, describe, holdout, metrics_file
from model_training.steps.evaluate import evaluate
from model_training.steps.explore import explore
from model_training.steps.export import export_best
from model_training.steps.prepare import prepare
from shared.domain.records import Artefact, DatasetVersion, Run, TableFile
from shared.domain.scenario import Scenario
from shared.errors import Corrupt, Missing
from shared.ports import Ports
from shared.ports.lake import Lake

Progress = Callable[[str, float], None]


@dataclass(frozen=True, slots=True)
class Fitted:
    """The ONNX bytes, the manifest that follows from data and fit, and the files that travel with them."""

    onnx: bytes
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]


def train(ports: Ports, run_id: str, progress: Progress) -> Artefact:
    """The artefact of the run; Missing when run or dataset are unknown, Corrupt when stored bytes have changed."""
    wanted, dataset, scenario = _wanted(ports, run_id)
    progress(f"reading dataset {dataset.id}", 0.0)
    tables = {file.name: _read(ports.lake, file) for file in dataset.tables}
    fitted = fit(tables, scenario, wanted.profile, _seed(dataset.digest), progress)
    origin = {
        "run": wanted.id,
        "dataset": dataset.id,
        "dataset_digest": dataset.digest,
        "profile": wanted.profile,
        "created_at": wanted.created_at.isoformat(),
    }
    manifest = {**fitted.manifest, **origin}
    return Artefact(scenario.name, wanted.id, dataset.id, fitted.onnx, manifest, fitted.files)


def fit(tables: Mapping[str, pa.Table], scenario: Scenario, profile: str, seed: int, progress: Progress) -> Fitted:
    """Prepare, explore, export and evaluate; Quarantined or Refused say why no model came of it."""
    progress("preparing rows", 0.05)
    prepared = prepare(tables, scenario, seed)
    progress(f"fitting {len(scenario.candidates)} candidates on {len(prepared.parts.train)} rows", 0.15)
    candidates = explore(prepared, profile, seed, progress)
    progress("exporting to ONNX", 0.6)
    best, exports = export_best(candidates, prepared)
    name = best.candidate.pipeline.name
    progress(f"evaluating {name}", 0.75)
    # Judged is what will serve: the graph, not the framework's object.
    judged = evaluate(prepared, run(best.onnx, prepared.X[prepared.parts.test]), name, profile, seed)
    rows, facts = holdout(prepared)
    manifest = {**describe(prepared, best, exports, judged), "holdout": facts}
    progress(f"{name}: {scenario.metric} {judged.metrics[scenario.metric]:.4f} on test", 0.95)
    return Fitted(best.onnx, manifest, {HOLDOUT: rows, METRICS: metrics_file(manifest)})


def _wanted(ports: Ports, run_id: str) -> tuple[Run, DatasetVersion, Scenario]:
    wanted = ports.runs.find(run_id)
    if wanted is None:
        raise Missing(f"Training run {run_id!r} is not known.")
    dataset = ports.datasets.find(wanted.scenario, wanted.dataset)
    if dataset is None:
        raise Missing(f"Run {run_id!r} names dataset {wanted.dataset!r} of {wanted.scenario!r}, which is not known.")
    if wanted.scenario not in ports.scenarios:
        accepted = ", ".join(ports.scenarios)
        raise Missing(f"Run {run_id!r} names scenario {wanted.scenario!r}; accepted: {accepted}.")
    return wanted, dataset, ports.scenarios[wanted.scenario]


def _read(lake: Lake, file: TableFile) -> pa.Table:
    with lake.open(file.path) as source:
        data = source.read()
    found = hashlib.sha256(data).hexdigest()
    if found != file.sha256:
        raise Corrupt(f"{file.path} has sha256 {found}; the dataset version recorded {file.sha256}.")
    return pq.read_table(pa.BufferReader(data), page_checksum_verification=True)


def _seed(digest: str) -> int:
    """A seed that follows from the data: the same rows are always cut the same way."""
    return zlib.crc32(digest.encode())
