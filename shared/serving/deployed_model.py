"""A deployed model: loaded from bytes that were checked, with the generation it answers for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from shared.core.errors import Missing
from shared.serving.deployment import Deployment
from shared.serving.ports import LoadedModel
from shared.training.model import Model
from shared.training.stored_models import find_graph, read_model

if TYPE_CHECKING:
    from shared.serving.ports import ServingPorts


class DeployedModel(Struct, frozen=True, dict=True):
    """A loaded model and its deployment; a canary has the generation of the champion beside which it is tried."""

    deployment: Deployment
    model: Model
    loaded: LoadedModel
    manifest: Mapping[str, Any]
    role: Literal["champion", "canary"] = "champion"

    @cached_property
    def headers(self) -> Mapping[str, str]:
        """What each response says of the model that answered."""
        return {"x-model": self.model.id, "x-generation": str(self.deployment.generation)}


def load_deployed(ports: ServingPorts, deployment: Deployment) -> DeployedModel:
    """Load the deployment's model; Missing or Corrupt when it is not the model that was deployed."""
    model = find_graph(ports, deployment.model, deployment.version, deployment.sha256)
    if model is None:
        raise Missing(f"{deployment.model_id} is not in the registry as it was deployed.")
    onnx, manifest = read_model(ports, model)
    return DeployedModel(deployment, model, ports.serving.scoring.load(onnx, manifest), manifest)
