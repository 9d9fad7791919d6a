"""Timers that leave the database alone while nothing was written and nothing is due, so that it can pause."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from shared.core.timers.listing_round import FILES
from shared.core.timers.work_mark import Mark, Watch, has_settled, rests, token_of
from shared.monitoring.timer_watch import record_firing
from shared.operations.backlog import tell_backlog
from shared.operations.due import is_polled, is_under_way, next_due
from shared.operations.poison import given_up

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts

PLAN, RECONCILE, RELEASES, MONITOR = "plan_windows", "reconcile", "reconcile_releases", "monitor"


def fire[Ports: OperationsPorts](
    ports: Ports, name: str, work: Callable[[Ports], list[str]], *, past_due: bool
) -> list[str]:
    """The messages that `work` finds; none, and nothing is opened, while the timer rests.

    The mark is read before the work and kept with what the work found: whoever writes meanwhile sets another one.
    """
    mark, watch, now = ports.core.marks.current(), ports.core.marks.watch(name), ports.core.clock()
    if watch is not None and _rests(ports, watch, mark, now):
        ports.core.marks.keep(replace(watch, fired_at=now))
        ports.core.sessions.close()
        return []
    awake = record_and_keep(ports, name, past_due=past_due)
    found = work(ports)
    looked = replace(awake, given_up=len(given_up(ports)) if name == RECONCILE else 0)
    if (name == MONITOR or not found) and _found_all(ports, awake, mark):
        looked = _resting(ports, looked, mark, found)
    if looked != awake:
        ports.core.marks.keep(looked)
    return found


def record_and_keep(ports: OperationsPorts, name: str, *, past_due: bool) -> Watch:
    """Count a firing that looks at the database, and keep when it was; returns what was kept."""
    watch, now = ports.core.marks.watch(name), ports.core.clock()
    record_firing(ports, name, past_due=past_due)
    awake = _awake(name, watch, now)
    ports.core.marks.keep(awake)
    return awake


def watch_once[Ports: OperationsPorts](ports: Ports, scenario: str, work: Callable[[], None]) -> None:
    """Monitor one scenario, and keep that nothing is left to monitor until somebody writes or something is due."""
    mark, now = ports.core.marks.current(), ports.core.clock()
    work()
    if has_settled(mark, now):
        name = _watch_of(scenario)
        ports.core.marks.keep(_resting(ports, Watch(name, now, now), mark, []))


def _watch_of(scenario: str) -> str:
    return f"{MONITOR}/{scenario}"


def _rests(ports: OperationsPorts, watch: Watch, mark: Mark | None, now: datetime) -> bool:
    """Whether nothing was written since its last look, nothing is due, and what it asked for was done."""
    if not rests(watch, mark, now) or _is_foreign(ports, watch, now) or (watch.name == PLAN and is_polled(ports)):
        return False
    if not all(rests(ports.core.marks.watch(_watch_of(scenario)), mark, now) for scenario in watch.asked):
        return False
    # A message may wait although its worker wrote nothing: the sweep tells how long, and who is to be told.
    return watch.name != RECONCILE or not tell_backlog(ports)


def _is_foreign(ports: OperationsPorts, watch: Watch, now: datetime) -> bool:
    """Whether it would rest past the next look of the schedule, as this clock and these settings never let it."""
    return watch.due is None or watch.due > ports.monitoring.timers.looks.next(now)


def _awake(name: str, watch: Watch | None, now: datetime) -> Watch:
    """The watch of a timer that looks; it wakes when it rested before."""
    if watch is None:
        return Watch(name, now, now)
    woke_at = now if watch.seen is not None else watch.woke_at
    return replace(watch, fired_at=now, woke_at=woke_at, seen=None, due=None, asked=())


def _found_all(ports: OperationsPorts, awake: Watch, mark: Mark | None) -> bool:
    """Whether this look stands for all there is: of settled work, of the whole lake, with nothing under way."""
    return has_settled(mark, awake.fired_at) and _listed_all(ports, awake, mark) and not is_under_way(ports)


def _listed_all(ports: OperationsPorts, awake: Watch, mark: Mark | None) -> bool:
    """Whether each listing that this timer goes on with is at its end, and began after the last work."""
    if awake.name not in {PLAN, RECONCILE}:
        return True
    since = max(awake.woke_at, mark.at) if mark else awake.woke_at
    own = [one for one in ports.core.rounds.list() if (one.name == FILES) == (awake.name == RECONCILE)]
    touched = [one for one in own if one.ended_at is None or one.ended_at >= since or not one.is_new]
    return all(one.is_new and one.began_at >= since for one in touched)


def _resting(ports: OperationsPorts, watch: Watch, mark: Mark | None, messages: list[str]) -> Watch:
    asked = tuple(str(json.loads(message)["scenario"]) for message in messages)
    return replace(watch, seen=token_of(mark), due=next_due(ports, mark), asked=asked)
