"""The profile of all rows of a version; profile.json beside its manifest describes those that were new in it."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from typing import TYPE_CHECKING

from shared.core.errors import Conflict, Quarantined
from shared.core.lake_reading import read_json
from shared.core.paths import dataset_folder
from shared.core.scenario import Scenario
from shared.datasets.feature_frame import feature_frame
from shared.datasets.reading import table_rows
from shared.datasets.version import DatasetVersion
from shared.datasets.version_rows import tables_to_learn
from shared.profiles.part_profiles import table_facts
from shared.profiles.profile import SCHEMA, DatasetProfile, TableProfile

if TYPE_CHECKING:
    from shared.datasets.rows import Rows
    from shared.profiles.ports import ProfilesPorts

WHOLE, _TABLES = "profile-whole.json", "profile-tables.json"


def whole_profile(ports: ProfilesPorts, dataset: DatasetVersion) -> DatasetProfile:
    """The profile of everything that a model of this version learns from; made when it is first asked for.

    Conflict when the profile was written by another version of this code.
    """
    return _stored_profile(ports, dataset) or _kept(ports, dataset, WHOLE, figures=True)


def table_profiles(ports: ProfilesPorts, dataset: DatasetVersion) -> Mapping[str, TableProfile]:
    """The tables of that profile; the scenario's own figures, for which it needs all rows, are not made for them."""
    scenario = ports.core.scenarios[dataset.scenario]
    has_figures = scenario.statistics is not None or scenario.words is not None
    there = ports.core.lake.stat(f"{dataset_folder(dataset.scenario, dataset.id)}{WHOLE}") is not None
    name = _TABLES if has_figures and not there else WHOLE
    found = _stored_profile(ports, dataset) or _kept(ports, dataset, name, figures=False)
    return found.tables


def _stored_profile(ports: ProfilesPorts, dataset: DatasetVersion) -> DatasetProfile | None:
    """The profile of the rows that were new in the version, where these are all of them."""
    stored = read_json(ports, f"{dataset_folder(dataset.scenario, dataset.id)}profile.json")
    if stored.get("schema") != SCHEMA:
        raise Conflict(
            f"The profile of dataset {dataset.id} was written by another version; accepted: schema {SCHEMA}."
        )
    of_new = DatasetProfile.from_json(stored)
    return of_new if _is_whole(of_new, dataset) else None


def _kept(ports: ProfilesPorts, dataset: DatasetVersion, name: str, *, figures: bool) -> DatasetProfile:
    path = f"{dataset_folder(dataset.scenario, dataset.id)}{name}"
    if ports.core.lake.stat(path) is None:
        content = json.dumps(_describe(ports, dataset, figures=figures).to_json(), indent=1, sort_keys=True) + "\n"
        ports.core.lake.put(path, content.encode())
    return DatasetProfile.from_json(read_json(ports, path))


def rows_profile(ports: ProfilesPorts, scenario: str, dataset: str) -> TableProfile | None:
    """The profile of what models see of the version, inputs and answers; None when it has no such rows."""
    declared, version = ports.core.scenarios.get(scenario), ports.datasets.versions.find(scenario, dataset)
    if declared is None or version is None:
        return None
    try:
        frame = feature_frame(tables_to_learn(ports.core.lake.open, declared, version.tables), declared)
    except Quarantined:
        return None
    seen = [name for name in (*declared.features, *declared.targets) if name in frame.column_names]
    return ports.profiles.profiler.describe(frame.select(list(dict.fromkeys(seen)))).profile


def scenario_figures(
    scenario: Scenario, rows: Mapping[str, Rows]
) -> tuple[Mapping[str, float | None], Mapping[str, list[str]]]:
    """The scenario's own numbers and words by name; a number that is not finite has no value.

    The scenario's code gets the tables in memory, as a whole.
    """
    from shared.datasets.rows import whole

    if scenario.statistics is None and scenario.words is None:
        return {}, {}
    tables = {name: whole(table) for name, table in rows.items()}
    named = {} if scenario.statistics is None else scenario.statistics(tables)
    finite = {name: float(value) if math.isfinite(value) else None for name, value in sorted(named.items())}
    return finite, {} if scenario.words is None else scenario.words(tables)


def _is_whole(profile: DatasetProfile, dataset: DatasetVersion) -> bool:
    described = {name: table.rows for name, table in profile.tables.items()}
    return len(dataset.drops) <= 1 and all(described.get(table.name) == table.rows for table in dataset.tables)


def _describe(ports: ProfilesPorts, dataset: DatasetVersion, *, figures: bool) -> DatasetProfile:
    scenario = ports.core.scenarios[dataset.scenario]
    profiles = {name: facts.profile for name, facts in table_facts(ports, dataset).items()}
    if not figures or (scenario.statistics is None and scenario.words is None):
        return DatasetProfile(profiles, {})
    tables = {table.name: table_rows(ports.core.lake, scenario, table) for table in dataset.tables}
    return DatasetProfile(profiles, *scenario_figures(scenario, tables))
