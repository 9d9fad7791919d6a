"""Lineage as JSON values, for the command and the route alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from shared.core.plain_json import plain
from shared.operations.lineage import Impact, Trace
from shared.operations.tracing import event_facts
from shared.prediction.revision import ScoredWindow
from shared.release.verdict import Verdict


def _gate(verdict: Verdict) -> Mapping[str, Any]:
    return {"passed": verdict.passed, "verdict": verdict.state, **plain(verdict)}


def trace_json(trace: Trace) -> Mapping[str, Any]:
    """The trace as JSON values."""
    return {
        "scenario": trace.scenario,
        "prediction": plain(trace.prediction),
        "window": _window(trace.window),
        "deployment": plain(trace.deployment),
        "model": plain(trace.model),
        "gate": None if trace.gate is None else _gate(trace.gate),
        "run": plain(trace.run),
        "dataset": plain(trace.dataset),
        "events": [plain(event_facts(entry)) for entry in trace.events],
        "erased": plain(trace.erased),
    }


def impact_json(impact: Impact) -> Mapping[str, Any]:
    """The impact as JSON values; a window's predictions are the ids from `first_id` to `last_id`."""
    return {
        "kind": impact.kind,
        "target": impact.target,
        "predictions": impact.predictions,
        "datasets": plain(impact.datasets),
        "runs": plain(impact.runs),
        "models": plain(impact.models),
        "windows": [_window(window) for window in impact.windows],
        "events": [plain(event_facts(entry)) for entry in impact.events],
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
        "unknown_values": window.commit.unknown_values,
        "far_values": window.commit.far_values,
        "rejected_rows": window.commit.rejected_rows,
        "ignored_columns": window.commit.ignored_columns,
        "first_id": window.first_id,
        "last_id": window.last_id,
        "path": window.commit.path,
        "sha256": window.commit.sha256,
        "plan_sha256": window.commit.plan_sha256,
        "inputs": list(window.revision.inputs),
    }
