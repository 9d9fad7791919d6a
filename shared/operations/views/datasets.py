"""Dataset versions, what each looked like, and how its statistics moved against the baseline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import Corrupt, Missing
from shared.core.lake_reading import read_json
from shared.core.paths import dataset_folder
from shared.core.plain_json import plain
from shared.core.scenario import Scenario
from shared.datasets.version import DatasetVersion
from shared.operations.views.asked import Asked
from shared.profiles.baseline import read_baseline
from shared.profiles.history import read_history, time_series_values

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_SHOWN = 50


def datasets(ports: OperationsPorts, asked: Asked) -> Mapping[str, Any]:
    """The newest versions, one of them in detail, and every drawn statistic over time."""
    scenario = asked.scenario(ports)
    versions = list(ports.datasets.versions.list(scenario.name))
    chosen = _chosen(versions, scenario, asked.text("dataset"))
    baseline, problem = _baseline(ports, scenario.name)
    value = {
        "scenario": scenario.name,
        "title": scenario.title,
        "versions": [_version(one) for one in versions[: -_SHOWN - 1 : -1]],
        "total": len(versions),
        "baseline": baseline,
        "baseline_problem": problem,
        "band": scenario.band,
        "history": _history(ports, scenario.name, versions),
        "dataset": _detail(ports, chosen) if chosen else None,
    }
    return dict(plain(value))


def _chosen(versions: Sequence[DatasetVersion], scenario: Scenario, asked: str) -> DatasetVersion | None:
    if not asked:
        return versions[-1] if versions else None
    for version in versions:
        if version.id == asked:
            return version
    raise Missing(f"{scenario.name} has no dataset {asked[:200]}; the page of datasets lists those there are.")


def _version(one: DatasetVersion) -> Mapping[str, Any]:
    return {
        "id": one.id,
        "digest": one.digest,
        "rows": one.rows,
        "at": one.created_at,
        "sources": one.sources,
        "tables": [{"name": table.name, "rows": table.rows, "sha256": table.sha256} for table in one.tables],
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
    place = {version.id: number for number, version in enumerate(versions)}
    records = sorted(read_history(ports, name), key=lambda one: place.get(one["dataset"], -1))
    return [{key: one.get(key) for key in ("dataset", "rows", "warnings", "statistics", "tables")} for one in records]


def _detail(ports: OperationsPorts, version: DatasetVersion) -> Mapping[str, Any]:
    folder = dataset_folder(version.scenario, version.id)
    return {
        **_version(version),
        **_validation(ports, folder),
        "report": ports.core.lake.stat(f"{folder}report.html") is not None,
        "runs": [run for run in ports.training.runs.list(version.scenario) if run.dataset == version.id],
        "models": [
            {"id": model.id, "version": model.version, "state": model.state}
            for model in ports.training.registry.list(version.scenario)
            if model.dataset == version.id
        ],
    }


def _validation(ports: OperationsPorts, folder: str) -> Mapping[str, Any]:
    if ports.core.lake.stat(f"{folder}validation.json") is None:
        return {"judged_by": None, "warnings": [], "drift": []}
    told = read_json(ports, f"{folder}validation.json")
    columns = [
        {"table": table, "column": name, **_moved(column)}
        for table, names in told["drift"].items()
        for name, column in names.items()
    ]
    return {"judged_by": told["baseline"], "warnings": told["warnings"], "drift": columns}


def _moved(column: Mapping[str, Any]) -> Mapping[str, Any]:
    """The distances of a column, without the counts behind them."""
    shown = ("name", "value", "critical", "drifted")
    return {
        "drifted": column["drifted"],
        "reason": column["reason"],
        "new": column.get("new", []),
        "distances": [{key: one[key] for key in shown} for one in column["distances"]],
    }
