"""`mlops trace` and `mlops impact`: where a prediction comes from, and what a blob, dataset or model touched."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer
from rich.text import Text
from rich.tree import Tree

from local.console.options import Json
from local.console.output import as_json, out
from local.console.session import Session
from shared.core.errors import BadInput
from shared.core.wording import counted
from shared.datasets.version import Part
from shared.operations import tracing as lineage
from shared.operations.lineage import Impact, Trace
from shared.operations.lineage_json import impact_json, trace_json
from shared.prediction.revision import ScoredWindow

_SHOWN = 20
_SHORT = 12


def trace(
    prediction: Annotated[str, typer.Argument(help="The prediction_id of a row, or scenario/prediction_id.")],
    scenario: Annotated[str | None, typer.Option(help="The scenario, when the id exists in several.")] = None,
    json: Json = False,
) -> None:
    """Show where a prediction comes from: row, window, model, gate, run, dataset, blobs with ETags, events."""
    named, number = _prediction(prediction)
    if named and scenario not in (named, None):
        raise BadInput(f"{prediction!r} names another scenario than --scenario {scenario}; accepted: one of them.")
    session = Session()
    traced = lineage.trace(session.ports, number, session.named(scenario or named))
    if json:
        as_json(trace_json(traced))
    else:
        out.print(_trace_tree(traced), soft_wrap=True)


def _prediction(text: str) -> tuple[str | None, int]:
    """The scenario, where it is named, and the number of a prediction."""
    scenario, _, number = text.rpartition("/")
    if not lineage.is_prediction_id(number):
        raise BadInput(
            f"{text!r} is no prediction; accepted: the prediction_id of a row such as 4294967296, "
            "or scenario/prediction_id."
        )
    return scenario or None, int(number)


def impact(
    target: Annotated[str, typer.Argument(help="A blob (path or path@etag), a dataset id, or model:version.")],
    json: Json = False,
) -> None:
    """Show what a blob, dataset version or model touched: datasets, models, windows and their predictions."""
    effects = lineage.impact(Session().ports, target, None if json else _SHOWN)
    if json:
        as_json(impact_json(effects))
    else:
        out.print(_impact_tree(effects), soft_wrap=True)


def _trace_tree(traced: Trace) -> Tree:
    row, commit = traced.prediction, traced.window.commit
    answer = f"{row['entity_key']} → {row['prediction']} (probability {_share(row['probability'])})"
    top = Tree(_line(f"prediction {row['prediction_id']} of {traced.scenario}", answer))
    window = top.add(_window_line(traced.window))
    for key in traced.window.revision.inputs:
        window.add(_line("blob", key))
    model = top.add(_line(f"model {commit.model}", f"sha256 {commit.model_sha256[:_SHORT]}, {_served(traced)}"))
    if traced.gate is not None:
        gate = model.add(_line(f"gate {'passed' if traced.gate.passed else 'failed'}", traced.gate.reason))
        for check in traced.gate.checks:
            gate.add(_line(f"{check.name} {check.verdict}", check.reason))
    run = model.add(
        _line(f"run {commit.run}", "" if traced.run is None else f"{traced.run.state}. {traced.run.reason}")
    )
    dataset = run.add(
        _line(f"dataset {commit.dataset}", "" if traced.dataset is None else counted(traced.dataset.rows, "row"))
    )
    _add_parts(dataset, traced)
    for record in traced.erased:
        rows = f"{counted(record.rows, 'row')} of {record.kind} {record.place}, on request {record.erasure}"
        top.add(_line("erased", rows))
    _add_events(top, traced.events)
    return top


def _add_parts(branch: Tree, traced: Trace) -> None:
    """From the version to each part, the drop that brought it, and the blobs of the drop."""
    parts = (
        []
        if traced.dataset is None
        else [(table.name, part) for table in traced.dataset.tables for part in table.parts]
    )
    for table, part in parts[-_SHOWN:]:
        rows = f"{counted(part.rows, 'row')} of {_origin(part)}, sha256 {part.sha256[:_SHORT]}"
        named = branch.add(_line(f"part of {table}", rows))
        for source in part.sources:
            named.add(_line("blob", source))
    if len(parts) > _SHOWN:
        branch.add(_line(f"and {counted(len(parts) - _SHOWN, 'earlier part')}", "--json lists them all"))


def _origin(part: Part) -> str:
    if part.kind == "stream":
        return f"the stream, for the labels of drop {part.drop}"
    return f"drop {part.drop}" if part.kind == "drop" else f"{part.drop}, a scored window with its labels"


def _impact_tree(effects: Impact) -> Tree:
    counts = (len(effects.models), "model"), (effects.window_count, "window"), (effects.predictions, "prediction")
    touched = ", ".join(counted(number, noun) for number, noun in counts)
    top = Tree(_line(f"{effects.kind} {effects.target}", touched))
    for dataset in effects.datasets:
        top.add(_line(f"dataset {dataset.id} of {dataset.scenario}", counted(dataset.rows, "row")))
    for run in effects.runs:
        top.add(_line(f"run {run.id}", f"{run.state}. {run.reason}"))
    for model in effects.models:
        top.add(_line(f"model {model.id}", f"{model.state}, sha256 {model.sha256[:_SHORT]}"))
    for window in effects.windows:
        top.add(_window_line(window))
    if effects.window_count > len(effects.windows):
        top.add(
            _line(
                f"and {counted(effects.window_count - len(effects.windows), 'more window')}", "--json lists all of them"
            )
        )
    _add_events(top, effects.events)
    return top


def _window_line(window: ScoredWindow) -> Text:
    commit = window.commit
    version = f"version {window.revision.number}"
    ended = f", replaced {window.superseded_at:%Y-%m-%d %H:%M:%S}" if window.superseded_at else ""
    ids = f", ids {window.first_id} to {window.last_id}" if window.first_id is not None else ""
    scored = f"{version} of {window.revision.base}, {counted(commit.rows, 'row')} by {commit.model}{ids}"
    return _line(
        f"window {commit.window}", f"{scored}, valid since {window.revision.committed_at:%Y-%m-%d %H:%M:%S}{ended}"
    )


def _served(traced: Trace) -> str:
    if traced.deployment is None:
        return "chosen by hand"
    return f"generation {traced.deployment.generation} by {traced.deployment.by}"


def _add_events(top: Tree, events: Sequence[Any]) -> None:
    branch = top.add(_line("events", f"{len(events)} in the ledger"))
    for entry in events[:_SHOWN]:
        event = lineage.event_facts(entry)
        cause = f" ({event['event_type']} {event['event_id']})" if event["event_id"] else ""
        branch.add(_line(f"{entry.at:%Y-%m-%d %H:%M:%S} {entry.kind} {entry.state}", f"{entry.key}{cause}"))
    if len(events) > _SHOWN:
        branch.add(_line(f"and {len(events) - _SHOWN} more", "--json lists all of them"))


def _share(value: Any) -> str:
    return "none" if value is None else f"{value:.3f}"


def _line(head: str, detail: str) -> Text:
    """A line of plain text: markup in names from outside has no effect."""
    return Text.assemble((head, "bold"), f"  {detail}" if detail else "")
