"""Lineage as JSON values, for the command and the route alike."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, is_dataclass
from datetime import datetime
from typing import Any

from shared.operations.lineage import Impact, Trace
from shared.operations.tracing import told_event
from shared.prediction.revision import Scored


def trace_value(found: Trace) -> Mapping[str, Any]:
    """Everything a trace found."""
    return {
        "scenario": found.scenario,
        "prediction": _plain(found.prediction),
        "window": _window(found.window),
        "deployment": _plain(found.deployment),
        "model": _plain(found.model),
        "gate": None if found.gate is None else {"passed": found.gate.passed, **_plain(found.gate)},
        "run": _plain(found.run),
        "dataset": _plain(found.dataset),
        "events": [_plain(told_event(entry)) for entry in found.events],
    }


def impact_value(found: Impact) -> Mapping[str, Any]:
    """Everything that was touched; a window's predictions are the ids from `first_id` to `last_id`."""
    return {
        "kind": found.kind,
        "target": found.target,
        "predictions": found.predictions,
        "datasets": _plain(found.datasets),
        "runs": _plain(found.runs),
        "models": _plain(found.models),
        "windows": [_window(window) for window in found.windows],
        "events": [_plain(told_event(entry)) for entry in found.events],
    }


def _window(window: Scored) -> Mapping[str, Any]:
    return {
        "id": window.commit.window,
        "base": window.revision.base,
        "version": window.revision.number,
        "ordinal": window.commit.ordinal,
        "created_at": _plain(window.created_at),
        "committed_at": _plain(window.revision.committed_at),
        "superseded_at": _plain(window.superseded_at),
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


def _plain(value: Any) -> Any:
    """Records and times as JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        return _plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value
