"""Scenarios drafted from text, in this process."""

from __future__ import annotations

from pathlib import Path

from local.authoring.columns import Named
from local.authoring.draft import Draft
from local.authoring.drafting import draft
from local.authoring.module import module_of
from local.authoring.source import open_source
from local.authoring.writing import write_module
from shared.adapters.tables import ArrowTables
from shared.core.scenario import Scenario, Task

TABLES = ArrowTables()


def drafted(folder: Path, text: str, *targets: str, task: Task | None = None, **named: object) -> Draft:
    """What is guessed from a CSV file with this text."""
    file = folder / "drafted.csv"
    file.write_text(text)
    return draft(TABLES, open_source(TABLES, [file]), "drafted", Named(targets, **named), task)  # type: ignore[arg-type]


def declared(folder: Path, found: Draft) -> tuple[str, Scenario]:
    """The source of the draft's module, and the scenario that it declares."""
    source = module_of(found)
    return source, write_module(source, folder / f"{found.name}.py", {})
