"""Watching: run it now, see what it found, bring labels, and what promotions came to."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from local.console.drop_files import drop_name, land
from local.console.options import Json, ScenarioName
from local.console.output import as_json, out, show
from local.console.session import Session
from shared.alerts.delivery import relay
from shared.core.claims import once
from shared.core.drops import blob_key
from shared.core.errors import BadInput, Fault
from shared.core.ledger import Outcome
from shared.core.paths import Landing
from shared.monitoring.actual_labels import labels_table
from shared.monitoring.late_labels import take_actuals
from shared.monitoring.monitor import Watch, monitor, watch_again
from shared.monitoring.scorecards import compute_scorecards
from shared.ports import Ports

_REFUSED, _FAILED = 3, 4
Some = Annotated[str | None, typer.Argument(help="One scenario; all by default.")]
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
    window: Annotated[str | None, typer.Option(help="Measure this window again.")] = None,
    json: Json = False,
) -> None:
    """Watch every window that was not watched yet, state quality, and ask whether to learn again."""
    session = Session()
    names = [name] if (name := session.named(scenario)) else sorted(session.ports.core.scenarios)
    if window is not None:
        if scenario is None:
            raise BadInput("A window belongs to a scenario; accepted: mlops monitor run SCENARIO --window WINDOW.")
        _say_window(window, watch_again(session.ports, scenario, window), json)
        return
    watched = [monitor(session.ports, name) for name in names]
    relay(session.ports)
    if json:
        as_json({"watched": watched})
    for one in [] if json else watched:
        _say_watch(one)


def _say_window(window: str, outcome: Outcome, json: bool) -> None:
    if json:
        as_json({"window": window, "state": outcome.state, "reason": outcome.reason, **outcome.detail})
    else:
        out.print(f"window {window}: {outcome.reason}", markup=False, soft_wrap=True)


def _say_watch(watch: Watch) -> None:
    told = " ".join(watch.decisions) or "Nothing new was decided about retraining."
    sentence = f"{watch.scenario}: {len(watch.windows)} window(s) were watched, {watch.stated} qualities stated. {told}"
    out.print(sentence, markup=False, soft_wrap=True)


def show_monitor(
    scenario: ScenarioName,
    window: Annotated[str | None, typer.Option(help="Only this window.")] = None,
    json: Json = False,
) -> None:
    """What watching has found: drift, quality, breaches, and decisions about retraining."""
    session = Session()
    session.scenario(scenario)
    stores = session.ports.monitoring
    found = {
        "windows": [one for one in stores.measurements.windows(scenario) if window in (None, one.window)],
        "drift": stores.measurements.drift(scenario, window),
        "quality": [one for one in stores.qualities.latest(scenario) if window in (None, one.window)],
        "breaches": stores.breaches.list(scenario),
        "decisions": stores.decisions.list(scenario),
    }
    if json:
        as_json(found)
        return
    _tables(found)


def _tables(found: dict[str, Any]) -> None:
    moved = [one for one in found["drift"] if one.verdict in ("once", "persistent")]
    rows: list[tuple[Any, ...]] = [
        (one.window, one.feature, one.metric, one.reference, _short(one.value), _short(one.critical), one.verdict)
        for one in moved
    ]
    show(json_output=False, value=None, title="Drift", columns=_DRIFT, rows=rows)
    rows = [
        (one.window, one.metric, _short(one.value), f"{one.coverage:.0%}", one.state, one.verdict, one.revision)
        for one in found["quality"]
    ]
    columns: tuple[str, ...] = ("window", "metric", "value", "labelled", "state", "verdict", "revision")
    show(json_output=False, value=None, title="Quality", columns=columns, rows=rows)
    rows = [(one.first_seen, one.cause, one.column, one.state, one.action, one.sentence) for one in found["breaches"]]
    columns = ("first seen", "cause", "column", "state", "action", "what")
    show(json_output=False, value=None, title="Breaches", columns=columns, rows=rows)
    rows = [(one.at, one.reason, one.decided, one.sentence) for one in found["decisions"]]
    show(json_output=False, value=None, title="Retraining", columns=("at", "reason", "decided", "why"), rows=rows)


def actuals(
    scenario: ScenarioName,
    file: Annotated[Path, typer.Argument(help="Labels: the key and the answers, as CSV or Parquet.")],
    drop: Annotated[str | None, typer.Option("--drop", help="The drop's name; same name, same drop.")] = None,
    json: Json = False,
) -> None:
    """Bring labels that came late; quality is stated again at once."""
    session = Session()
    declared = session.scenario(scenario)
    if not file.is_file():
        raise BadInput(f"There is no file {file}; accepted: a CSV or Parquet file of labels.")
    table, name = labels_table(declared), drop_name(drop, [file])
    (blob,) = land(session.ports, "actuals", declared, name, {table.name: [file]})
    where = Landing("actuals", declared, name, blob.path.rsplit("/", 1)[1])
    outcome = _taken(session.ports, where, blob_key(blob))
    relay(session.ports)
    if json:
        as_json({"state": outcome.state, "reason": outcome.reason, **outcome.detail})
    else:
        out.print(f"{scenario}: {outcome.state}. {outcome.reason}", markup=False, soft_wrap=True)
    raise typer.Exit({"done": 0, "quarantined": _REFUSED}.get(outcome.state, _FAILED))


def _taken(ports: Ports, where: Landing, key: str) -> Outcome:
    try:
        return once(ports, "blob", key, "", lambda: take_actuals(ports, where)).outcome
    except Fault as fault:
        return Outcome(fault.state, fault.reason)


def scorecard(scenario: Some = None, json: Json = False) -> None:
    """Of each promotion: gain promised and realised, hours from data to production, seconds and cost by stage."""
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
            sum(one["late"] for one in card.timers.values()),
        )
        for card in cards
    ]
    show(json_output=json, value=cards, title="Scorecard", columns=_CARD, rows=rows)


def _short(value: float | None) -> str:
    return "" if value is None else f"{value:.4g}"
