"""`mlops monitor`, `actuals` and `scorecard`: drift, quality, late labels, and the gain of promotions."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from local.console.drop_files import drop_name, land
from local.console.options import Json, ScenarioName
from local.console.output import as_json, out, show
from local.console.session import Session
from shared.alerts.delivery import publish_and_alert
from shared.core.claims import once
from shared.core.drops import blob_key
from shared.core.errors import BadInput, Fault, Missing
from shared.core.ledger import Kind, Outcome
from shared.core.paths import Landing
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.intake.scored_labels import land_scored_labels
from shared.monitoring.actual_labels import labels_table
from shared.monitoring.late_labels import ingest_actuals
from shared.monitoring.monitor import MonitoringRound, measure_again, monitor
from shared.monitoring.scorecards import compute_scorecards
from shared.ports import Ports

_REFUSED, _FAILED = 3, 4
Some = Annotated[str | None, typer.Argument(help="A scenario; all by default.")]
_DRIFT = ("window", "feature", "metric", "reference", "value", "critical", "verdict")
_CARD = (
    "scenario",
    "generation",
    "model",
    "predicted gain",
    "realised gain",
    "hours to production",
    "cost",
    "late timers",
)


def run(
    scenario: Some = None,
    window: Annotated[str | None, typer.Option(help="Monitor this window again.")] = None,
    json: Json = False,
) -> None:
    """Monitor every new window, compute quality, and decide about retraining."""
    session = Session()
    names = [name] if (name := session.named(scenario)) else sorted(session.ports.core.scenarios)
    if window is not None:
        if scenario is None:
            raise BadInput("A window belongs to a scenario; accepted: mlops monitor run SCENARIO --window WINDOW.")
        _print_window(window, measure_again(session.ports, scenario, window), json)
        return
    reports = [monitor(session.ports, name) for name in names]
    publish_and_alert(session.ports)
    if json:
        as_json({"watched": reports})
    for report in [] if json else reports:
        _print_round(report)


def _print_window(window: str, outcome: Outcome, json: bool) -> None:
    if json:
        as_json({"window": window, "state": outcome.state, "reason": outcome.reason, **outcome.detail})
    else:
        out.print(f"window {window}: {outcome.reason}", markup=False, soft_wrap=True)


def _print_round(done: MonitoringRound) -> None:
    decisions = " ".join(done.decisions) or "There is no new decision about retraining."
    windows, measured = counted(len(done.windows), "window"), counted(done.stated, "window")
    sentence = f"{done.scenario}: {windows} monitored, quality computed for {measured}. {decisions}"
    out.print(sentence, markup=False, soft_wrap=True)


def show_monitor(
    scenario: ScenarioName,
    window: Annotated[str | None, typer.Option(help="Only this window.")] = None,
    json: Json = False,
) -> None:
    """Show drift, quality, breaches and retraining decisions of a scenario."""
    session = Session()
    session.scenario(scenario)
    stores = session.ports.monitoring
    records = {
        "windows": [record for record in stores.measurements.windows(scenario) if window in (None, record.window)],
        "drift": stores.measurements.drift(scenario, window),
        "quality": [record for record in stores.qualities.latest(scenario) if window in (None, record.window)],
        "breaches": stores.breaches.list(scenario),
        "decisions": stores.decisions.list(scenario),
    }
    if window is not None and not (records["windows"] or records["drift"] or records["quality"]):
        raise Missing(
            f"Nothing was measured for a window {window[:80]!r} of {scenario}; see mlops monitor show {scenario}."
        )
    if json:
        as_json(records)
        return
    _tables(records)


def _tables(records: dict[str, Any]) -> None:
    drifted = [record for record in records["drift"] if record.verdict in ("once", "persistent")]
    rows: list[tuple[Any, ...]] = [
        (
            record.window,
            record.feature,
            record.metric,
            record.reference,
            _short(record.value),
            _short(record.critical),
            record.verdict,
        )
        for record in drifted
    ]
    show(json_output=False, value=None, title="Drift", columns=_DRIFT, rows=rows)
    for window in records["windows"]:
        found = [record for record in records["drift"] if record.window == window.window]
        if found and all(record.verdict == "incomparable" for record in found):
            out.print(f"window {window.window}: {found[0].reason}", markup=False, soft_wrap=True)
    rows = [
        (
            record.window,
            record.metric,
            _short(record.value),
            f"{record.coverage:.0%}",
            record.state,
            record.verdict,
            record.revision,
        )
        for record in records["quality"]
    ]
    columns: tuple[str, ...] = ("window", "metric", "value", "labelled", "state", "verdict", "revision")
    show(json_output=False, value=None, title="Quality", columns=columns, rows=rows)
    rows = [
        (record.first_seen, record.cause, record.column, record.state, record.action, record.sentence)
        for record in records["breaches"]
    ]
    columns = ("first seen", "cause", "column", "state", "action", "what")
    show(json_output=False, value=None, title="Breaches", columns=columns, rows=rows)
    rows = [(record.at, record.reason, record.decided, record.sentence) for record in records["decisions"]]
    show(json_output=False, value=None, title="Retraining", columns=("at", "reason", "decided", "why"), rows=rows)


def actuals(
    scenario: ScenarioName,
    file: Annotated[
        Path | None, typer.Argument(help="Labels as CSV or Parquet: the key and the actual values.")
    ] = None,
    window: Annotated[
        str | None, typer.Option(help="Take the labels that lie in the scored files of this window instead.")
    ] = None,
    drop: Annotated[str | None, typer.Option("--drop", help="The drop's name; the same name is the same drop.")] = None,
    json: Json = False,
) -> None:
    """Land late labels, and compute quality again at once."""
    session = Session()
    declared = session.scenario(scenario)
    where = _land_labels(session.ports, declared, file, window, drop)
    blob = session.ports.core.lake.stat(f"{where.folder}{where.file}")
    outcome = _take_actuals(session.ports, where, blob_key(blob)) if blob else Outcome("gone", "The file is gone.")
    publish_and_alert(session.ports)
    if json:
        as_json({"state": outcome.state, "reason": outcome.reason, **outcome.detail})
    else:
        out.print(f"{scenario}: {outcome.state}. {outcome.reason}", markup=False, soft_wrap=True)
    raise typer.Exit({"done": 0, "quarantined": _REFUSED}.get(outcome.state, _FAILED))


def _land_labels(ports: Ports, scenario: Scenario, file: Path | None, window: str | None, drop: str | None) -> Landing:
    if (file is None) == (window is None):
        raise BadInput("Labels come from a file or from a window's scored files; accepted: FILE, or --window WINDOW.")
    if file is None:
        return land_scored_labels(ports, scenario, window or "")
    if not file.is_file():
        raise BadInput(f"There is no file {file}; accepted: a CSV or Parquet file of labels.")
    table, name = labels_table(scenario), drop_name(drop, [file])
    (blob,) = land(ports, "actuals", scenario, name, {table.name: [file]})
    return Landing("actuals", scenario, name, blob.name)


def _take_actuals(ports: Ports, where: Landing, key: str) -> Outcome:
    try:
        return once(ports, Kind.BLOB, key, "", lambda: ingest_actuals(ports, where)).outcome
    except Fault as fault:
        return Outcome(fault.state, fault.reason)


def scorecard(scenario: Some = None, json: Json = False) -> None:
    """Show of each promotion: predicted and realised gain, hours from data to production, seconds and cost by stage."""
    session = Session()
    names = [name] if (name := session.named(scenario)) else sorted(session.ports.core.scenarios)
    cards = [card for name in names for card in compute_scorecards(session.ports, session.ports.core.scenarios[name])]
    rows = [
        (
            card.scenario,
            card.generation,
            card.model,
            _short(card.predicted_gain),
            _short(card.realised_gain),
            _short(card.hours_to_production),
            _short(sum(card.cost.values())),
            sum(timer["late"] for timer in card.timers.values()),
        )
        for card in cards
    ]
    show(json_output=json, value=cards, title="Scorecard", columns=_CARD, rows=rows)


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
