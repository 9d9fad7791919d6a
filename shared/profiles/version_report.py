"""The report of a dataset version: profile.json, validation.json against the baseline, and report.html."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import Corrupt
from shared.core.lake_reading import read_json
from shared.core.paths import dataset_folder
from shared.core.wording import counted
from shared.datasets.version import DatasetVersion
from shared.profiles.baseline import read_baseline
from shared.profiles.column_warnings import ValidationWarning
from shared.profiles.history import history_record, read_history
from shared.profiles.profile import Baseline, DatasetProfile
from shared.profiles.report import render
from shared.profiles.validation import validation
from shared.profiles.whole_profile import scenario_statistics

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.profiles.ports import ProfilesPorts


def validate(ports: ProfilesPorts, dataset: DatasetVersion, tables: Mapping[str, pa.Table]) -> Mapping[str, Any]:
    """Write the three files beside the tables; returns the stored validation, which a repeat does not change."""
    scenario, folder = ports.core.scenarios[dataset.scenario], dataset_folder(dataset.scenario, dataset.id)
    baseline, raised = _baseline(ports, scenario.name)
    known = {} if baseline is None else baseline.profile.tables
    described = {name: ports.profiles.profiler.describe(table, known.get(name)) for name, table in tables.items()}
    statistics = scenario_statistics(scenario, tables)
    words = {} if scenario.words is None else scenario.words(tables)
    profile = DatasetProfile({name: table.profile for name, table in described.items()}, statistics, words)
    _put(ports, f"{folder}profile.json", profile.to_json())
    validated = validation(scenario, described, statistics, baseline, raised)
    stored = _put(ports, f"{folder}validation.json", validated)
    facts = {
        "scenario": scenario.name,
        "title": scenario.title,
        "dataset": dataset.id,
        "rows": dataset.rows,
        "sources": list(dataset.sources),
        "profile": profile.to_json(),
        "validation": stored,
        "baseline": None if baseline is None else baseline.to_json(),
        "history": [*_before(ports, dataset), history_record(dataset, profile, stored)],
    }
    ports.core.lake.put(f"{folder}report.html", render(facts))
    return stored


def summarise(validation: Mapping[str, Any]) -> str:
    """The validation in one sentence."""
    codes = Counter(warning["code"] for warning in validation["warnings"])
    if not codes:
        return "Validation found nothing unusual."
    kinds = ", ".join(code if count == 1 else f"{count} times {code}" for code, count in codes.items())
    return f"Validation raised {counted(codes.total(), 'warning')}: {kinds}."


def _baseline(ports: ProfilesPorts, scenario: str) -> tuple[Baseline | None, Sequence[ValidationWarning]]:
    """The baseline, or None and the warning that says why nothing is compared."""
    try:
        baseline = read_baseline(ports, scenario)
    except Corrupt as fault:
        return None, [ValidationWarning("broken_baseline", f"Nothing was compared: {fault.reason}")]
    if baseline is not None:
        return baseline, ()
    sentence = (
        f"There is no baseline for {scenario} yet, so nothing was compared; "
        f"accept one with: mlops baseline accept {scenario} DATASET --by WHO --reason WHY"
    )
    return None, [ValidationWarning("no_baseline", sentence)]


def _before(ports: ProfilesPorts, dataset: DatasetVersion) -> list[Mapping[str, Any]]:
    return [record for record in read_history(ports, dataset.scenario) if record["dataset"] != dataset.id]


def _put(ports: ProfilesPorts, path: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Store the value unless there is one already; returns the stored value."""
    _, written = ports.core.lake.put(path, (json.dumps(value, indent=1, sort_keys=True) + "\n").encode())
    return value if written else read_json(ports, path)
