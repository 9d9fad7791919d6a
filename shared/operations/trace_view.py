"""Lineage as JSON values, for the command and the route alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.core.plain_json import plain
from shared.operations.lineage import Impact, Trace
from shared.operations.tracing import told_event
from shared.prediction.revision import ScoredWindow


def trace_value(found: Trace) -> Mapping[str, Any]:
    """Everything a trace found."""
    return {
        "scenario": found.scenario,
        "prediction": plain(found.prediction),
        "window": _window(found.window),
        "deployment": plain(found.deployment),
        "model": plain(found.model),
        "gate": None
        if found.gate is None
        else {"passed": found.gate.passed, "verdict": found.gate.state, **plain(found.gate)},
        "run": plain(found.run),
        "dataset": plain(found.dataset),
        "events": [plain(told_event(entry)) for entry in found.events],
    }


def impact_value(found: Impact) -> Mapping[str, Any]:
    """Everything that was touched; a window's predictions are the ids from `first_id` to `last_id`."""
    return {
        "kind": found.kind,
        "target": found.target,
        "predictions": found.predictions,
        "datasets": plain(found.datasets),
        "runs": plain(found.runs),
        "models": plain(found.models),
        "windows": [_window(window) for window in found.windows],
        "events": [plain(told_event(entry)) for entry in found.events],
    }


def _window(window: ScoredWindow) -> Mapping[str, Any]:
    return {
        "id": window.commit.window,
        "base": window.revision.base,
        "version": window.revision.number,
        "ordinal": window.commit.ordinal,
        "created_at": plain(window.created_at),
        "committed_at": plain(window.revision.committed_at),
        "superseded_at": plain(window.superseded_at),
        "generation": window.revision.generation,
        "model": window.commit.model,
        "dataset": window.commit.dataset,
        "rows": window.commit.rows,
        "failed_rows": window.commit.failed_rows,
        "first_id": window.first_id,
        "last_id": window.last_id,
        "path": window.commit.path,
        "sha256": window.commit.sha256,
        "plan_sha256": window.commit.plan_sha256,
        "inputs": list(window.revision.inputs),
    }
