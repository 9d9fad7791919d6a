"""The page of monitoring: drift, quality, breaches, decisions about training, and scorecards."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput
from shared.core.lake_reading import read_json
from shared.core.paths import dataset_folder
from shared.core.plain_json import plain
from shared.datasets.version import DatasetVersion
from shared.monitoring.measures import DriftMeasure, Scorecard
from shared.monitoring.retrain_decision import RetrainDecision
from shared.operations.views.query import ViewQuery

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts


_SHOWN = 24
_LISTED = 40
_REFERENCES = ("training", "baseline", "holdout", "earlier")
# The worst of a feature's distances decides its cell.
_WORST = ("persistent", "once", "stable", "incomparable")


def monitoring(ports: OperationsPorts, query: ViewQuery) -> Mapping[str, Any]:
    """Drift by feature and window or dataset, quality with its coverage, breaches, decisions and scorecards."""
    scenario = query.scenario(ports)
    name, stores = scenario.name, ports.monitoring
    versions = ports.datasets.versions.list(name)[-_SHOWN:]
    breaches = sorted(stores.breaches.list(name), key=lambda breach: breach.last_seen, reverse=True)
    value = {
        "scenario": name,
        "title": scenario.title,
        "metric": scenario.monitoring.metric or scenario.metric,
        "policy": {
            "k": scenario.monitoring.k,
            "n": scenario.monitoring.n,
            "coverage": scenario.monitoring.min_coverage,
        },
        "windows": _windows(ports, name, query.text("reference")),
        "quality": list(stores.qualities.latest(name))[-2 * _LISTED :],
        "breaches": sorted(breaches[:_LISTED], key=lambda breach: breach.state != "open"),
        "decisions": [_decision(decision) for decision in list(stores.decisions.list(name))[: -_LISTED - 1 : -1]],
        "scorecards": [_scorecard(card) for card in list(stores.scorecards.list(name))[: -_LISTED - 1 : -1]],
        "timers": stores.scorecards.heartbeats(),
        "datasets": {
            "columns": [{"id": version.id, "at": version.created_at, "rows": version.rows} for version in versions],
            "cells": [cell for version in versions for cell in _dataset_cells(ports, version)],
        },
    }
    return dict(plain(value))


def _windows(ports: OperationsPorts, name: str, wanted: str) -> Mapping[str, Any]:
    if wanted and wanted not in _REFERENCES:
        raise BadInput(f"Parameter reference is {wanted[:40]!r}; accepted: {', '.join(_REFERENCES)}.")
    watched = list(ports.monitoring.measurements.windows(name))[-_SHOWN:]
    measures = [measure for window in watched for measure in ports.monitoring.measurements.drift(name, window.window)]
    present = {measure.reference for measure in measures}
    references = [reference for reference in _REFERENCES if reference in present]
    reference = wanted or (references[0] if references else "")
    return {
        "references": references,
        "reference": reference,
        "columns": [
            {
                "id": window.window,
                "at": window.measured_at,
                "rows": window.rows,
                "source": window.source,
                "model": window.model,
                "repeated": window.repeated_rows,
                "reason": window.reason,
            }
            for window in watched
        ],
        "cells": list(_window_cells(measure for measure in measures if measure.reference == reference)),
    }


def _window_cells(measures: Iterable[DriftMeasure]) -> Iterator[Mapping[str, Any]]:
    groups: dict[tuple[str, str], list[DriftMeasure]] = {}
    for measure in measures:
        groups.setdefault((measure.window, measure.feature), []).append(measure)
    for (window, feature), group in groups.items():
        verdict = min((measure.verdict for measure in group), key=_WORST.index)
        most = max(group, key=lambda measure: _share(measure) or 0.0)
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


def _share(measure: DriftMeasure) -> float | None:
    """The distance as a multiple of its critical value."""
    return measure.value / measure.critical if measure.value is not None and measure.critical else None


def _decision(decision: RetrainDecision) -> Mapping[str, Any]:
    return {
        "at": decision.at,
        "reason": decision.reason,
        "asked": decision.asked,
        "decided": decision.decided,
        "sentence": decision.sentence,
        "dataset": decision.dataset,
        "run": decision.run,
    }


def _scorecard(card: Scorecard) -> Mapping[str, Any]:
    return {
        "generation": card.generation,
        "model": card.model,
        "metric": card.metric,
        "promoted_at": card.promoted_at,
        "predicted_gain": card.predicted_gain,
        "realised_gain": card.realised_gain,
        "hours_to_production": card.hours_to_production,
        "seconds": sum(card.seconds.values()),
        "cost": sum(card.cost.values()),
        "reason": card.reason,
    }


def _dataset_cells(ports: OperationsPorts, version: DatasetVersion) -> Sequence[Mapping[str, Any]]:
    """One cell per compared column: its largest distance as a multiple of its critical value."""
    path = f"{dataset_folder(version.scenario, version.id)}validation.json"
    if ports.core.lake.stat(path) is None:
        return ()
    drift = read_json(ports, path)["drift"]
    return [_cell(version.id, name, column) for columns in drift.values() for name, column in columns.items()]


def _cell(dataset: str, feature: str, column: Mapping[str, Any]) -> Mapping[str, Any]:
    known = [distance for distance in column["distances"] if distance["critical"]]
    most: Mapping[str, Any] = max(known, key=lambda distance: distance["value"] / distance["critical"], default={})
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
