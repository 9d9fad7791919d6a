"""Messages for work that is due: windows, events whose work was lost, releases that go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.alerts.delivery import publish_and_alert
from shared.core.claims import mark_queued
from shared.core.ledger import Kind
from shared.datasets.accepted_contracts import refresh

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from shared.core.errors import Fault
    from shared.core.scenario import Scenario
    from shared.ports import Ports


def plan(
    ports: Ports, scenarios: Iterable[Scenario] | None = None, failed: Callable[[str, Fault], None] | None = None
) -> list[str]:
    """Messages for every window that is due, of these scenarios or of all, and for those whose worker died.

    `failed` hears of each scenario that could not be planned.
    """
    refresh(ports.core.scenarios)
    from shared.prediction.windows import due_windows

    entries = ports.core.history.stuck(ports.core.clock())
    # One that was queued and never claimed has no message; it is among those that are due.
    stuck = {entry.key: entry.message for entry in entries if entry.kind == Kind.WINDOW and entry.message}
    sent = [stuck[key] for key in mark_queued(ports, Kind.WINDOW, stuck)]
    return list(dict.fromkeys([*sent, *(due.message for due in due_windows(ports, scenarios, failed))]))


def next_windows(ports: Ports) -> list[str]:
    """Messages of planned windows that found no room on the queue, when it runs low; its worker asks after each one."""
    from shared.prediction.windows import waiting_windows

    return [due.message for due in waiting_windows(ports)]


def sweep(ports: Ports) -> list[str]:
    """Messages for every event whose work was lost, and for every release that goes on: both sweeps, once each."""
    releases = sweep_releases(ports)
    return [*sweep_data(ports), *releases]


def sweep_releases(ports: Ports) -> list[str]:
    """Messages for every model whose release goes on; what this announces is delivered."""
    refresh(ports.core.scenarios)
    from shared.release import sweep as release_sweep

    messages = release_sweep.sweep_releases(ports)
    publish_and_alert(ports)
    return messages


def sweep_data(ports: Ports) -> list[str]:
    """Messages for every event whose work was lost; the serving side is not called."""
    refresh(ports.core.scenarios)
    from shared.operations.reconcile import reconcile

    return reconcile(ports).events
