"""Due windows: files that landed for scoring and belong to no window are planned, oldest first.

A drop is planned when it is complete: it has a file of every scoring table and every announced part.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.claims import MOST_QUEUED, RESEND_AFTER, mark_queued
from shared.core.drops import finish_waiting
from shared.core.errors import Conflict, Fault, Missing, Superseded
from shared.core.ledger import Kind, Outcome, State
from shared.core.paths import Landing, absent_tables, table_of
from shared.core.scenario import Scenario
from shared.prediction.drop_windows import claim_drop
from shared.prediction.scoring_drops import ScoringDrop, drop_files, new_drops, one_drop
from shared.prediction.telemetry_windows import plan_telemetry, watermark
from shared.prediction.window import WindowState, input_key

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts

# A worker that ends a window looks for more when so many are left, twice so many, …: not after every one.
_ASKS_EVERY = 100


@dataclass(frozen=True, slots=True)
class DueWindow:
    """A window to score; it becomes a message on the queue."""

    scenario: str
    window: str

    @property
    def message(self) -> str:
        """The queue message that asks to score it."""
        return json.dumps({"scenario": self.scenario, "window": self.window})


def due_windows(
    ports: PredictionPorts,
    scenarios: Iterable[Scenario] | None = None,
    failed: Callable[[str, Fault], None] | None = None,
) -> list[DueWindow]:
    """Plan new windows and return the unfinished ones whose message has to be sent; of telemetry a few a time.

    `failed` hears of each scenario that could not be planned; the history has it in any case.
    """
    due: list[DueWindow] = []
    for scenario in scenarios if scenarios is not None else ports.core.scenarios.values():
        try:
            _plan(ports, scenario)
        except Fault as fault:
            # A source that does not answer stops its own scenario only, and windows that are planned stay due.
            ports.core.ledger.note(Kind.TELEMETRY, scenario.name, fault.state, fault.reason)
            if failed:
                failed(scenario.name, fault)
        planned = [window.id for window in ports.prediction.windows.list(scenario.name, WindowState.PLANNED)]
        streamed = scenario.batch.source == "telemetry"
        due.extend(_to_send(ports, scenario, planned, scenario.batch.max_windows_per_run if streamed else MOST_QUEUED))
    return due


def plan_landed(ports: PredictionPorts, where: Landing) -> list[DueWindow]:
    """Plan the drop whose file landed; returns its window when its message has to be sent.

    Other drops are left to the timer: a burst of files costs each file only its own drop.
    """
    scenario = where.scenario
    if scenario.batch.source == "telemetry":
        return due_windows(ports, [scenario])
    drop = one_drop(ports, scenario, where.drop) if _is_deployed(ports, scenario) else None
    return [] if drop is None else _to_send(ports, scenario, _claim(ports, scenario, drop), MOST_QUEUED)


def waiting_windows(ports: PredictionPorts) -> list[DueWindow]:
    """Planned windows whose message has to be sent, once half of those that may wait on the queue are scored.

    Files that land at once make more windows than may wait: these need no timer to go on. Of telemetry it plans.
    """
    waiting = ports.core.history.queued(Kind.WINDOW, ports.core.clock() - RESEND_AFTER)
    if waiting > MOST_QUEUED // 2 or waiting % _ASKS_EVERY:
        return []
    drops = [one for one in ports.core.scenarios.values() if one.batch.source != "telemetry"]
    planned = {one.name: ports.prediction.windows.list(one.name, WindowState.PLANNED) for one in drops}
    return [
        due for one in drops for due in _to_send(ports, one, [window.id for window in planned[one.name]], MOST_QUEUED)
    ]


def numbered_window(ports: PredictionPorts, scenario_name: str, ordinal: int) -> list[DueWindow]:
    """The window of that number when its message has to be sent: a job that scored it has ended."""
    scenario = ports.core.scenarios.get(scenario_name)
    if scenario is None:
        return []
    planned = ports.prediction.windows.list(scenario.name, WindowState.PLANNED)
    return _to_send(ports, scenario, [one.id for one in planned if one.ordinal == ordinal], MOST_QUEUED)


def _to_send(ports: PredictionPorts, scenario: Scenario, windows: Iterable[str], most: int) -> list[DueWindow]:
    keys = {f"{scenario.name}/{window}": window for window in windows}
    return [DueWindow(scenario.name, keys[key]) for key in mark_queued(ports, Kind.WINDOW, keys, most)]


def accept_scoring_file(ports: PredictionPorts, where: Landing) -> Outcome:
    """What happens with a file that landed for scoring; Quarantined when it names no table of the scenario."""
    table_of(where.file, where.area, where.scenario)
    name = where.scenario.name
    if where.scenario.batch.source == "telemetry" and not ports.prediction.telemetry.reads_files:
        return Outcome(State.IGNORED, f"Windows of {name} are read from a stream (TELEMETRY_URL), not from files.")
    files = drop_files(ports, where.scenario, where.drop)
    absent = absent_tables([blob.name for blob in files], where.area, where.scenario)
    if absent:
        return Outcome(State.WAITING, f"Drop {where.drop} waits for: {', '.join(absent)}.")
    outcome = Outcome(State.DONE, _landed_sentence(ports, where, files))
    finish_waiting(ports, files, outcome)
    return outcome


def _landed_sentence(ports: PredictionPorts, where: Landing, files: Sequence[Blob]) -> str:
    name = where.scenario.name
    read_until = watermark(ports, where.scenario)
    if read_until is not None and any(blob.modified < read_until for blob in _unclaimed(ports, where, files)):
        return f"Landed late for scoring, after its window was read; mlops backfill {name} --late predicts it."
    if not _is_deployed(ports, where.scenario):
        return f"Landed for scoring; it waits until a model of {name} is deployed."
    return "Landed for scoring; its window is planned."


def _unclaimed(ports: PredictionPorts, where: Landing, files: Sequence[Blob]) -> list[Blob]:
    claimed = ports.prediction.windows.below(where.scenario.name, where.folder)
    return [blob for blob in files if input_key(blob) not in claimed]


def _plan(ports: PredictionPorts, scenario: Scenario) -> None:
    if not _is_deployed(ports, scenario):
        return
    if scenario.batch.source == "telemetry":
        plan_telemetry(ports, scenario)
        return
    found = new_drops(ports, scenario)
    for drop in found.drops:
        _claim(ports, scenario, drop)
    ports.core.rounds.save(found.reached)


def _claim(ports: PredictionPorts, scenario: Scenario, drop: ScoringDrop) -> list[str]:
    try:
        return claim_drop(ports, scenario, drop)
    except (Conflict, Missing, Superseded):
        # Another planner was faster, or a file changed meanwhile: the next run reads the new state.
        return []


def _is_deployed(ports: PredictionPorts, scenario: Scenario) -> bool:
    return ports.release.deployments.current(scenario.name) is not None
