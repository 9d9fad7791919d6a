"""Training as a pipeline job of Azure ML: one job for each attempt of a run, with the attempt's name."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shared.adapters.azureml.datastore import in_datastore
from shared.adapters.azureml.faults import explained
from shared.core.errors import Conflict, Corrupt, Missing
from shared.core.paths import dataset_folder
from shared.core.ports import Lake
from shared.datasets.assets import ASSETS, asset_name, asset_path
from shared.training.model import Artefact
from shared.training.run import Run

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

ROLE = "MLOps trainer"
_COMPLETED = "Completed"
_ENDED = frozenset({_COMPLETED, "Failed", "Canceled", "NotResponding"})
MODEL, MANIFEST = "model.onnx", "manifest.json"


class AzureMlTrainer:
    """Port `Trainer`. The job leaves its model in the lake; `result` reads it there."""

    def __init__(self, client: Callable[[], MLClient], lake: Lake, order: Callable[[Run, str, str], Any]) -> None:
        """`order` makes the job of a run from the addresses of its dataset and of the folder for its model."""
        self._client = client
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
        job.name = run.attempt_name
        try:
            with explained(f"submitting run {run.id}", ROLE):
                self._client().jobs.create_or_update(job)
        except Conflict:
            # Our own attempt took the name, and its answer was lost.
            if not self.started(run):
                raise

    def started(self, run: Run) -> bool:
        """Whether the workspace has the job of this attempt."""
        return self._status(run) is not None

    def alive(self, run: Run) -> bool:
        """Whether the job of this attempt has not ended."""
        status = self._status(run)
        return status is not None and status not in _ENDED

    def result(self, run: Run) -> Artefact | None:
        """Return the model that a completed job left in the lake; Corrupt when it left something else."""
        if self._status(run) != _COMPLETED:
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
        if self.alive(run):
            with explained(f"canceling run {run.id}", ROLE):
                self._client().jobs.begin_cancel(run.attempt_name)

    def _status(self, run: Run) -> str | None:
        try:
            with explained(f"looking for the job of run {run.id}", ROLE):
                status = self._client().jobs.get(run.attempt_name).status
        except Missing:
            return None
        # The SDK returns known statuses as members of an enumeration and newer ones as texts.
        return str(getattr(status, "value", status))

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
