"""The components of `model_training/components`, loaded as Azure ML's SDK reads them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from model_training.azureml import collect, trial
from model_training.runner import NAMES as STEPS

FOLDER = Path(__file__).parents[1] / "components"
NAMES: tuple[str, ...] = (*STEPS, trial.NAME, collect.NAME)


def component(name: str) -> Any:
    """The command component: a function of its inputs inside a pipeline."""
    from azure.ai.ml import load_component

    return load_component(FOLDER / f"{name}.yml")
