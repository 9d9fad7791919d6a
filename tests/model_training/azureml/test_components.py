"""The component files say what the modules they start say themselves."""

from __future__ import annotations

import re
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from model_training.azureml import collect, components, environments, trial
from model_training.azureml.repository import REPOSITORY
from model_training.estimators.profiles import PROFILES
from model_training.pipeline import STEPS
from model_training.scenarios import SCENARIOS
from model_training.search.spaces import SPACES
from model_training.steps import (
    command,
    define_dataset,
    evaluate,
    explore,
    prepare,
    profile,
    refit,
    register,
    train,
    tune,
)
from model_training.steps import validate as validation

STEP_MODULES = {
    module.NAME: module for module in (validation, prepare, explore, profile, tune, train, evaluate, refit, register)
}


def _told(name: str) -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((components.FOLDER / f"{name}.yml").read_text())
    return found


def _helped(show: Callable[[], object], capsys: pytest.CaptureFixture[str]) -> str:
    with pytest.raises(SystemExit):
        show()
    return capsys.readouterr().out


def _flags(name: str, capsys: pytest.CaptureFixture[str]) -> dict[str, bool]:
    """Every argument that the module itself takes, and whether it must be given."""
    parsers: dict[str, Callable[[], ArgumentParser]] = {"trial": trial.parser, "collect": collect.parser}
    if name in parsers:
        text = parsers[name]().format_help()
    elif name == define_dataset.NAME:
        text = _helped(lambda: define_dataset.main(["--help"]), capsys)
    else:
        step = STEP_MODULES[name]
        text = _helped(lambda: command.main(step.NAME, step.NEEDS, step.run_step, ["--help"]), capsys)
    usage = text.split("\n\n", maxsplit=1)[0]
    return {flag: not optional for optional, flag in re.findall(r"(\[?)--(\w+)", usage)}


@pytest.mark.parametrize("name", components.NAMES)
def test_a_component_takes_what_its_module_takes(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    """The same names, and what a module needs is neither optional nor given by default."""
    told = _told(name)
    inputs = {key: not (value.get("optional") or "default" in value) for key, value in told["inputs"].items()}
    assert inputs | dict.fromkeys(told["outputs"], True) == _flags(name, capsys)


@pytest.mark.parametrize("name", components.NAMES)
def test_a_component_starts_its_module_with_every_input_and_output(name: str) -> None:
    """Each flag is followed by the input or output of its name; only optional ones may be left out."""
    told = _told(name)
    package = "azureml" if name in (trial.NAME, collect.NAME) else "steps"
    assert told["command"].startswith(f"python -m model_training.{package}.{name} ")
    found = re.findall(r"(\$\[\[)?--(\w+) \$\{\{(inputs|outputs)\.(\w+)\}\}", told["command"])
    assert all(flag == given for _, flag, _, given in found)
    assert {given for _, _, kind, given in found if kind == "outputs"} == set(told["outputs"])
    optional = {given: bool(brackets) for brackets, _, kind, given in found if kind == "inputs"}
    assert optional == {key: bool(value.get("optional")) for key, value in told["inputs"].items()}
    assert told["command"].count("--") == len(found)


@pytest.mark.parametrize("name", components.NAMES)
def test_the_sdk_accepts_every_component(name: str) -> None:
    """Loaded and checked as for `az ml component create`, with the environment of its own name."""
    found = components.component(name)
    assert found._validate().passed, found._validate()
    assert found.environment.conda_file["name"] == f"mlops-{name.replace('_', '-')}"
    assert Path(found.base_path, found.code).resolve() == REPOSITORY


def test_there_is_no_component_without_a_module() -> None:
    """The folder holds what the list names."""
    assert {path.stem for path in components.FOLDER.glob("*.yml")} == set(components.NAMES)


def test_choices_are_those_of_the_code() -> None:
    """Scenarios, profiles and candidates that a component accepts are those that are known."""
    first = _told(define_dataset.NAME)["inputs"]
    assert first["scenario"]["enum"] == sorted(SCENARIOS)
    assert first["profile"]["enum"] == sorted(PROFILES)
    assert _told(trial.NAME)["inputs"]["candidate"]["enum"] == sorted(SPACES)


@pytest.mark.parametrize("name", environments.names())
def test_an_environment_is_made_of_the_pins(name: str) -> None:
    """The committed conda file is what the .txt files say now; it refers to no other file."""
    text = (environments.CONDA / f"{name}.yml").read_text()
    assert text == environments.conda_yaml(name), "python -m model_training.pipeline dump writes it anew"
    assert "-r " not in text


def test_there_is_no_environment_without_a_use() -> None:
    """Each conda file is that of a component, of a network, of batch scoring, of an endpoint, or of a Spark job."""
    kept = {path.stem for path in environments.CONDA.glob("*.yml")}
    assert kept == {*STEPS, environments.DEEP, environments.ONLINE, environments.SPARK}


def test_only_code_is_uploaded() -> None:
    """A job's snapshot holds the two packages and the project's version: no tests, no data, no secrets."""
    from azure.ai.ml._utils._asset_utils import get_ignore_file, get_upload_files_from_folder

    root = str(REPOSITORY)
    sent = [name for _, name in get_upload_files_from_folder(root, ignore_file=get_ignore_file(root))]
    inside = {name.removeprefix(f"{REPOSITORY.name}/") for name in sent}
    assert {name.split("/")[0] for name in inside} == {"model_training", "shared", "pyproject.toml"}
    assert {"model_training/steps/train.py", "shared/core/errors.py", "model_training/batch_entry.py"} <= inside
    assert {"model_training/online_entry.py", "shared/serving/answers.py"} <= inside
    assert not [name for name in inside if name.endswith(".pyc")]
    with components.code_folder() as folder:
        assert inside == {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
