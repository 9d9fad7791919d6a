"""Train and test of a dataset version as two named assets: which parts hold their rows, and what decides on a row."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.core.lake_reading import read_json
from shared.core.paths import dataset_folder
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.datasets.feature_frame import JUDGING, MOST_JUDGING
from shared.datasets.version import LEARN_ONLY, DatasetTable, DatasetVersion

if TYPE_CHECKING:
    from shared.datasets.ports import DatasetsPorts

ASSETS = ("train", "test")
SCHEMA = 1


def asset_name(scenario: str, asset: str) -> str:
    """How the asset is called in a registry of data: `<scenario>-train`, `<scenario>-test`."""
    return f"{scenario}-{asset}"


def asset_path(scenario: str, dataset: str, asset: str) -> str:
    """Where the list of the asset lies in the lake."""
    return f"{dataset_folder(scenario, dataset)}{asset}.json"


def write_assets(ports: DatasetsPorts, dataset: DatasetVersion) -> None:
    """Write both lists beside the version's manifest, once; nothing for a scenario that is no longer declared."""
    scenario = ports.core.scenarios.get(dataset.scenario)
    if scenario is None:
        return
    for asset in ASSETS:
        content = json.dumps(describe_asset(scenario, dataset, asset), indent=1, sort_keys=True) + "\n"
        ports.core.lake.put(asset_path(dataset.scenario, dataset.id, asset), content.encode())


def read_assets(ports: DatasetsPorts, dataset: DatasetVersion) -> Mapping[str, Any]:
    """Both lists by their names; none for a version that nothing was trained on."""
    paths = {asset: asset_path(dataset.scenario, dataset.id, asset) for asset in ASSETS}
    return {
        asset_name(dataset.scenario, asset): read_json(ports, path)
        for asset, path in paths.items()
        if ports.core.lake.stat(path) is not None
    }


def describe_asset(scenario: Scenario, dataset: DatasetVersion, asset: str) -> dict[str, Any]:
    """The list of one asset: its parts by table, each with its role, and the rule that decides on their rows."""
    return {
        "schema": SCHEMA,
        "name": asset_name(scenario.name, asset),
        "version": dataset.id,
        "scenario": scenario.name,
        "role": "learn" if asset == "train" else "judge",
        "split": scenario.split.kind,
        "rule": _rule(scenario, asset),
        "parts": [part for table in dataset.tables for part in _parts(table, asset)],
    }


def _parts(table: DatasetTable, asset: str) -> list[dict[str, Any]]:
    """The parts that may hold rows of the asset: those that only learn hold none that judge."""
    return [
        {
            "table": table.name,
            "path": part.path,
            "sha256": part.sha256,
            "rows": part.rows,
            "drop": part.drop,
            "kind": part.kind,
            "role": part.role or "learn or judge",
        }
        for part in table.parts
        if asset == "train" or part.role != LEARN_ONLY
    ]


def _rule(scenario: Scenario, asset: str) -> str:
    split = scenario.split
    judges = {
        "random": f"the {JUDGING:.0%} of the rows with the smallest hashes, at most {MOST_JUDGING:,}",
        "time": f"the newest {split.test:.0%} of the rows",
        "given": f"the rows in which {split.column!r} is true",
    }[split.kind]
    if asset == "test":
        return f"These rows judge: {judges}."
    gap = f" and the {counted(float(split.gap_hours), 'hour')} before them" if split.gap_hours else ""
    return f"All rows are learned from but these: {judges}{gap}."
