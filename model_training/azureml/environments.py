"""Conda environments of Azure ML jobs: the pins of requirements.txt and of the step's own file, flattened."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # the package has no types

from model_training.azureml.components import NAMES
from model_training.azureml.repository import REPOSITORY

FOLDER = REPOSITORY / "model_training" / "environments"
CONDA = FOLDER / "conda"
PYTHON = "3.13"
# What a text scenario installs in the steps that fit or judge a network.
DEEP = "deep"
_MADE = "# Made from the .txt files by: python -m model_training.pipeline dump"
_PREFIX = "mlops-"
_TOGETHER = {DEEP: ("trial", "deep")}
# What an endpoint runs in.
ONLINE = "online"
# The server of an endpoint asks for another version of what this one needs.
_WITHOUT = {ONLINE: ("azure-monitor-opentelemetry",)}


def names() -> tuple[str, ...]:
    """Every environment, one for each component, DEEP, batch scoring and ONLINE."""
    return (*NAMES, DEEP, "score", ONLINE)


def text(name: str) -> str:
    """The conda file: Azure ML takes it as it is, so nothing in it refers to another file."""
    left_out = _WITHOUT.get(name, ())
    pins = [pin for pin in _pins(REPOSITORY / "requirements.txt") if pin.partition("==")[0] not in left_out]
    for file in _TOGETHER.get(name, (name,)):
        pins = [*pins, *_pins(FOLDER / f"{file}.txt")]
    wanted: dict[str, Any] = {
        "name": f"{_PREFIX}{name.replace('_', '-')}",
        "channels": ["conda-forge"],
        "dependencies": [f"python={PYTHON}", "pip", {"pip": list(dict.fromkeys(pins))}],
    }
    return f"{_MADE}\n{yaml.safe_dump(wanted, sort_keys=False)}"


def name_in(conda: Mapping[str, Any]) -> str:
    """Which of `names` a conda file is."""
    return str(conda["name"]).removeprefix(_PREFIX).replace("-", "_")


def environment(name: str, image: str) -> Any:
    """The environment of that name on this image, for a job."""
    from azure.ai.ml.entities import Environment

    return Environment(image=image, conda_file=CONDA / f"{name}.yml")


def _pins(file: Path) -> list[str]:
    pins: list[str] = []
    for line in file.read_text().splitlines():
        wanted = line.split("#")[0].strip()
        if wanted.startswith("-r "):
            pins += _pins(file.parent / wanted.removeprefix("-r ").strip())
        elif wanted:
            pins.append(wanted)
    return pins
