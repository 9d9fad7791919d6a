"""A world that trains and registers in a workspace of Azure ML; the rest is as its settings say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from azureml_double import ROOT, AzureMl
from azureml_training import tiny_job
from ports_with import ports_with
from world import World, artefact

from shared.adapters.azureml.models import AzureMlModels
from shared.adapters.azureml.registry import AzureMlRegistry
from shared.adapters.azureml.trainer import AzureMlTrainer, model_folder
from shared.adapters.sql.training.registry import LocalRegistry
from shared.datasets.reading import lake_bytes, read_tables

if TYPE_CHECKING:
    from azure.ai.ml import MLClient


class Cloud:
    """A world on those backends; what the training service and Event Grid do is done by `work`."""

    def __init__(self, home: Path, settings: dict[str, str], client: MLClient, service: AzureMl) -> None:
        self.world = World(home, **settings)
        self.service = service
        self._announced: set[str] = set()
        engine = self.world.ports.training.registry._engine  # type: ignore[attr-defined]
        lake, clock = self.world.ports.core.lake, self.world.ports.core.clock
        models = AzureMlModels(lambda: client)
        registry = AzureMlRegistry(LocalRegistry(engine, lake, clock, raises_event=False), models)
        trainer = AzureMlTrainer(lambda: client, lake, lambda _, tables, model: tiny_job(client, tables, model))
        self.world.ports = ports_with(self.world.ports, training__registry=registry, training__trainer=trainer)

    def handle(self, *messages: str) -> None:
        """Work off events and everything that follows from them, here and in the service."""
        self.world.handle(*messages)
        while follow := [*self._trained(), *self._registered()]:
            self.world.handle(*follow)

    def _trained(self) -> Iterator[str]:
        """The service runs what was submitted, leaves the models in the lake and says so."""
        for run in self.world.ports.training.runs.list():
            path = f"{ROOT}/jobs/{run.attempt_name}"
            if self.service.resources.get(path, {}).get("properties", {}).get("status") != "NotStarted":
                continue
            made = artefact(self.world.ports.core.scenarios[run.scenario], run, self._tables(run), 3.0)
            files = {"model.onnx": made.onnx, "manifest.json": json.dumps(made.manifest).encode(), **made.files}
            for name, data in files.items():
                self.world.ports.core.lake.put(model_folder(run) + name, data)
            self.service.set_status(run.attempt_name, "Completed")
            yield event("RunCompleted", f"experiments/e/runs/{run.attempt_name}", runId=run.attempt_name)

    def _tables(self, run: Any) -> dict[str, Any]:
        dataset = self.world.ports.datasets.versions.find(run.scenario, run.dataset)
        assert dataset is not None
        ports = self.world.ports
        return read_tables(lake_bytes(ports.core.lake), ports.core.scenarios[run.scenario], dataset.tables)

    def _registered(self) -> Iterator[str]:
        """The workspace raises ModelRegistered for each version, more than once."""
        for name in self.service.names("models"):
            if name not in self._announced:
                self._announced.add(name)
                model, _, version = name.partition("/")
                told = event("ModelRegistered", f"models/{model}:{version}", modelName=model, modelVersion=version)
                yield from (told, told)


def event(kind: str, subject: str, **data: Any) -> str:
    """An event of Azure ML in Event Grid schema."""
    head = {"id": subject, "topic": ROOT, "subject": subject, "eventTime": "2026-03-01T12:00:00Z", "dataVersion": ""}
    return json.dumps({**head, "eventType": f"Microsoft.MachineLearningServices.{kind}", "data": data})
