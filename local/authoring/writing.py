"""A module becomes a scenario: it is loaded as every scenario is, and only then lies in the folder of scenarios."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from model_training.scenarios.outside import FOLDER, ROOT, SETTING, load_scenarios, outside_folder
from shared.bootstrap.whole_files import write_whole
from shared.core.scenario import Scenario, Scenarios


def scenarios_folder(environ: Mapping[str, str] = os.environ) -> Path:
    """The folder in which modules are found; the one beside the package need not be there yet."""
    return outside_folder(environ.get(SETTING, "")) or ROOT / FOLDER


def write_module(source: str, file: Path, known: Scenarios) -> Scenario:
    """The scenario that the source declares, which now lies in the file; Misdeclared when it cannot be meant."""
    with tempfile.TemporaryDirectory() as folder:
        (Path(folder) / file.name).write_text(source, encoding="utf-8")
        (scenario,) = load_scenarios(Path(folder), known).values()
    file.parent.mkdir(exist_ok=True)
    write_whole(file, source.encode())
    return scenario


def shown_path(file: Path) -> str:
    """The path as it is typed from here."""
    return str(file.relative_to(Path.cwd())) if file.is_relative_to(Path.cwd()) else str(file)
