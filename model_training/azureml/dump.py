"""Jobs as YAML that `az ml job create` takes: components, code and environments are files of this repository."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import yaml  # type: ignore[import-untyped]  # the package has no types

from model_training.azureml import environments, trial
from model_training.azureml.components import FOLDER
from model_training.azureml.repository import REPOSITORY

_SCHEMA = "https://azuremlschemas.azureedge.net/latest/pipelineJob.schema.json"
_PREFIX = "mlops_"


def text(job: Any, folder: Path) -> str:
    """The checked job as a file in `folder`; ValueError says what the SDK does not accept."""
    found = job._validate()  # noqa: SLF001 - the SDK's public check asks a workspace
    if not found.passed:
        raise ValueError(f"{job.display_name}: {found.error_messages}")
    told = job._to_dict()  # noqa: SLF001 - the SDK dumps to files only
    nodes = {name: _node(node, folder) for name, node in told.pop("jobs").items()}
    return str(yaml.safe_dump({"$schema": _SCHEMA, **told, "jobs": nodes}, sort_keys=False, width=120))


def _node(node: dict[str, Any], folder: Path) -> dict[str, Any]:
    if node["type"] == "parallel":
        # A parallel node has no component file: what it consists of stands in the node itself.
        task = node["task"] | _places(node["task"], folder)
        return {key: value for key, value in node.items() if key != "component"} | {"task": task}
    role = "trial" if node["type"] == "sweep" else "component"
    name = node[role]["name"].removeprefix(_PREFIX)
    if name == trial.NAME and not _is_own(node[role]["environment"], name):
        inlined = {key: value for key, value in node[role].items() if key != "$schema"}
        return node | {role: inlined | _places(inlined, folder)}
    own = _is_own(node[role]["environment"], name)
    changed = {} if own else {"environment": _environment(node[role]["environment"], folder)}
    return node | {role: _relative(FOLDER / f"{name}.yml", folder)} | changed


def _is_own(environment: Any, name: str) -> bool:
    """Whether it is the environment in the component's own file."""
    told = yaml.safe_load((FOLDER / f"{name}.yml").read_text())["environment"]
    file = yaml.safe_load((FOLDER / told["conda_file"]).read_text())
    return isinstance(environment, dict) and (environment["image"], environment["conda_file"]) == (told["image"], file)


def _places(task: dict[str, Any], folder: Path) -> dict[str, Any]:
    return {
        "code": _relative(REPOSITORY, folder),
        "environment": _environment(task["environment"], folder),
    }


def _environment(told: Any, folder: Path) -> Any:
    """A reference stays one; a file that was read in becomes a file again."""
    if isinstance(told, str):
        return told
    name = environments.name_in(told["conda_file"])
    return {"image": told["image"], "conda_file": _relative(environments.CONDA / f"{name}.yml", folder)}


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder.absolute())).as_posix()
