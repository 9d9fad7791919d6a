"""A dataset version is described, judged against its baseline and shown: profile.json, validation.json, report.html."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from shared.core.errors import Corrupt
from shared.core.lake_reading import read_json
from shared.core.paths import dataset_folder
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.datasets.version import DatasetVersion
from shared.profiles.baseline import read_baseline
from shared.profiles.history import history_record, read_history
from shared.profiles.profile import dataset_profile
from shared.profiles.report import render
from shared.profiles.validation import Warned, validation

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.profiles.ports import ProfilesPorts


def validate(ports: ProfilesPorts, dataset: DatasetVersion, tables: Mapping[str, pa.Table]) -> Mapping[str, Any]:
    """Write the three files beside the tables; returns the validation that stands (a repeat changes nothing)."""
    scenario, folder = ports.core.scenarios[dataset.scenario], dataset_folder(dataset.scenario, dataset.id)
    baseline = _baseline(ports, scenario.name)
    known = {} if isinstance(baseline, Warned) else baseline["profile"]["tables"]
    described = {name: ports.profiles.profiler.describe(table, known.get(name)) for name, table in tables.items()}
    statistics = scenario_statistics(scenario, tables)
    words = {} if scenario.words is None else scenario.words(tables)
    profile = dataset_profile({name: one.profile for name, one in described.items()}, statistics, words)
    _put(ports, f"{folder}profile.json", profile)
    judged = _put(ports, f"{folder}validation.json", validation(scenario, described, statistics, baseline))
    facts = {
        "scenario": scenario.name,
        "title": scenario.title,
        "dataset": dataset.id,
        "rows": dataset.rows,
        "sources": list(dataset.sources),
        "profile": profile,
        "validation": judged,
        "baseline": None if isinstance(baseline, Warned) else baseline,
        "history": [*_before(ports, dataset), history_record(dataset, profile, judged)],
    }
    ports.core.lake.put(f"{folder}report.html", render(facts))
    return judged


def scenario_statistics(scenario: Scenario, tables: Mapping[str, pa.Table]) -> Mapping[str, float | None]:
    """The scenario's own numbers by name; one that is not finite has no value."""
    if scenario.statistics is None:
        return {}
    named = {name: float(value) for name, value in scenario.statistics(tables).items()}
    return {name: value if math.isfinite(value) else None for name, value in sorted(named.items())}


def summarise(validation: Mapping[str, Any]) -> str:
    """The validation in one sentence."""
    codes = Counter(warning["code"] for warning in validation["warnings"])
    if not codes:
        return "Validation found nothing unusual."
    kinds = ", ".join(code if count == 1 else f"{count} times {code}" for code, count in codes.items())
    return f"Validation raised {counted(codes.total(), 'warning')}: {kinds}."


def _baseline(ports: ProfilesPorts, scenario: str) -> Mapping[str, Any] | Warned:
    """The baseline, or why nothing is judged."""
    try:
        baseline = read_baseline(ports, scenario)
    except Corrupt as fault:
        return Warned("broken_baseline", f"Nothing was compared: {fault.reason}")
    if baseline is not None:
        return baseline
    sentence = (
        f"There is no baseline for {scenario} yet, so nothing was compared; "
        f"accept one with: mlops baseline accept {scenario} DATASET --by WHO --reason WHY"
    )
    return Warned("no_baseline", sentence)


def _before(ports: ProfilesPorts, dataset: DatasetVersion) -> list[Mapping[str, Any]]:
    return [one for one in read_history(ports, dataset.scenario) if one["dataset"] != dataset.id]


def _put(ports: ProfilesPorts, path: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Store the value unless one stands there; returns the one that stands."""
    _, written = ports.core.lake.put(path, (json.dumps(value, indent=1, sort_keys=True) + "\n").encode())
    return value if written else read_json(ports, path)
