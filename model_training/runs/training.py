"""Trains a dataset version into an artefact for the registry; equal inputs give equal ONNX bytes."""

from __future__ import annotations

import tempfile
import zlib
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa

from model_training.runs.runner import Progress, Runner
from model_training.steps.context import RunSpec
from model_training.steps.register import Package
from shared.core.errors import Missing
from shared.core.lake_reading import read_bytes
from shared.core.paths import dataset_folder
from shared.core.scenario import Scenario
from shared.datasets.accepted_contracts import declared_ones, newest_contract
from shared.datasets.contract_change import Change, widened
from shared.datasets.version import DatasetVersion
from shared.datasets.version_rows import rows_to_learn
from shared.ports import Ports
from shared.profiles.version_report import BASELINE
from shared.training.learn_only import learn_only_identities
from shared.training.model import Artefact
from shared.training.run import Run


def train_artefact(ports: Ports, run_id: str, progress: Progress, folder: Path) -> Artefact:
    """Train the run with its steps in `folder`; complete steps in there are reused.

    Missing when run or dataset is unknown, Corrupt when stored bytes have changed.
    """
    run, dataset, contract = _inputs(ports, run_id)
    scenario = widened(declared_ones(ports.core.scenarios)[run.scenario], contract)
    origin = {
        "run": run.id,
        "dataset": dataset.id,
        "dataset_digest": dataset.digest,
        "profile": run.profile,
        "created_at": run.created_at.isoformat(),
    }
    spec = RunSpec(scenario, run.profile, _seed(dataset.digest), origin, run.options, contract)
    runner = Runner(spec, folder, progress)
    opened = ports.core.lake.open
    package = runner.run(
        lambda: rows_to_learn(opened, scenario, dataset.tables),
        lambda: learn_only_identities(opened, scenario, dataset.tables),
        lambda: _baseline(ports, dataset),
    )
    return Artefact(scenario.name, run.id, dataset.id, package.onnx, package.manifest, package.files)


def _baseline(ports: Ports, dataset: DatasetVersion) -> bytes:
    """The baseline that was put beside the version; empty without one."""
    path = f"{dataset_folder(dataset.scenario, dataset.id)}{BASELINE}"
    return b"" if ports.core.lake.stat(path) is None else read_bytes(ports, path)


def fit(tables: Mapping[str, pa.Table], scenario: Scenario, profile: str, seed: int, progress: Progress) -> Package:
    """Train from these tables and leave no files; Quarantined or Refused say why there is no model."""
    with tempfile.TemporaryDirectory(prefix="mlops-fit-") as folder:
        return Runner(RunSpec(scenario, profile, seed, {}), Path(folder), progress).run(lambda: tables)


def _inputs(ports: Ports, run_id: str) -> tuple[Run, DatasetVersion, tuple[Change, ...]]:
    """The run, its dataset version, and what people accepted beyond the contract of its scenario."""
    run = ports.training.runs.find(run_id)
    if run is None:
        raise Missing(f"Training run {run_id!r} is not known.")
    dataset = ports.datasets.versions.find(run.scenario, run.dataset)
    if dataset is None:
        raise Missing(f"Run {run_id!r} names dataset {run.dataset!r} of {run.scenario!r}, which is not known.")
    if run.scenario not in ports.core.scenarios:
        accepted = ", ".join(ports.core.scenarios)
        raise Missing(f"Run {run_id!r} names scenario {run.scenario!r}; accepted: {accepted}.")
    contract = newest_contract(ports.core.lake, run.scenario)
    return run, dataset, contract.changes if contract else ()


def _seed(digest: str) -> int:
    """A seed derived from the data: equal rows are always split the same way."""
    return zlib.crc32(digest.encode())
