"""Breaches: opened with their cause, told once, closed when the data is as it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.breach import MAY_RETRAIN, Action, Breach, Cause
from shared.core.notices import announce
from shared.monitoring.triage import Suspect

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


def open_breach(
    ports: MonitoringPorts,
    scenario: str,
    suspect: Suspect,
    window: str,
    *,
    action: Action = "alert",
    told: str = "",
    at: datetime | None = None,
) -> Breach:
    """Open the breach or add this sighting to it; a new one is announced and noted in the ledger.

    `told`: the event that tells people of the same thing already, so that they are alerted once.
    """
    now = at or ports.core.clock()
    facts = f"{scenario}\n{suspect.cause}\n{suspect.table}\n{suspect.column}\n{window}"
    seen = Breach(
        scenario=scenario,
        id=f"{suspect.cause}-{hashlib.sha256(facts.encode()).hexdigest()[:10]}",
        cause=suspect.cause,
        table=suspect.table,
        column=suspect.column,
        state="open",
        action="retrain" if suspect.cause in MAY_RETRAIN else action,
        sentence=suspect.sentence,
        first_window=window,
        last_window=window,
        windows=1,
        first_seen=now,
        last_seen=now,
    )
    standing, _ = ports.monitoring.breaches.observe(seen)
    # Told again when a worker died in between: the outbox and the ledger keep the same thing once.
    _tell(ports, standing, told)
    return standing


def close_breaches(
    ports: MonitoringPorts,
    scenario: str,
    still: Iterable[Suspect],
    causes: Sequence[Cause],
    *,
    action: Action | None = None,
) -> None:
    """Close every open breach of these causes (and of this action, when given) that is not among `still`."""
    seen = {(one.cause, one.table, one.column) for one in still}
    for breach in ports.monitoring.breaches.list(scenario, "open"):
        if breach.cause not in causes or (breach.cause, breach.table, breach.column) in seen:
            continue
        if action is not None and breach.action != action:
            continue
        ports.monitoring.breaches.close(scenario, breach.id, ports.core.clock())
        ports.core.ledger.note("breach", f"{scenario}/{breach.id}", "done", f"It is over: {breach.sentence}")


def _tell(ports: MonitoringPorts, breach: Breach, told: str) -> None:
    kind = "DriftDetected" if breach.may_retrain else "DataBreachDetected"
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
        "told": told,
    }
    announce(ports, kind, f"breaches/{breach.scenario}/{breach.id}", data)
    if ports.core.history.find("breach", f"{breach.scenario}/{breach.id}") is None:
        ports.core.ledger.note("breach", f"{breach.scenario}/{breach.id}", "done", f"{breach.cause}: {breach.sentence}")
