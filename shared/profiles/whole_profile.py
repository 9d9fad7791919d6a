"""The profile of all rows of a version; profile.json beside its manifest describes those that were new in it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.core.lake_reading import read_json
from shared.core.paths import dataset_folder
from shared.core.scenario import Scenario
from shared.datasets.reading import lake_bytes, read_tables
from shared.datasets.version import DatasetVersion
from shared.profiles.profile import dataset_profile

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.profiles.ports import ProfilesPorts


def whole_profile(ports: ProfilesPorts, dataset: DatasetVersion) -> Mapping[str, Any]:
    """The profile of everything that a model of this version learns from; made when it is first asked for."""
    folder = dataset_folder(dataset.scenario, dataset.id)
    of_new = read_json(ports, f"{folder}profile.json")
    if _is_whole(of_new, dataset):
        return of_new
    path = f"{folder}profile-whole.json"
    if ports.core.lake.stat(path) is None:
        ports.core.lake.put(path, (json.dumps(_made(ports, dataset), indent=1, sort_keys=True) + "\n").encode())
    return read_json(ports, path)


def scenario_statistics(scenario: Scenario, tables: Mapping[str, pa.Table]) -> Mapping[str, float | None]:
    """The scenario's own numbers by name; one that is not finite has no value."""
    if scenario.statistics is None:
        return {}
    named = {name: float(value) for name, value in scenario.statistics(tables).items()}
    return {name: value if math.isfinite(value) else None for name, value in sorted(named.items())}


def _is_whole(profile: Mapping[str, Any], dataset: DatasetVersion) -> bool:
    described = {name: one["rows"] for name, one in profile.get("tables", {}).items()}
    return len(dataset.drops) <= 1 and all(described.get(table.name) == table.rows for table in dataset.tables)


def _made(ports: ProfilesPorts, dataset: DatasetVersion) -> Mapping[str, Any]:
    scenario = ports.core.scenarios[dataset.scenario]
    tables = read_tables(lake_bytes(ports.core.lake), scenario, dataset.tables)
    profiles = {name: ports.profiles.profiler.describe(table).profile for name, table in tables.items()}
    words = {} if scenario.words is None else scenario.words(tables)
    return dataset_profile(profiles, scenario_statistics(scenario, tables), words)
