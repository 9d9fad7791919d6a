"""A dataset version in, an artefact for the registry out. Equal inputs give equal ONNX bytes."""

from __future__ import annotations

import hashlib
import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from model_training.runs.runner import Progress, Runner
from model_training.steps.context import Order
from model_training.steps.register import Package
from shared.core.errors import Corrupt, Missing
from shared.core.ports import Lake
from shared.core.scenario import Scenario
from shared.datasets.version import DatasetVersion, TableFile
from shared.ports import Ports
from shared.training.model import Artefact
from shared.training.run import Run


def train(ports: Ports, run_id: str, progress: Progress, folder: Path) -> Artefact:
    """The artefact of the run, its steps in `folder`; what is whole there from before is reused.

    Missing when run or dataset are unknown, Corrupt when stored bytes have changed.
    """
    wanted, dataset, scenario = _wanted(ports, run_id)
    origin = {
        "run": wanted.id,
        "dataset": dataset.id,
        "dataset_digest": dataset.digest,
        "profile": wanted.profile,
        "created_at": wanted.created_at.isoformat(),
    }
    order = Order(scenario, wanted.profile, _seed(dataset.digest), origin)
    runner = Runner(order, folder, progress)
    packed = runner.run(lambda: {file.name: _read(ports.core.lake, file) for file in dataset.tables})
    return Artefact(scenario.name, wanted.id, dataset.id, packed.onnx, packed.manifest, packed.files)


def fit(tables: Mapping[str, pa.Table], scenario: Scenario, profile: str, seed: int, progress: Progress) -> Package:
    """The same from tables at hand, without a trace; Quarantined or Refused say why no model came of it."""
    with tempfile.TemporaryDirectory(prefix="mlops-fit-") as folder:
        return Runner(Order(scenario, profile, seed, {}), Path(folder), progress).run(lambda: tables)


def _wanted(ports: Ports, run_id: str) -> tuple[Run, DatasetVersion, Scenario]:
    wanted = ports.training.runs.find(run_id)
    if wanted is None:
        raise Missing(f"Training run {run_id!r} is not known.")
    dataset = ports.datasets.versions.find(wanted.scenario, wanted.dataset)
    if dataset is None:
        raise Missing(f"Run {run_id!r} names dataset {wanted.dataset!r} of {wanted.scenario!r}, which is not known.")
    if wanted.scenario not in ports.core.scenarios:
        accepted = ", ".join(ports.core.scenarios)
        raise Missing(f"Run {run_id!r} names scenario {wanted.scenario!r}; accepted: {accepted}.")
    return wanted, dataset, ports.core.scenarios[wanted.scenario]


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
