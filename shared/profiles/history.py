"""The historic profile: one record per dataset version that was trained on, drawn over time, never used to judge."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.core.lake_reading import read_json
from shared.core.paths import dataset_folder, historic_folder
from shared.core.scenario import Scenario
from shared.datasets.version import DatasetVersion
from shared.profiles.historic_values import HistoricDataset, values_of
from shared.profiles.profile import SCHEMA, ColumnProfile, DatasetProfile, TableProfile

if TYPE_CHECKING:
    from shared.profiles.ports import ProfilesPorts


# What is drawn over time; quantiles and histograms stay with the dataset.
_DRAWN = ("mean", "std", "distinct", "mean_length", "average_word_length")
SHOWN = 50


def add_to_history(ports: ProfilesPorts, dataset: DatasetVersion) -> None:
    """Append the dataset version to the historic profile; once, however often it is trained on."""
    folder = dataset_folder(dataset.scenario, dataset.id)
    path = f"{historic_folder(dataset.scenario)}{dataset.id}.json"
    if ports.core.lake.stat(f"{folder}profile.json") is None:
        return
    profile = DatasetProfile.from_json(read_json(ports, f"{folder}profile.json"))
    value = history_record(dataset, profile, read_json(ports, f"{folder}validation.json"))
    ports.core.lake.put(path, (json.dumps(value, indent=1, sort_keys=True) + "\n").encode())
    scenario = ports.core.scenarios.get(dataset.scenario)
    if scenario is not None:
        _put(ports, scenario, read_json(ports, path), dataset.created_at)


def rebuild_history(ports: ProfilesPorts, scenario: Scenario) -> tuple[int, list[str]]:
    """Write every record of the lake to SQL again: how many there are, and the datasets of which nobody knows when."""
    made = {version.id: version.created_at for version in ports.datasets.versions.list(scenario.name)}
    records = read_history(ports, scenario.name, limit=None)
    known = [record for record in records if record["dataset"] in made]
    for record in known:
        _put(ports, scenario, record, made[record["dataset"]])
    return len(known), [record["dataset"] for record in records if record["dataset"] not in made]


def _put(ports: ProfilesPorts, scenario: Scenario, record: Mapping[str, Any], at: datetime) -> None:
    values = tuple(values_of(record))
    ports.profiles.history.put(scenario, HistoricDataset(scenario.name, record["dataset"], at, values))


def read_history(ports: ProfilesPorts, scenario: str, limit: int | None = SHOWN) -> list[Mapping[str, Any]]:
    """The newest `limit` records (None: all), oldest first: dataset ids begin with their time."""
    paths = [blob.path for blob in ports.core.lake.list(historic_folder(scenario))]
    return [read_json(ports, path) for path in (paths if limit is None else paths[-limit:])]


def history_record(
    dataset: DatasetVersion, profile: DatasetProfile, validation: Mapping[str, Any]
) -> Mapping[str, Any]:
    """The record of a dataset version in the historic profile."""
    return {
        "schema": SCHEMA,
        "dataset": dataset.id,
        "rows": dataset.rows,
        "warnings": len(validation["warnings"]),
        "words": dict(profile.words),
        **time_series_values(profile),
    }


def time_series_values(profile: DatasetProfile) -> Mapping[str, Any]:
    """The numbers of a profile that are drawn over time, per table and column; no quantiles and histograms."""
    tables = {name: _table(table) for name, table in profile.tables.items()}
    return {"statistics": dict(profile.statistics), "tables": tables}


def _table(table: TableProfile) -> Mapping[str, Any]:
    return {"rows": table.rows, "columns": {name: _column(column) for name, column in table.columns.items()}}


def _column(column: ColumnProfile) -> Mapping[str, Any]:
    statistics = {name: value for name in _DRAWN if (value := getattr(column, name)) is not None}
    return {**statistics, "null_share": column.null_share}
