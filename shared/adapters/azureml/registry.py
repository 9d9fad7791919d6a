"""The registry in Azure ML: versions are kept as on a laptop, the workspace shows them and raises the event."""

from __future__ import annotations

from collections.abc import Sequence

from shared.adapters.azureml.models import AzureMlModels
from shared.training.model import Artefact, Model
from shared.training.ports import Registry


class AzureMlRegistry:
    """Port `Registry`. `kept` decides versions and holds the files, `models` shows them.

    A version that was kept and not shown, because a process died in between, is shown when it is looked for.
    """

    def __init__(self, kept: Registry, models: AzureMlModels) -> None:
        self._kept = kept
        self._models = models

    def register(self, artefact: Artefact) -> Model:
        """Store the artefact under the next version; registering the same run again returns the same model."""
        model = self._kept.register(artefact)
        self._models.show(model)
        return model

    def find(self, name: str, version: int) -> Model | None:
        """The version, or None when it is not (yet) shown; Refused when it is somebody else's."""
        found = self._kept.find(name, version)
        if found is None:
            self._models.refuse_foreign(name, version)
        elif found.state == "registered":
            self._models.show(found)
        return found

    def list(self, name: str | None = None) -> Sequence[Model]:
        """All versions, oldest first."""
        return self._kept.list(name)

    def judge(self, model: Model, state: str) -> None:
        """Record what became of a version, here and on its tags."""
        self._kept.judge(model, state)
        self._models.mark(model, state)
