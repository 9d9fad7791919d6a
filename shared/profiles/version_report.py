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
from shared.profiles.baseline import find_baseline, offer, offered_baseline, read_baseline
from shared.profiles.column_warnings import ValidationWarning
from shared.profiles.history import history_record, read_history
from shared.profiles.profile import SCHEMA, Baseline, DatasetProfile
from shared.profiles.report import render
from shared.profiles.validation import validation
from shared.profiles.whole_profile import scenario_figures

if TYPE_CHECKING:
    from shared.datasets.rows import Rows
    from shared.profiles.ports import ProfilesPorts

BASELINE, VERDICTS = "baseline.json", "verdicts.json"


def validate(ports: ProfilesPorts, dataset: DatasetVersion, tables: Mapping[str, Rows]) -> Mapping[str, Any]:
    """Write the three files beside the tables; returns the stored validation, which a repeat does not change."""
    scenario, folder = ports.core.scenarios[dataset.scenario], dataset_folder(dataset.scenario, dataset.id)
    baseline, raised = _baseline(ports, dataset)
    known = {} if baseline is None else baseline.profile.tables
    described = {name: ports.profiles.profiler.describe(table, known.get(name)) for name, table in tables.items()}
    statistics, words = scenario_figures(scenario, tables)
    profile = DatasetProfile({name: table.profile for name, table in described.items()}, statistics, words)
    _put(ports, f"{folder}profile.json", profile.to_json())
    offered = None if baseline is not None else offered_baseline(ports, scenario.name) or dataset.id
    validated = validation(scenario, described, statistics, baseline, raised) | {"offered_baseline": offered}
    stored = _put(ports, f"{folder}validation.json", validated)
    _render(ports, dataset, profile, stored, baseline=baseline)
    return stored


def add_verdicts(ports: ProfilesPorts, dataset: DatasetVersion, verdicts: Sequence[Mapping[str, Any]]) -> None:
    """Write `verdicts.json`, how train and test compare with the baseline, and the report again with them."""
    folder = dataset_folder(dataset.scenario, dataset.id)
    if not verdicts or ports.core.lake.stat(f"{folder}validation.json") is None:
        return
    ports.core.lake.put(f"{folder}{VERDICTS}", _json({"verdicts": verdicts}), if_absent=False)
    profile, validated = read_json(ports, f"{folder}profile.json"), read_json(ports, f"{folder}validation.json")
    if profile.get("schema") != SCHEMA:
        return
    judged = validated["baseline"]
    baseline = None if judged is None else find_baseline(ports, dataset.scenario, judged["number"])
    _render(ports, dataset, DatasetProfile.from_json(profile), validated, baseline=baseline, verdicts=verdicts)


def keep_baseline(ports: ProfilesPorts, dataset: DatasetVersion) -> None:
    """Put the baseline beside the version, where its training finds it; nothing when there is none to compare with."""
    path = f"{dataset_folder(dataset.scenario, dataset.id)}{BASELINE}"
    baseline, _ = _baseline(ports, dataset)
    if baseline is not None:
        ports.core.lake.put(path, _json(baseline.to_json()), if_absent=False)


def _render(
    ports: ProfilesPorts,
    dataset: DatasetVersion,
    profile: DatasetProfile,
    validated: Mapping[str, Any],
    *,
    baseline: Baseline | None,
    verdicts: Sequence[Mapping[str, Any]] = (),
) -> None:
    facts = {
        "scenario": dataset.scenario,
        "title": ports.core.scenarios[dataset.scenario].title,
        "dataset": dataset.id,
        "rows": dataset.rows,
        "sources": list(dataset.sources),
        "profile": profile.to_json(),
        "validation": validated,
        "baseline": None if baseline is None else baseline.to_json(),
        "verdicts": verdicts,
        "history": [*_before(ports, dataset), history_record(dataset, profile, validated)],
    }
    path = f"{dataset_folder(dataset.scenario, dataset.id)}report.html"
    ports.core.lake.put(path, render(facts), if_absent=not verdicts)


def summarise(validation: Mapping[str, Any]) -> str:
    """The validation in one sentence."""
    codes = Counter(warning["code"] for warning in validation["warnings"])
    if not codes:
        return "Validation found nothing unusual."
    kinds = ", ".join(code if count == 1 else f"{count} times {code}" for code, count in codes.items())
    return f"Validation raised {counted(codes.total(), 'warning')}: {kinds}."


def _baseline(ports: ProfilesPorts, dataset: DatasetVersion) -> tuple[Baseline | None, Sequence[ValidationWarning]]:
    """The baseline, or None and the warning that says why nothing is compared."""
    try:
        baseline = read_baseline(ports, dataset.scenario)
    except Corrupt as fault:
        return None, [ValidationWarning("broken_baseline", f"Nothing was compared: {fault.reason}")]
    if baseline is not None:
        return baseline, ()
    sentence = (
        f"There is no baseline for {dataset.scenario} yet, so nothing was compared; "
        f"{offer(dataset.scenario, offered_baseline(ports, dataset.scenario) or dataset.id)}"
    )
    return None, [ValidationWarning("no_baseline", sentence)]


def _before(ports: ProfilesPorts, dataset: DatasetVersion) -> list[Mapping[str, Any]]:
    return [record for record in read_history(ports, dataset.scenario) if record["dataset"] != dataset.id]


def _put(ports: ProfilesPorts, path: str, value: Mapping[str, Any]) -> Mapping[str, Any]:
    """Store the value unless there is one already; returns the stored value."""
    _, written = ports.core.lake.put(path, _json(value))
    return value if written else read_json(ports, path)


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()
