"""Lineage: where a prediction comes from, and what a blob, dataset or model touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.text import Text
from rich.tree import Tree

from local.console.options import Json
from local.console.output import as_json, out
from local.console.session import Session
from shared.operations import tracing as lineage
from shared.operations.lineage import Impact, Trace
from shared.operations.trace_view import impact_value, trace_value
from shared.prediction.revision import ScoredWindow

_SHOWN = 20
_SHORT = 12


def register(app: typer.Typer) -> None:
    """Add the verbs to the command."""
    app.command()(trace)
    app.command()(impact)


def trace(
    prediction: Annotated[int, typer.Argument(help="The prediction_id of a row.")],
    scenario: Annotated[str | None, typer.Option(help="The scenario, when several have that id.")] = None,
    json: Json = False,
) -> None:
    """Where a prediction comes from: row, window, model, gate, run, dataset, blobs with ETags, events."""
    session = Session()
    found = lineage.trace(session.ports, prediction, session.named(scenario))
    if json:
        as_json(trace_value(found))
    else:
        out.print(_trace_tree(found), soft_wrap=True)


def impact(
    target: Annotated[str, typer.Argument(help="A blob (path or path@etag), a dataset id, or model:version.")],
    json: Json = False,
) -> None:
    """What a blob, dataset version or model touched: datasets, models, windows and their predictions."""
    found = lineage.impact(Session().ports, target)
    if json:
        as_json(impact_value(found))
    else:
        out.print(_impact_tree(found), soft_wrap=True)


def _trace_tree(found: Trace) -> Tree:
    row, commit = found.prediction, found.window.commit
    answer = f"{row['entity_key']} → {row['prediction']} (probability {_share(row['probability'])})"
    top = Tree(_line(f"prediction {row['prediction_id']} of {found.scenario}", answer))
    window = top.add(_window_line(found.window))
    for key in found.window.revision.inputs:
        window.add(_line("blob", key))
    model = top.add(_line(f"model {commit.model}", f"sha256 {commit.model_sha256[:_SHORT]}, {_served(found)}"))
    if found.gate is not None:
        gate = model.add(_line(f"gate {'passed' if found.gate.passed else 'failed'}", found.gate.reason))
        for check in found.gate.checks:
            gate.add(_line(f"{check.name} {check.verdict}", check.reason))
    run = model.add(_line(f"run {commit.run}", "" if found.run is None else f"{found.run.state}. {found.run.reason}"))
    dataset = run.add(_line(f"dataset {commit.dataset}", "" if found.dataset is None else f"{found.dataset.rows} rows"))
    for source in () if found.dataset is None else found.dataset.sources:
        dataset.add(_line("blob", source))
    _add_events(top, found.events)
    return top


def _impact_tree(found: Impact) -> Tree:
    told = f"{len(found.models)} model(s), {len(found.windows)} window(s), {found.predictions} prediction(s)"
    top = Tree(_line(f"{found.kind} {found.target}", told))
    for dataset in found.datasets:
        top.add(_line(f"dataset {dataset.id} of {dataset.scenario}", f"{dataset.rows} rows"))
    for run in found.runs:
        top.add(_line(f"run {run.id}", f"{run.state}. {run.reason}"))
    for model in found.models:
        top.add(_line(f"model {model.id}", f"{model.state}, sha256 {model.sha256[:_SHORT]}"))
    for window in found.windows[:_SHOWN]:
        top.add(_window_line(window))
    if len(found.windows) > _SHOWN:
        top.add(_line(f"and {len(found.windows) - _SHOWN} more windows", "--json lists them all"))
    _add_events(top, found.events)
    return top


def _window_line(window: ScoredWindow) -> Text:
    commit = window.commit
    version = f"version {window.revision.number}"
    ended = f", replaced {window.superseded_at:%Y-%m-%d %H:%M:%S}" if window.superseded_at else ""
    ids = f", ids {window.first_id} to {window.last_id}" if window.first_id is not None else ""
    told = f"{version} of {window.revision.base}, {commit.rows} rows by {commit.model}{ids}"
    return _line(f"window {commit.window}", f"{told}, true {window.revision.committed_at:%Y-%m-%d %H:%M:%S}{ended}")


def _served(found: Trace) -> str:
    if found.deployment is None:
        return "named by hand"
    return f"generation {found.deployment.generation} by {found.deployment.by}"


def _add_events(top: Tree, events: Sequence[Any]) -> None:
    branch = top.add(_line("events", f"{len(events)} of the ledger"))
    for entry in events[:_SHOWN]:
        told = lineage.told_event(entry)
        cause = f" ({told['event_type']} {told['event_id']})" if told["event_id"] else ""
        branch.add(_line(f"{entry.at:%Y-%m-%d %H:%M:%S} {entry.kind} {entry.state}", f"{entry.key}{cause}"))
    if len(events) > _SHOWN:
        branch.add(_line(f"and {len(events) - _SHOWN} more", "--json lists them all"))


def _share(value: Any) -> str:
    return "none" if value is None else f"{value:.3f}"


def _line(head: str, told: str) -> Text:
    """Names from outside stay text: no markup is read in them."""
    return Text.assemble((head, "bold"), f"  {told}" if told else "")
