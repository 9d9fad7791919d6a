"""One round of the timers in this process, and what of it did not end well."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from local.console.waiting import EXITS, window_fate
from shared import dispatch, due_work
from shared.core.errors import Fault
from shared.ports import Ports


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A scenario without a plan, or a window that was not scored: its state, and why."""

    what: str
    state: str
    reason: str

    @property
    def exit_code(self) -> int:
        """How a command ends that could not do this."""
        return EXITS.get(self.state, EXITS["failed"])


@dataclass(frozen=True, slots=True)
class TimerRound:
    """How many lost events were taken up, how many due windows were worked on without a refusal, and the rest."""

    events: int
    windows: int
    unfinished: tuple[Unfinished, ...]


def run_timers(ports: Ports) -> TimerRound:
    """Recover lost events, plan due windows, and process them."""
    unplanned: list[Unfinished] = []

    def failed(scenario: str, fault: Fault) -> None:
        unplanned.append(Unfinished(f"No window of {scenario} could be planned", fault.state, fault.reason))

    events = due_work.sweep(ports)
    windows = [window for message in events for window in dispatch.on_event(ports, message)]
    due = list(dict.fromkeys((*windows, *due_work.plan(ports, failed=failed))))
    for message in due:
        dispatch.on_window(ports, message)
    refused = tuple(_refused(ports, due))
    return TimerRound(len(events), len(due) - len(refused), (*unplanned, *refused))


def _refused(ports: Ports, due: Iterable[str]) -> Iterator[Unfinished]:
    for scenario, name in map(dispatch.window_of, due):
        window = ports.prediction.windows.find(scenario, name)
        state, reason = ("", "") if window is None else window_fate(ports, window)
        if state in EXITS:
            yield Unfinished(f"Window {scenario}/{name} was not scored", state, reason)
