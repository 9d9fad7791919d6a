"""Waits for an outcome and shows the progress."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from local.console.output import err
from shared.core.errors import Transient
from shared.core.ledger import Kind, State
from shared.core.scenario import Scenario
from shared.ports import Ports
from shared.prediction.window import Window

POLL_SECONDS = 0.1
# How a command ends by the state of what it waited for; 0 for all others.
EXITS = {"quarantined": 3, "refused": 3, "failed": 4}


@contextmanager
def progress(*, quiet: bool) -> Iterator[Progress]:
    """A progress display on standard error, so that standard output stays clean."""
    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=err, disable=quiet or not err.is_terminal, transient=True) as display:
        yield display


class Watcher:
    """Shows the progress of a scenario's training, read from the run's progress file."""

    def __init__(self, ports: Ports, home: Path, scenario: str, display: Progress) -> None:
        self._ports = ports
        self._home = home
        self._scenario = scenario
        self._display = display
        self._task: TaskID = display.add_task(f"{scenario}: waiting for the event", total=1.0)

    def update(self) -> None:
        """Read how far the newest run is."""
        runs = self._ports.training.runs.list(self._scenario)
        if not runs or runs[-1].state not in ("requested", "running"):
            return
        step, done = _read_progress(self._home / "runs" / runs[-1].id / "progress.json")
        self._display.update(self._task, description=f"{self._scenario}: {step}", completed=done)


def _read_progress(path: Path) -> tuple[str, float]:
    try:
        value = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return "training starts", 0.0
    return " · ".join(_progress_parts(value)), float(value.get("done", 0.0))


def _progress_parts(value: Mapping[str, Any]) -> Iterator[str]:
    """The step, and where known the candidate, the best score so far and the remaining time."""
    yield str(value.get("step", "training"))
    if "candidate" in value and "of" in value:
        yield f"candidate {value['candidate']} of {value['of']}"
    if isinstance(value.get("best"), float):
        yield f"best {value['best']:.4f}"
    if isinstance(value.get("seconds_left"), int | float):
        yield f"{value['seconds_left']:.0f} s left"


def wait_for[T](ask: Callable[[], T | None], timeout: float, tick: Callable[[], Any], what: str) -> T:
    """Call `ask` until it returns an answer; Transient after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while True:
        answer = ask()
        if answer is not None:
            return answer
        if time.monotonic() > deadline:
            raise Transient(f"{what} did not end within {timeout:g} s; it continues; see `mlops history`.")
        tick()
        time.sleep(POLL_SECONDS)


def windows_ended(ports: Ports, scenario: Scenario, inputs: Collection[str]) -> list[Window] | None:
    """The windows that hold these inputs ("path@etag") once all of them have ended, or None."""
    windows = [
        window for window in ports.prediction.windows.list(scenario.name) if not set(inputs).isdisjoint(window.inputs)
    ]
    planned = {key for window in windows for key in window.inputs}
    if not planned.issuperset(inputs) or any(window_fate(ports, window)[0] == "planned" for window in windows):
        return None
    return windows


def window_fate(ports: Ports, window: Window) -> tuple[str, str]:
    """The window's state and reason; a planned window that failed for good has that of its ledger entry."""
    if window.state == "planned":
        entry = ports.core.history.find(Kind.WINDOW, f"{window.scenario}/{window.id}")
        if entry is not None and entry.state == State.FAILED:
            return entry.state, entry.reason
    return window.state, window.reason
