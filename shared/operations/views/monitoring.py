"""How far data, answers and quality have moved, what was made of it, and what was decided about training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput
from shared.core.lake_reading import read_json
from shared.core.paths import dataset_folder
from shared.core.plain_json import plain
from shared.datasets.version import DatasetVersion
from shared.monitoring.measures import DriftMeasure, RetrainDecision, Scorecard
from shared.operations.views.asked import Asked

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_SHOWN = 24
_LISTED = 40
_REFERENCES = ("training", "baseline", "holdout", "earlier")
# The worst of a feature's distances decides its cell.
_WORST = ("persistent", "once", "stable", "incomparable")


def monitoring(ports: OperationsPorts, asked: Asked) -> Mapping[str, Any]:
    """Drift by feature and window or dataset, quality with its coverage, breaches, decisions and scorecards."""
    scenario = asked.scenario(ports)
    name, stores = scenario.name, ports.monitoring
    versions = ports.datasets.versions.list(name)[-_SHOWN:]
    breaches = sorted(stores.breaches.list(name), key=lambda one: one.last_seen, reverse=True)
    value = {
        "scenario": name,
        "title": scenario.title,
        "metric": scenario.monitoring.metric or scenario.metric,
        "policy": {
            "k": scenario.monitoring.k,
            "n": scenario.monitoring.n,
            "coverage": scenario.monitoring.min_coverage,
        },
        "windows": _windows(ports, name, asked.text("reference")),
        "quality": list(stores.qualities.latest(name))[-2 * _LISTED :],
        "breaches": sorted(breaches[:_LISTED], key=lambda one: one.state != "open"),
        "decisions": [_decision(one) for one in list(stores.decisions.list(name))[: -_LISTED - 1 : -1]],
        "scorecards": [_scorecard(one) for one in list(stores.scorecards.list(name))[: -_LISTED - 1 : -1]],
        "timers": stores.scorecards.heartbeats(),
        "datasets": {
            "columns": [{"id": one.id, "at": one.created_at, "rows": one.rows} for one in versions],
            "cells": [cell for one in versions for cell in _dataset_cells(ports, one)],
        },
    }
    return dict(plain(value))


def _windows(ports: OperationsPorts, name: str, wanted: str) -> Mapping[str, Any]:
    if wanted and wanted not in _REFERENCES:
        raise BadInput(f"Parameter reference is {wanted[:40]!r}; accepted: {', '.join(_REFERENCES)}.")
    watched = list(ports.monitoring.measurements.windows(name))[-_SHOWN:]
    measures = [one for each in watched for one in ports.monitoring.measurements.drift(name, each.window)]
    found = [reference for reference in _REFERENCES if any(one.reference == reference for one in measures)]
    reference = wanted or (found[0] if found else "")
    return {
        "references": found,
        "reference": reference,
        "columns": [
            {"id": one.window, "at": one.measured_at, "rows": one.rows, "source": one.source, "model": one.model,
             "repeated": one.repeated_rows, "reason": one.reason}
            for one in watched
        ],
        "cells": list(_window_cells(one for one in measures if one.reference == reference)),
    }  # fmt: skip


def _window_cells(measures: Iterable[DriftMeasure]) -> Iterator[Mapping[str, Any]]:
    groups: dict[tuple[str, str], list[DriftMeasure]] = {}
    for one in measures:
        groups.setdefault((one.window, one.feature), []).append(one)
    for (window, feature), group in groups.items():
        verdict = min((one.verdict for one in group), key=_WORST.index)
        most = max(group, key=lambda one: _share(one) or 0.0)
        yield {
            "at": window,
            "feature": feature,
            "share": _share(most),
            "test": most.metric,
            "value": most.value,
            "critical": most.critical,
            "verdict": verdict,
            "drifted": verdict in ("persistent", "once"),
            "reason": most.reason,
        }


def _share(one: DriftMeasure) -> float | None:
    """The distance as a multiple of what counts as drift."""
    return one.value / one.critical if one.value is not None and one.critical else None


def _decision(one: RetrainDecision) -> Mapping[str, Any]:
    return {
        "at": one.at,
        "reason": one.reason,
        "asked": one.asked,
        "decided": one.decided,
        "sentence": one.sentence,
        "dataset": one.dataset,
        "run": one.run,
    }


def _scorecard(one: Scorecard) -> Mapping[str, Any]:
    return {
        "generation": one.generation,
        "model": one.model,
        "metric": one.metric,
        "promoted_at": one.promoted_at,
        "predicted_gain": one.predicted_gain,
        "realised_gain": one.realised_gain,
        "hours_to_production": one.hours_to_production,
        "seconds": sum(one.seconds.values()),
        "cost": sum(one.cost.values()),
        "reason": one.reason,
    }


def _dataset_cells(ports: OperationsPorts, version: DatasetVersion) -> Sequence[Mapping[str, Any]]:
    """One cell a judged column: its largest distance as a multiple of what makes it a drift."""
    path = f"{dataset_folder(version.scenario, version.id)}validation.json"
    if ports.core.lake.stat(path) is None:
        return ()
    drift = read_json(ports, path)["drift"]
    return [_cell(version.id, name, one) for columns in drift.values() for name, one in columns.items()]


def _cell(dataset: str, feature: str, column: Mapping[str, Any]) -> Mapping[str, Any]:
    known = [one for one in column["distances"] if one["critical"]]
    most: Mapping[str, Any] = max(known, key=lambda one: one["value"] / one["critical"], default={})
    return {
        "at": dataset,
        "feature": feature,
        "share": most["value"] / most["critical"] if most else None,
        "test": most.get("name"),
        "value": most.get("value"),
        "critical": most.get("critical"),
        "verdict": "once" if column["drifted"] else "stable",
        "drifted": column["drifted"],
        "reason": column["reason"],
    }
