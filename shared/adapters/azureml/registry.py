"""The registry in Azure ML: versions are stored as on a laptop; the workspace shows them and raises the event."""

from __future__ import annotations

from collections.abc import Sequence

from shared.adapters.azureml.models import AzureMlModels
from shared.training.model import Artefact, Model
from shared.training.ports import Registry


class AzureMlRegistry:
    """Port `Registry`. `store` numbers the versions and holds the files, `models` shows them in the workspace.

    A process may die in between: a version that is stored and not shown is shown when it is looked up.
    """

    def __init__(self, store: Registry, models: AzureMlModels) -> None:
        self._store = store
        self._models = models

    def register(self, artefact: Artefact) -> Model:
        """Store the artefact under the next version; the same run again returns the same model."""
        model = self._store.register(artefact)
        self._models.show(model)
        return model

    def find(self, name: str, version: int) -> Model | None:
        """Return the version, or None when there is none; Refused when the project did not make it."""
        found = self._store.find(name, version)
        if found is None:
            self._models.refuse_foreign(name, version)
        elif found.state == "registered":
            self._models.show(found)
        return found

    def list(self, name: str | None = None) -> Sequence[Model]:
        """All versions, oldest first."""
        return self._store.list(name)

    def judge(self, model: Model, state: str) -> None:
        """Record the state of a version, in the store and on its tags."""
        self._store.judge(model, state)
        self._models.mark(model, state)
