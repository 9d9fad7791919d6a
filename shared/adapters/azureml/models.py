"""Model versions of the project as models of the workspace; tags mark those that the project registered."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from shared.adapters.azureml.datastore import in_datastore
from shared.adapters.azureml.faults import explained
from shared.core.errors import Conflict, Missing, Refused
from shared.training.model import Model

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

ROLE = "MLOps trainer"
# The service accepts short texts as tags.
_LONGEST = 256


class AzureMlModels:
    """Shows versions in the workspace, which then raises ModelRegistered. Their files stay in the lake."""

    def __init__(self, client: Callable[[], MLClient]) -> None:
        self._client = client

    def show(self, model: Model) -> None:
        """Register the version under its number; a repeat changes nothing, also after a lost answer.

        Conflict when the workspace has another model under this name and number.
        """
        if self._is_shown(model):
            return
        from azure.ai.ml.entities import Model as Asset

        asset = Asset(
            name=model.name,
            version=str(model.version),
            type="custom_model",
            path=in_datastore(model.folder),
            tags=_tags(model),
            properties=_digests(model),
        )
        try:
            with explained(f"registering {model.id}", ROLE):
                self._client().models.create_or_update(asset)
        except Conflict:
            # It was registered meanwhile, perhaps by our own attempt whose answer was lost.
            if not self._is_shown(model):
                raise

    def mark(self, model: Model, state: str) -> None:
        """Write the state of the version to its tags."""
        with explained(f"marking {model.id} as {state}", ROLE):
            asset = self._client().models.get(model.name, str(model.version))
            asset.tags = {**(asset.tags or {}), "state": state}
            self._client().models.create_or_update(asset)

    def refuse_foreign(self, name: str, version: int) -> None:
        """Raise Refused when the workspace has this version and the project did not make it."""
        asset = self._find(name, version)
        if asset is not None and not {"run", "sha256"} <= (asset.tags or {}).keys():
            raise Refused(
                f"{name}:{version} was registered in Azure ML outside this project: it has no training run "
                f"and no sha256. Models come from training runs; rename it, or delete it in the workspace."
            )

    def _is_shown(self, model: Model) -> bool:
        asset = self._find(model.name, model.version)
        if asset is None:
            return False
        found = (asset.tags or {}).get("sha256")
        if found != model.sha256:
            raise Conflict(
                f"Azure ML has another model under {model.id}: its sha256 is {str(found)[:12]}, "
                f"that of the training run {model.run} is {model.sha256[:12]}."
            )
        return True

    def _find(self, name: str, version: int) -> Any:
        try:
            with explained(f"looking for {name}:{version}", ROLE):
                return self._client().models.get(name, str(version))
        except Missing:
            return None


def _digests(model: Model) -> dict[str, str]:
    return {"sha256": model.sha256} | ({"refit_sha256": model.refit_sha256} if model.refit_sha256 else {})


def _tags(model: Model) -> dict[str, str]:
    facts = {"scenario": model.name, "run": model.run, "dataset": model.dataset, "sha256": model.sha256}
    metrics = {f"metric.{name}": f"{value:.6g}" for name, value in sorted(model.metrics.items()) if "_y_" not in name}
    return {name: value[:_LONGEST] for name, value in {**facts, **metrics}.items()}
