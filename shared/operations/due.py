"""What is under way, and what is due next: what a timer has to know before it leaves the database alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.core.ledger import State
from shared.core.scenario import Scenario
from shared.core.timers.work_mark import Mark
from shared.monitoring.drift.scored_rows import next_served
from shared.monitoring.overdue import next_overdue
from shared.monitoring.retrain_rules import next_triggers
from shared.prediction.window import WindowState
from shared.release.aftercare.post_rollout_watch import watched_generation
from shared.release.rollouts import active_rollout

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts

_OPEN = frozenset({State.IN_PROGRESS, State.QUEUED, State.RELEASED})
# What nobody has ended for a day, no sweep ends: the daily look tells of it.
_FORGOTTEN = timedelta(days=1)
_MINUTE = timedelta(minutes=1)


def is_under_way(ports: OperationsPorts) -> bool:
    """Whether any work has begun and not ended, or anything is to be delivered."""
    return (
        _has_open_entry(ports)
        or bool(ports.training.runs.list(states=["requested", "running"]))
        or bool(ports.core.outbox.pending(1))
        or _has_open_delivery(ports)
        or any(_is_under_way(ports, scenario) for scenario in ports.core.scenarios.values())
    )


def _has_open_entry(ports: OperationsPorts) -> bool:
    newest = ports.operations.totals.in_states(_OPEN, 1)
    return any(ports.core.clock() - entry.at < _FORGOTTEN for entry in newest)


def _has_open_delivery(ports: OperationsPorts) -> bool:
    if not ports.alerts.notifier.targets:
        return False
    return bool(ports.alerts.deliveries.pending(ports.core.clock() + _FORGOTTEN, 1))


def _is_under_way(ports: OperationsPorts, scenario: Scenario) -> bool:
    """A window that waits for its rows, or a version that is tried beside the champion."""
    if ports.prediction.windows.list(scenario.name, WindowState.PLANNED):
        return True
    environments = ports.release.policies.of(scenario.name).environments
    return any(active_rollout(ports, scenario.name, environment) for environment in environments)


def next_due(ports: OperationsPorts, mark: Mark | None) -> datetime:
    """When the database has to be looked at again although nobody writes: the next moment at which time alone acts."""
    now = ports.core.clock()
    moments = [*_at_any_time(ports), *(at for name in ports.core.scenarios for at in _of_scenario(ports, name))]
    if mark is not None:
        moments += _after_mark(ports, mark)
    return min([ports.monitoring.timers.looks.next(now), *(at for at in moments if at > now)])


def is_polled(ports: OperationsPorts) -> bool:
    """Whether rows come from a stream that tells nobody: then it is asked at every firing."""
    streamed = any(scenario.batch.source == "telemetry" for scenario in ports.core.scenarios.values())
    return streamed and not ports.prediction.telemetry.reads_files


def _at_any_time(ports: OperationsPorts) -> Iterator[datetime]:
    """Occurrences of schedules, and the ends of requests for approval."""
    yield from (one.due for one in ports.training.schedules.list() if one.state == "active")
    yield from (one.expires for one in ports.release.approvals.list() if one.is_unused)


def _of_scenario(ports: OperationsPorts, name: str) -> Iterator[datetime]:
    """Overdue data, ended hours of requests, a model's age, the watch over one.

    Labels that have had their time wait for the look: with a drop a day they would wake the database once more a day.
    """
    scenario = ports.core.scenarios[name]
    yield from next_overdue(ports, scenario)
    if (current := ports.release.deployments.current(name)) is None:
        return
    yield from next_served(ports, name, ports.core.clock())
    newest = ports.training.runs.newest(name)
    yield from next_triggers(current.at, newest.created_at if newest else None, scenario.retrain)
    if (watched := watched_generation(ports, name)) is not None:
        yield watched.until


def _after_mark(ports: OperationsPorts, mark: Mark) -> list[datetime]:
    """When files of telemetry that came with the last work can be read."""
    lags = [one.batch.lag_seconds for one in ports.core.scenarios.values() if one.batch.source == "telemetry"]
    return [mark.at + timedelta(seconds=lag) + _MINUTE for lag in lags]
