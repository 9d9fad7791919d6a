"""The components in `model_training/components`, as Azure ML's SDK loads them."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from model_training.azureml import collect, trial
from model_training.azureml.repository import CODE, REPOSITORY
from model_training.runs.runner import NAMES as STEPS
from model_training.scenarios.outside import FOLDER as FOLDER_OF_USERS
from model_training.scenarios.outside import SETTING, outside_folder

FOLDER = Path(__file__).parents[1] / "components"
NAMES: tuple[str, ...] = (*STEPS, trial.NAME, collect.NAME)


def component(name: str, code: Path | None = None) -> Any:
    """The command component, which a pipeline calls with its inputs; `code` replaces the whole checkout."""
    from azure.ai.ml import load_component

    return load_component(FOLDER / f"{name}.yml", params_override=[{"code": str(code)}] if code else [])


@contextmanager
def code_folder() -> Iterator[Path]:
    """A temporary folder with the code a job needs: the SDK walks the whole folder once for each component."""
    with TemporaryDirectory(prefix="mlops-code-") as folder:
        for name in CODE:
            source, target = REPOSITORY / name, Path(folder, name)
            if source.is_dir():
                shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, target)
        if outside := outside_folder(os.environ.get(SETTING, "")):
            shutil.copytree(outside, Path(folder, FOLDER_OF_USERS), ignore=shutil.ignore_patterns("__pycache__"))
        yield Path(folder)
