"""Training as a pipeline job of Azure ML: one job for each attempt of a run, with the attempt's name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shared.adapters.azureml.datastore import in_datastore
from shared.adapters.azureml.faults import explained
from shared.adapters.azureml.jobs import COMPLETED, ROLE, Jobs
from shared.core.errors import Conflict, Corrupt
from shared.core.paths import dataset_folder
from shared.core.ports import Lake
from shared.datasets.assets import ASSETS, asset_name, asset_path
from shared.training.model import Artefact
from shared.training.run import Run

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

MODEL, MANIFEST = "model.onnx", "manifest.json"


class AzureMlTrainer:
    """Port `Trainer`. The job leaves its model in the lake; `result` reads it there."""

    def __init__(self, client: Callable[[], MLClient], lake: Lake, order: Callable[[Run, str, str], Any]) -> None:
        """`order` makes the job of a run from the addresses of its dataset and of the folder for its model."""
        self._client = client
        self._jobs = Jobs(client)
        self._lake = lake
        self._order = order

    def submit(self, run: Run) -> None:
        """Start the run; an attempt that was submitted is not submitted again."""
        if self.started(run):
            return
        tables = in_datastore(dataset_folder(run.scenario, run.dataset))
        self._show_dataset(run, tables)
        self._show_parts(run)
        with explained(f"preparing the job of run {run.id}", ROLE):
            job = self._order(run, tables, in_datastore(model_folder(run)))
        self._jobs.submit(run.attempt_name, f"run {run.id}", job)

    def started(self, run: Run) -> bool:
        """Whether the workspace has the job of this attempt."""
        return self._jobs.status(run.attempt_name, f"run {run.id}") is not None

    def alive(self, run: Run) -> bool:
        """Whether the job of this attempt has not ended."""
        return self._jobs.alive(run.attempt_name, f"run {run.id}")

    def result(self, run: Run) -> Artefact | None:
        """Return the model that a completed job left in the lake; Corrupt when it left something else."""
        if self._jobs.status(run.attempt_name, f"run {run.id}") != COMPLETED:
            return None
        folder = model_folder(run)
        files = {blob.path.removeprefix(folder): self._bytes(blob.path) for blob in self._lake.list(folder)}
        if MODEL not in files or MANIFEST not in files:
            raise Corrupt(f"The job {run.attempt_name} completed and left no {MODEL} with {MANIFEST} in {folder}.")
        onnx, manifest = files.pop(MODEL), json.loads(files.pop(MANIFEST))
        plain = {name: data for name, data in files.items() if "/" not in name}
        return Artefact(run.scenario, run.id, run.dataset, onnx, manifest, plain)

    def cancel(self, run: Run) -> None:
        """Ask the service to end the job; a job that is missing or has ended is left as it is."""
        self._jobs.cancel(run.attempt_name, f"run {run.id}")

    def _show_dataset(self, run: Run, address: str) -> None:
        """The dataset version as a data asset of the workspace: the same name, version and folder."""
        self._show(run, run.scenario, "uri_folder", address)

    def _show_parts(self, run: Run) -> None:
        """Train and test of the version as two assets of their own: the lists of their parts."""
        for asset in ASSETS:
            path = asset_path(run.scenario, run.dataset, asset)
            if self._lake.stat(path) is not None:
                self._show(run, asset_name(run.scenario, asset), "uri_file", in_datastore(path))

    def _show(self, run: Run, name: str, kind: str, address: str) -> None:
        from azure.ai.ml.entities import Data

        asset = Data(name=name, version=run.dataset, type=kind, path=address, tags={"scenario": run.scenario})
        try:
            with explained(f"registering dataset {name}:{run.dataset}", ROLE):
                self._client().data.create_or_update(asset)
        except Conflict:
            # A data version cannot change: one of the same name is the same folder or file.
            return

    def _bytes(self, path: str) -> bytes:
        with self._lake.open(path) as source:
            return source.read()


def model_folder(run: Run) -> str:
    """Return the folder of the lake in which the job of this attempt leaves its model."""
    return f"runs/{run.scenario}/{run.id}/{run.attempts}/model/"
