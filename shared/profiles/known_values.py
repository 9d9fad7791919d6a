"""The categories that all versions of a scenario's data hold together: what nobody knows is not among them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.core.lake_reading import read_json
from shared.core.paths import dataset_folder
from shared.profiles.drift import is_category
from shared.profiles.profile import ColumnProfile, DatasetProfile

if TYPE_CHECKING:
    from shared.profiles.ports import ProfilesPorts

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class KnownColumn:
    """The values of a column of texts, of how many rows with a value, and how many of these are not listed."""

    values: frozenset[str]
    rows: int
    unlisted: int = 0

    @property
    def is_category(self) -> bool:
        """Whether the listed values are most of the column; free text has no known values."""
        return 2 * self.unlisted < self.rows

    def and_also(self, other: KnownColumn) -> KnownColumn:
        """Both together."""
        return KnownColumn(self.values | other.values, self.rows + other.rows, self.unlisted + other.unlisted)


type KnownTables = Mapping[str, Mapping[str, KnownColumn]]


def known_values(ports: ProfilesPorts, scenario: str) -> KnownTables:
    """What is known of each column of texts, by table; kept beside the newest version, so that it costs one file."""
    folders, known = list[str](), dict[str, dict[str, KnownColumn]]()
    for dataset in reversed(ports.datasets.versions.ids(scenario)):
        folder = dataset_folder(scenario, dataset)
        if ports.core.lake.stat(f"{folder}known.json") is not None:
            known = _from_json(read_json(ports, f"{folder}known.json"))
            break
        folders.append(folder)
    for folder in reversed(folders):
        known = _joined(known, _of_version(ports, folder))
        content = json.dumps(_to_json(known), sort_keys=True) + "\n"
        ports.core.lake.put(f"{folder}known.json", content.encode())
    return known


def _of_version(ports: ProfilesPorts, folder: str) -> KnownTables:
    path = f"{folder}profile.json"
    if ports.core.lake.stat(path) is None:
        return {}
    profile = DatasetProfile.from_json(read_json(ports, path))
    return {
        table: {name: found for name, column in one.columns.items() if (found := _of_column(column)) is not None}
        for table, one in profile.tables.items()
    }


def _of_column(column: ColumnProfile) -> KnownColumn | None:
    if column.kind != "text" or column.histogram is None:
        return None
    if not is_category(column):
        return KnownColumn(frozenset(), column.count, column.count)
    return KnownColumn(frozenset(column.histogram.values), column.count, column.histogram.counts[-1])


def _joined(first: KnownTables, second: KnownTables) -> dict[str, dict[str, KnownColumn]]:
    joined = {table: dict(columns) for table, columns in first.items()}
    for table, columns in second.items():
        mine = joined.setdefault(table, {})
        for name, known in columns.items():
            mine[name] = mine[name].and_also(known) if name in mine else known
    return joined


def _to_json(known: KnownTables) -> Mapping[str, Any]:
    tables = {
        table: {
            name: {"values": sorted(one.values), "rows": one.rows, "unlisted": one.unlisted}
            for name, one in columns.items()
        }
        for table, columns in known.items()
    }
    return {"schema": SCHEMA, "tables": tables}


def _from_json(value: Mapping[str, Any]) -> dict[str, dict[str, KnownColumn]]:
    return {
        table: {
            name: KnownColumn(frozenset(one["values"]), one["rows"], one["unlisted"]) for name, one in columns.items()
        }
        for table, columns in value["tables"].items()
    }
