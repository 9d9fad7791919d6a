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
# The environment of the steps of a text scenario that fit or judge a network.
DEEP = "deep"
_HEADER = "# Made from the .txt files by: python -m model_training.pipeline dump"
_PREFIX = "mlops-"
_COMBINED = {DEEP: ("trial", "deep")}
# The environment of an endpoint.
ONLINE = "online"
# The server of an endpoint requires other versions of the dependencies of these packages.
_LEFT_OUT = {ONLINE: ("azure-monitor-opentelemetry",)}


def names() -> tuple[str, ...]:
    """Every environment: one for each component, DEEP, batch scoring and ONLINE."""
    return (*NAMES, DEEP, "score", ONLINE)


def conda_yaml(name: str) -> str:
    """The content of the conda file, which refers to no other file because Azure ML takes it alone."""
    left_out = _LEFT_OUT.get(name, ())
    pins = [pin for pin in _pins(REPOSITORY / "requirements.txt") if pin.partition("==")[0] not in left_out]
    for file in _COMBINED.get(name, (name,)):
        pins = [*pins, *_pins(FOLDER / f"{file}.txt")]
    content: dict[str, Any] = {
        "name": f"{_PREFIX}{name.replace('_', '-')}",
        "channels": ["conda-forge"],
        "dependencies": [f"python={PYTHON}", "pip", {"pip": list(dict.fromkeys(pins))}],
    }
    return f"{_HEADER}\n{yaml.safe_dump(content, sort_keys=False)}"


def name_in(conda: Mapping[str, Any]) -> str:
    """The name of the environment that the conda file describes."""
    return str(conda["name"]).removeprefix(_PREFIX).replace("-", "_")


def environment(name: str, image: str) -> Any:
    """The environment with this name on this image, for a job."""
    from azure.ai.ml.entities import Environment

    return Environment(image=image, conda_file=CONDA / f"{name}.yml")


def _pins(file: Path) -> list[str]:
    pins: list[str] = []
    for line in file.read_text().splitlines():
        pin = line.split("#")[0].strip()
        if pin.startswith("-r "):
            pins += _pins(file.parent / pin.removeprefix("-r ").strip())
        elif pin:
            pins.append(pin)
    return pins
