"""Breaches are opened with their cause, announced once, and closed when the problem is gone."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.breach import MAY_RETRAIN, Action, Breach, BreachState, Cause
from shared.core.ledger import Kind, State
from shared.core.notices import announce
from shared.monitoring.triage import DataIssue

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


# Causes with an event of their own.
_EVENTS = {Cause.DATA_OVERDUE: "DataOverdue"}


def open_breach(
    ports: MonitoringPorts,
    scenario: str,
    issue: DataIssue,
    window: str,
    *,
    action: Action = Action.ALERT,
    announced_by: str = "",
    at: datetime | None = None,
) -> Breach:
    """Open the breach or add this sighting to it; a new one is announced and noted in the ledger.

    `announced_by` names the event that alerts people to the same thing already, so that they are alerted once.
    """
    now = at or ports.core.clock()
    facts = f"{scenario}\n{issue.cause}\n{issue.table}\n{issue.column}\n{window}"
    sighting = Breach(
        scenario=scenario,
        id=f"{issue.cause}-{hashlib.sha256(facts.encode()).hexdigest()[:10]}",
        cause=issue.cause,
        table=issue.table,
        column=issue.column,
        state=BreachState.OPEN,
        action=Action.RETRAIN if issue.cause in MAY_RETRAIN else action,
        sentence=issue.sentence,
        first_window=window,
        last_window=window,
        windows=1,
        first_seen=now,
        last_seen=now,
    )
    breach, _ = ports.monitoring.breaches.observe(sighting)
    # Announced at every sighting, in case a worker died in between: outbox and ledger keep it once.
    _announce(ports, breach, announced_by)
    return breach


def close_breaches(
    ports: MonitoringPorts,
    scenario: str,
    still: Iterable[DataIssue],
    causes: Sequence[Cause],
    *,
    action: Action | None = None,
) -> None:
    """Close every open breach of these causes (and of this action, when given) that is not among `still`."""
    present = {(issue.cause, issue.table, issue.column) for issue in still}
    for breach in ports.monitoring.breaches.list(scenario, BreachState.OPEN):
        if breach.cause not in causes or (breach.cause, breach.table, breach.column) in present:
            continue
        if action is not None and breach.action != action:
            continue
        close_breach(ports, breach)


def close_breach(ports: MonitoringPorts, breach: Breach) -> None:
    """Close the breach; the history says what is resolved."""
    ports.monitoring.breaches.close(breach.scenario, breach.id, ports.core.clock())
    ports.core.ledger.note(Kind.BREACH, f"{breach.scenario}/{breach.id}", State.DONE, f"Resolved: {breach.sentence}")


def _announce(ports: MonitoringPorts, breach: Breach, announced_by: str) -> None:
    kind = _EVENTS.get(breach.cause, "DriftDetected" if breach.may_retrain else "DataBreachDetected")
    data = {
        "scenario": breach.scenario,
        "breach": breach.id,
        "cause": breach.cause,
        "table": breach.table,
        "column": breach.column,
        "window": breach.first_window,
        "firstSeen": breach.first_seen.isoformat(),
        "action": breach.action,
        "sentence": breach.sentence,
        "told": announced_by,
    }
    key, sentence = f"{breach.scenario}/{breach.id}", f"{breach.cause}: {breach.sentence}"
    announce(ports, kind, f"breaches/{key}", data)
    if ports.core.history.find(Kind.BREACH, key) is None:
        ports.core.ledger.note(Kind.BREACH, key, State.DONE, sentence)
