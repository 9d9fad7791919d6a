"""The page of datasets: versions, the validation of one, and its statistics over time beside the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import Corrupt, Missing
from shared.core.lake_reading import read_json
from shared.core.paths import dataset_folder
from shared.core.plain_json import plain
from shared.core.scenario import Scenario
from shared.datasets.version import DatasetVersion
from shared.operations.views.query import ViewQuery
from shared.profiles.baseline import offered_baseline, read_baseline
from shared.profiles.history import read_history, time_series_values
from shared.profiles.version_report import VERDICTS

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_SHOWN = 50


def datasets(ports: OperationsPorts, query: ViewQuery) -> Mapping[str, Any]:
    """The newest versions, one of them in detail, and its statistics over time."""
    scenario = query.scenario(ports)
    versions = list(ports.datasets.versions.list(scenario.name))
    chosen = _chosen(versions, scenario, query.text("dataset"))
    baseline, problem = _baseline(ports, scenario.name)
    value = {
        "scenario": scenario.name,
        "title": scenario.title,
        "versions": [_version(version) for version in versions[: -_SHOWN - 1 : -1]],
        "total": len(versions),
        "baseline": baseline,
        "baseline_problem": problem,
        "offered_baseline": offered_baseline(ports, scenario.name) or None,
        "band": scenario.band,
        "time": scenario.time or None,
        # Their statistics say nothing: they name rows, or go on with the time.
        "named": sorted({*scenario.entity, *filter(None, [scenario.time]), *_naming(scenario)}),
        "history": _history(ports, scenario.name, versions),
        "dataset": _detail(ports, chosen) if chosen else None,
    }
    return dict(plain(value))


def _naming(scenario: Scenario) -> set[str]:
    return {name for table in scenario.tables for name in table.naming}


def _chosen(versions: Sequence[DatasetVersion], scenario: Scenario, dataset: str) -> DatasetVersion | None:
    if not dataset:
        return versions[-1] if versions else None
    for version in versions:
        if version.id == dataset:
            return version
    raise Missing(f"{scenario.name} has no dataset {dataset[:200]}; the page of datasets lists its versions.")


def _version(version: DatasetVersion) -> Mapping[str, Any]:
    return {
        "id": version.id,
        "digest": version.digest,
        "rows": version.rows,
        "at": version.created_at,
        "sources": version.sources,
        "tables": [
            {"name": table.name, "rows": table.rows, "replaced": table.replaced, "parts": len(table.parts)}
            for table in version.tables
        ],
    }


def _baseline(ports: OperationsPorts, name: str) -> tuple[Mapping[str, Any] | None, str]:
    try:
        baseline = read_baseline(ports, name)
    except Corrupt as fault:
        return None, fault.reason
    if baseline is None:
        return None, ""
    head = {key: value for key, value in baseline.head.items() if key != "scenario"}
    return {**head, **time_series_values(baseline.profile)}, ""


def _history(ports: OperationsPorts, name: str, versions: Sequence[DatasetVersion]) -> list[Mapping[str, Any]]:
    """The records in the order in which their versions were registered: ids of one second have no order."""
    order = {version.id: number for number, version in enumerate(versions)}
    records = sorted(read_history(ports, name), key=lambda record: order.get(record["dataset"], -1))
    shown = ("dataset", "rows", "warnings", "statistics", "tables")
    return [{key: record.get(key) for key in shown} for record in records]


def _detail(ports: OperationsPorts, version: DatasetVersion) -> Mapping[str, Any]:
    folder = dataset_folder(version.scenario, version.id)
    return {
        **_version(version),
        **_validation(ports, folder),
        "verdicts": _verdicts(ports, folder),
        "report": ports.core.lake.stat(f"{folder}report.html") is not None,
        "runs": ports.training.runs.list(version.scenario, dataset=version.id),
        "models": [
            {"id": model.id, "version": model.version, "state": model.state}
            for model in ports.training.registry.list(version.scenario)
            if model.dataset == version.id
        ],
    }


def _validation(ports: OperationsPorts, folder: str) -> Mapping[str, Any]:
    if ports.core.lake.stat(f"{folder}validation.json") is None:
        return {"judged_by": None, "warnings": [], "drift": []}
    validation = read_json(ports, f"{folder}validation.json")
    columns = [
        {"table": table, "column": name, **_drift(column)}
        for table, names in validation["drift"].items()
        for name, column in names.items()
    ]
    return {"judged_by": validation["baseline"], "warnings": validation["warnings"], "drift": columns}


def _verdicts(ports: OperationsPorts, folder: str) -> Any:
    """How train and test compare with the baseline; nothing before a training."""
    path = f"{folder}{VERDICTS}"
    return [] if ports.core.lake.stat(path) is None else read_json(ports, path)["verdicts"]


def _drift(column: Mapping[str, Any]) -> Mapping[str, Any]:
    """The distances of a column, without the counts behind them."""
    shown = ("name", "value", "critical", "drifted")
    return {
        "drifted": column["drifted"],
        "reason": column["reason"],
        "new": column.get("new", []),
        "distances": [{key: distance[key] for key in shown} for distance in column["distances"]],
    }
