"""A workspace with what endpoints are made from, and the adapter that serves there."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from azureml_double import ROOT, URL, AzureMl

from shared.adapters.azureml.serving import AzureMlServing, Hosting
from shared.core.addresses import workspace_address
from shared.release.endpoint_names import endpoint_name, machines
from shared.training.model import Model

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

PLACE = workspace_address("SERVING_URL", URL)
ENDPOINT = endpoint_name(PLACE, "points", "prod")
CODE = f"{ROOT}/codes/snapshot/versions/1"


def furnish(service: AzureMl) -> None:
    """Let the code and its environment be published there."""
    service.resources[ROOT] = {"id": ROOT, "name": "ws", "location": "westeurope", "properties": {}}
    service.put("/codes/snapshot/versions/1", {"properties": {"codeUri": "https://x"}})
    online = {"image": "i", "condaFile": "name: mlops-online", "tags": {"code": CODE}, "properties": {}}
    service.put("/environments/mlops-online/versions/c1", {"properties": online})


def show(service: AzureMl, *models: Model) -> None:
    """Let these versions be registered there."""
    for model in models:
        told = {"modelUri": "https://x", "modelType": "custom_model", "flavors": {}, "tags": {}}
        service.put(f"/models/{model.name}/versions/{model.version}", {"properties": told})


def version(number: int, sha256: str = "") -> Model:
    """A version of points."""
    folder, made = f"models/points/{number}/", datetime(2026, 3, 1, tzinfo=UTC)
    return Model("points", number, sha256 or f"{number:064d}", f"r{number}", "d", {}, folder, made)


def serving_at(client: MLClient) -> AzureMlServing:
    """The adapter."""
    return AzureMlServing(lambda: client, Hosting(PLACE, machines("Standard_DS3_v2:2"), lambda: "mlops-online:c1"))
