"""Conda environments of Azure ML jobs: the pins of requirements.txt that a job imports, and those of its own file."""

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
# The environment of an endpoint, and that of a parallel job of batch scoring.
ONLINE, SCORE = "online", "score"
# The environment of a Spark job; the service brings PySpark itself.
SPARK = "spark"
# What only the function app imports. Packages of Azure ML ask for other versions of some of them.
_OF_THE_APP = frozenset(
    {
        "alembic",
        "azure-ai-ml",
        "azure-eventgrid",
        "azure-functions",
        "azure-identity",
        "azure-keyvault-keys",
        "azure-kusto-data",
        "azure-monitor-opentelemetry",
        "azure-storage-blob",
        "azure-storage-queue",
        "cryptography",
        "deltalake",
        "psycopg[binary]",
        "pyodbc",
    }
)
_OF_TRAINING = frozenset({"jinja2", "sqlalchemy"})
_LEFT_OUT = {ONLINE: _OF_THE_APP | _OF_TRAINING, SCORE: _OF_THE_APP | _OF_TRAINING | {"msgspec"}}


def names() -> tuple[str, ...]:
    """Every environment: one for each component, DEEP, batch scoring, ONLINE and SPARK."""
    return (*NAMES, DEEP, SCORE, ONLINE, SPARK)


def conda_yaml(name: str) -> str:
    """The content of the conda file, which refers to no other file because Azure ML takes it alone."""
    content: dict[str, Any] = {
        "name": f"{_PREFIX}{name.replace('_', '-')}",
        "channels": ["conda-forge"],
        "dependencies": [f"python={PYTHON}", "pip", {"pip": pins_of(name)}],
    }
    return f"{_HEADER}\n{yaml.safe_dump(content, sort_keys=False)}"


def pins_of(name: str) -> list[str]:
    """What pip installs there; a pin of the environment's own file stands for that of requirements.txt."""
    if name == SPARK:
        return [pin for pin in _pins(FOLDER / f"{name}.txt") if package_of(pin) != "pyspark"]
    own = [pin for file in _COMBINED.get(name, (name,)) for pin in _pins(FOLDER / f"{file}.txt")]
    left_out = _LEFT_OUT.get(name, _OF_THE_APP | {"msgspec"}) | {package_of(pin) for pin in own}
    shared = [pin for pin in _pins(REPOSITORY / "requirements.txt") if package_of(pin) not in left_out]
    return list(dict.fromkeys([*shared, *own]))


def package_of(pin: str) -> str:
    """The package that a pin is about, with its extras: what stands before == or <."""
    return pin.partition("==")[0].partition("<")[0]


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
