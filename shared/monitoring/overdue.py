"""Data that was expected and did not come: one breach per gap, closed by the next dataset version."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.core.breach import Breach, BreachState, Cause
from shared.core.scenario import Scenario
from shared.datasets.version import DatasetVersion
from shared.monitoring.breaches import close_breaches, open_breach
from shared.monitoring.triage import DataIssue

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


def watch_arrivals(ports: MonitoringPorts) -> None:
    """Open the breach of each scenario whose data is overdue, and close it where data has come."""
    for scenario in ports.core.scenarios.values():
        newest = _newest_delivered(ports, scenario.name) if scenario.arrival.expected_every else None
        if newest is not None:
            _watch(ports, scenario, newest)


def next_overdue(ports: MonitoringPorts, scenario: Scenario) -> list[datetime]:
    """When the scenario's data becomes overdue; empty where none is expected at a time."""
    every = scenario.arrival.expected_every
    newest = _newest_delivered(ports, scenario.name) if every else None
    return [] if newest is None or not every else [newest.created_at + every]


def _newest_delivered(ports: MonitoringPorts, scenario: str) -> DatasetVersion | None:
    """The newest version with rows that a drop brought; labels of scored windows are no delivery."""
    after: DatasetVersion | None = None
    for dataset in reversed(ports.datasets.versions.ids(scenario)):
        version = ports.datasets.versions.find(scenario, dataset)
        if version is None:
            continue
        if after is not None and not _delivered(after) <= _delivered(version):
            return after
        after = version
    return after if after is not None and _delivered(after) else None


def _delivered(version: DatasetVersion) -> set[str]:
    return {part.sha256 for table in version.tables for part in table.parts if part.kind == "drop"}


def overdue_breach(ports: MonitoringPorts, scenario: str) -> Breach | None:
    """The breach of data that is overdue now."""
    opened = ports.monitoring.breaches.list(scenario, BreachState.OPEN)
    return next((breach for breach in opened if breach.cause == Cause.DATA_OVERDUE), None)


def _watch(ports: MonitoringPorts, scenario: Scenario, newest: DatasetVersion) -> None:
    every = scenario.arrival.expected_every or timedelta()
    known = overdue_breach(ports, scenario.name)
    if known is not None and known.first_window != newest.id:
        close_breaches(ports, scenario.name, (), (Cause.DATA_OVERDUE,))
        known = None
    if known is None and ports.core.clock() > newest.created_at + every:
        issue = DataIssue(Cause.DATA_OVERDUE, scenario.label_table, "", _sentence(newest, every))
        open_breach(ports, scenario.name, issue, newest.id)


def _sentence(newest: DatasetVersion, every: timedelta) -> str:
    due = newest.created_at + every
    came = f"the newest dataset, {newest.id}, came at {newest.created_at:%Y-%m-%d %H:%M} UTC"
    return f"New data was expected until {due:%Y-%m-%d %H:%M} UTC (every {_words(every)}); {came}."


def _words(every: timedelta) -> str:
    hours = every.total_seconds() / 3600
    return f"{hours / 24:g} d" if hours % 24 == 0 else f"{hours:g} h"
