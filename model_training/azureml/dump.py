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


def job_yaml(job: Any, folder: Path) -> str:
    """The YAML of the job for a file in `folder`; ValueError says what the SDK does not accept."""
    validation = job._validate()  # noqa: SLF001 - the SDK's public check asks a workspace
    if not validation.passed:
        raise ValueError(f"{job.display_name}: {validation.error_messages}")
    content = job._to_dict()  # noqa: SLF001 - the SDK dumps to files only
    nodes = {name: _node(node, folder) for name, node in content.pop("jobs").items()}
    return str(yaml.safe_dump({"$schema": _SCHEMA, **content, "jobs": nodes}, sort_keys=False, width=120))


def _node(node: dict[str, Any], folder: Path) -> dict[str, Any]:
    if node["type"] == "parallel":
        # A parallel node has no component file: its parts stand in the node itself.
        task = node["task"] | _task_files(node["task"], folder)
        return {key: value for key, value in node.items() if key != "component"} | {"task": task}
    role = "trial" if node["type"] == "sweep" else "component"
    name = node[role]["name"].removeprefix(_PREFIX)
    own = _is_own(node[role]["environment"], name)
    if name == trial.NAME and not own:
        inlined = {key: value for key, value in node[role].items() if key != "$schema"}
        return node | {role: inlined | _task_files(inlined, folder)}
    changed = {} if own else {"environment": _environment(node[role]["environment"], folder)}
    return node | {role: _relative(FOLDER / f"{name}.yml", folder)} | changed


def _is_own(environment: Any, name: str) -> bool:
    """Whether it is the environment in the component's own file."""
    declared = yaml.safe_load((FOLDER / f"{name}.yml").read_text())["environment"]
    file = yaml.safe_load((FOLDER / declared["conda_file"]).read_text())
    return isinstance(environment, dict) and (environment["image"], environment["conda_file"]) == (
        declared["image"],
        file,
    )


def _task_files(task: dict[str, Any], folder: Path) -> dict[str, Any]:
    return {
        "code": _relative(REPOSITORY, folder),
        "environment": _environment(task["environment"], folder),
    }


def _environment(environment: Any, folder: Path) -> Any:
    """The environment in the YAML: a reference stays, the content of a conda file becomes the file's path."""
    if isinstance(environment, str):
        return environment
    name = environments.name_in(environment["conda_file"])
    return {"image": environment["image"], "conda_file": _relative(environments.CONDA / f"{name}.yml", folder)}


def _relative(path: Path, folder: Path) -> str:
    return Path(os.path.relpath(path, folder.absolute())).as_posix()
