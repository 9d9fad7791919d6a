"""Categories of a drop that are written in several ways: a model takes `Red` and `red` for different ones."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from shared.core.lake_reading import read_json
from shared.core.paths import dataset_folder
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.profiles.profile import DatasetProfile
from shared.training.unlearned.spelling import cause

if TYPE_CHECKING:
    from shared.datasets.version import DatasetVersion
    from shared.monitoring.ports import MonitoringPorts

# Values that a sentence names.
_SHOWN = 3
# Spellings that nobody means as two values; other marks may (A and A+).
_SURE = ("capital letters", "spaces", "an invisible character")


def spelling_remarks(
    ports: MonitoringPorts, scenario: Scenario, dataset: DatasetVersion, before: DatasetVersion | None
) -> tuple[str, ...]:
    """A sentence for each category column of the new rows with a value that is another one in another spelling.

    Among the most frequent values, of these rows and of those of the version before; columns with declared values are
    checked by their contract.
    """
    new = _frequent(ports, scenario, dataset)
    old = _frequent(ports, scenario, before) if new else {}
    return tuple(
        sentence
        for (table, name), values in new.items()
        for sentence in _told(scenario, (table, name), values, old.get((table, name), ()))
    )


def _frequent(
    ports: MonitoringPorts, scenario: Scenario, version: DatasetVersion | None
) -> Mapping[tuple[str, str], Mapping[str, int]]:
    """The most frequent values of each category column without declared values; nothing is read where there is none."""
    columns = [
        (table.name, name)
        for table in scenario.tables
        for name in scenario.categorical
        if any(column.name == name and not column.values for column in table.columns)
    ]
    path = f"{dataset_folder(scenario.name, version.id)}profile.json" if version and columns else ""
    if not path or ports.core.lake.stat(path) is None:
        return {}
    tables = DatasetProfile.from_json(read_json(ports, path)).tables
    return {
        (table, name): dict(tables[table].columns[name].top)
        for table, name in columns
        if table in tables and name in tables[table].columns
    }


def _told(scenario: Scenario, where: tuple[str, str], values: Mapping[str, int], known: Iterable[str]) -> Iterator[str]:
    """The rarer one of two spellings is the strange one; of a value that was there before, the new one."""
    first = [value for value in known if value]
    found: dict[str, str] = {}
    for value in sorted(values, key=lambda one: (one not in first, -values[one])):
        words = "" if value in first else cause(value, first)
        if words.startswith(_SURE):
            found[value] = words
        else:
            first.append(value)
    if found:
        rows = counted(sum(values[value] for value in found), "row")
        shown = ", ".join(f"{value!r} ({words})" for value, words in list(found.items())[:_SHOWN])
        table, name = where
        named = "" if name in scenario.personal else f": {shown}"
        yield (
            f"In column {name!r} of table {table!r} {rows} have a known value in another spelling{named}; "
            "a model takes it for another value."
        )
