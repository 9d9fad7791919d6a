"""Scenarios of users: modules of a folder beside the package, so that the project can be upgraded without merging."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from shared.core.errors import Fault, Misconfigured, Misdeclared
from shared.core.scenario import Scenario, Scenarios

SETTING = "SCENARIOS_PATH"
# A folder of this name beside the package is read without any setting; it travels with packages and jobs.
FOLDER = "scenarios"
ROOT = Path(__file__).resolve().parents[2]
_ACCEPTED = "modules that each declare SCENARIO = Scenario(…)"


def outside_folder(setting: str) -> Path | None:
    """The folder that the setting names, else `scenarios` beside the package where there is one."""
    if setting:
        named = ROOT / Path(setting).expanduser()
        if not named.is_dir():
            raise Misconfigured(SETTING, f"is {setting!r}, which is no folder", f"a folder of {_ACCEPTED}")
        return named
    return ROOT / FOLDER if (ROOT / FOLDER).is_dir() else None


def load_scenarios(folder: Path | None, taken: Scenarios) -> Scenarios:
    """The scenario of each module in the folder; Misdeclared names the file and line of the first that cannot be."""
    found: dict[str, Scenario] = {}
    for file in sorted(folder.glob("*.py")) if folder else []:
        if file.name.startswith("_"):
            continue
        scenario = _scenario_of(file)
        # Databases hold the rows of both in one table where names differ in case alone.
        same = [one for one in (*taken, *found) if one.casefold() == scenario.name.casefold()]
        if same:
            raise Misdeclared(f"{file.name}: there is a scenario {same[0]!r} already; accepted: another name.")
        found[scenario.name] = scenario
    return found


def _scenario_of(file: Path) -> Scenario:
    name = f"outside_scenarios.{file.stem}"
    specification = importlib.util.spec_from_file_location(name, file)
    assert specification is not None and specification.loader is not None  # noqa: S101, PT018 -- a file that ends with .py
    module = importlib.util.module_from_spec(specification)
    sys.modules[name] = module
    try:
        specification.loader.exec_module(module)
    except Fault as fault:
        raise Misdeclared(f"{file.name}: {fault.reason}") from None
    except Exception as error:
        raise Misdeclared(f"{file.name} cannot be imported{_place(error, file)}; accepted: {_ACCEPTED}.") from error
    scenario = getattr(module, "SCENARIO", None)
    if not isinstance(scenario, Scenario):
        raise Misdeclared(f"{file.name} declares no SCENARIO; accepted: {_ACCEPTED}.")
    return scenario


def _place(error: Exception, file: Path) -> str:
    """Where in the file, and what: of a mistake of grammar its own line, else the deepest line of the file."""
    line = error.lineno if isinstance(error, SyntaxError) else None
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(file):
            line = trace.tb_lineno
        trace = trace.tb_next
    what = f"{type(error).__name__}: {error.msg if isinstance(error, SyntaxError) else error}"
    return f" (line {line}: {what})" if line else f" ({what})"
