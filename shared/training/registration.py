"""Registering a model, and telling in the report of its dataset how train and test compare with the baseline."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.profiles.version_report import add_verdicts
from shared.training.model import Artefact, Model

if TYPE_CHECKING:
    from shared.training.ports import TrainingPorts


def register(ports: TrainingPorts, artefact: Artefact) -> Model:
    """The registered model; the report comes first, so that who goes on after a crash writes it again."""
    dataset = ports.datasets.versions.find(artefact.scenario, artefact.dataset)
    if dataset is not None:
        add_verdicts(ports, dataset, artefact.manifest.get("verdicts", ()))
    return ports.training.registry.register(artefact)
