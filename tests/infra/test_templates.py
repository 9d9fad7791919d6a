"""The templates fit each other: what a compiler would refuse is found here, without one."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from infra.bicep import FOLDER, files, read

MODULES = [(path, module) for path in files() for module in read(path).modules]


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_a_file_is_bicep_and_uses_what_it_declares(path: Path) -> None:
    """The grammar accepts it, and no parameter or variable is left over."""
    template = read(path)
    unused = (template.parameters.keys() | template.variables.keys()) - template.names_used
    assert unused == set()


@pytest.mark.parametrize(("path", "module"), MODULES, ids=[f"{path.stem}-{one.symbol}" for path, one in MODULES])
def test_a_module_gets_the_parameters_it_declares(path: Path, module: object) -> None:
    """Each required one, and none that it does not know."""
    declared = read((path.parent / module.kind).resolve()).parameters
    given = module.body["params"].keys()
    assert given - declared.keys() == set()
    assert {name for name, required in declared.items() if required} - given == set()


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_outputs_that_are_read_are_declared(path: Path) -> None:
    """`module.outputs.name` names an output of that module's file."""
    modules = {module.symbol: (path.parent / module.kind).resolve() for module in read(path).modules}
    for symbol, name in re.findall(r"(\w+)!?\.outputs\.(\w+)", path.read_text()):
        assert name in read(modules[symbol]).outputs, f"{symbol}.outputs.{name}"


def test_the_parameter_file_gives_what_main_asks_for() -> None:
    """Its names are the template's parameters."""
    given = json.loads((FOLDER / "main.parameters.json").read_text())["parameters"]
    assert given.keys() == read(FOLDER / "main.bicep").parameters.keys()


def test_what_main_puts_out_is_what_the_hook_reads() -> None:
    """events.sh finds its variables among main's outputs, and events.bicep gets the parameters it requires."""
    script = (FOLDER / "events.sh").read_text()
    given_by_azd = {"AZURE_ENV_NAME", "AZURE_SUBSCRIPTION_ID", "EVENTS_PAUSE_SECONDS"}
    assert set(re.findall(r"\$\{?([A-Z_]+)", script)) - given_by_azd <= read(FOLDER / "main.bicep").outputs.keys()
    given = set(re.findall(r"(\w+)=\"\$", script))
    required = {name for name, must in read(FOLDER / "events.bicep").parameters.items() if must}
    assert given == required | {"dataTopicName"}
