"""Due windows: files that landed for scoring and belong to no window are planned, oldest first.

A drop is planned when it is complete: it has a file of every scoring table and every announced part.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.drops import finish_waiting
from shared.core.errors import Conflict, Fault, Missing, Superseded
from shared.core.ledger import Kind, Outcome, State
from shared.core.paths import NAME, Landing, absent_tables, table_landing, table_of
from shared.core.scenario import Scenario
from shared.prediction.telemetry_windows import plan_telemetry, watermark
from shared.prediction.window import Window, WindowState, input_key

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts


_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class DueWindow:
    """A window to score; it becomes a message on the queue."""

    scenario: str
    window: str


@dataclass(frozen=True, slots=True)
class ScoringDrop:
    """The files of a scoring drop as they are now, by name; `new` belong to no window yet, oldest first."""

    name: str
    files: Sequence[Blob]
    new: Sequence[Blob]

    @property
    def file_names(self) -> list[str]:
        """Names of all its files."""
        return [blob.name for blob in self.files]


def due_windows(ports: PredictionPorts, scenarios: Iterable[Scenario] | None = None) -> list[DueWindow]:
    """Plan new windows and return all unfinished ones: at most `max_windows_per_run` per scenario."""
    due: list[DueWindow] = []
    for scenario in scenarios if scenarios is not None else ports.core.scenarios.values():
        try:
            _plan(ports, scenario)
        except Fault as fault:
            # A source that does not answer stops its own scenario only, and windows that are planned stay due.
            ports.core.ledger.note(Kind.TELEMETRY, scenario.name, fault.state, fault.reason)
        planned = ports.prediction.windows.list(scenario.name, WindowState.PLANNED)[
            : scenario.batch.max_windows_per_run
        ]
        due.extend(DueWindow(scenario.name, window.id) for window in planned)
    return due


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
    if ports.release.deployments.current(name) is None:
        return f"Landed for scoring; it waits until a model of {name} is deployed."
    return "Landed for scoring; its window is planned."


def _unclaimed(ports: PredictionPorts, where: Landing, files: Sequence[Blob]) -> list[Blob]:
    claimed = ports.prediction.windows.claimed_inputs(where.scenario.name)
    return [blob for blob in files if input_key(blob) not in claimed]


def drop_files(ports: PredictionPorts, scenario: Scenario, drop: str) -> list[Blob]:
    """The current files of a scoring drop, by name, without files that name no table."""
    blobs = ports.core.lake.list(f"scoring/{scenario.name}/{drop}/")
    return [blob for blob in blobs if table_landing(blob.path, ports.core.scenarios)]


def _plan(ports: PredictionPorts, scenario: Scenario) -> None:
    if ports.release.deployments.current(scenario.name) is None:
        return
    if scenario.batch.source == "telemetry":
        plan_telemetry(ports, scenario)
        return
    for drop in _new_drops(ports, scenario):
        try:
            ports.prediction.windows.claim(_window(ports, scenario, drop))
        except (Conflict, Missing, Superseded):
            # Another planner was faster, or a file changed meanwhile: the next run reads the new state.
            continue


def _new_drops(ports: PredictionPorts, scenario: Scenario) -> list[ScoringDrop]:
    """Complete drops with new files, the drop with the oldest new file first."""
    claimed = ports.prediction.windows.claimed_inputs(scenario.name)
    files: dict[str, list[Blob]] = {}
    for blob in ports.core.lake.list(f"scoring/{scenario.name}/"):
        if where := table_landing(blob.path, ports.core.scenarios):
            files.setdefault(where.drop, []).append(blob)
    drops = [ScoringDrop(name, blobs, _oldest_first(blobs, claimed)) for name, blobs in files.items()]
    due = [drop for drop in drops if drop.new and not absent_tables(drop.file_names, "scoring", scenario)]
    return sorted(due, key=lambda drop: (drop.new[0].modified, drop.new[0].path))


def _oldest_first(blobs: Sequence[Blob], claimed: frozenset[str]) -> list[Blob]:
    return sorted(
        (blob for blob in blobs if input_key(blob) not in claimed), key=lambda blob: (blob.modified, blob.path)
    )


def _window(ports: PredictionPorts, scenario: Scenario, drop: ScoringDrop) -> Window:
    # With several tables the new version of one is read with the current others, which stay in their own window.
    content = drop.files if len(scenario.scoring_tables) > 1 else drop.new
    prefix = drop.name if NAME.fullmatch(drop.name) else "drop"
    name = f"{prefix}-{_digest(ports, content)}"
    return Window(scenario.name, name, 0, tuple(map(input_key, drop.new)), WindowState.PLANNED, ports.core.clock())


def _digest(ports: PredictionPorts, blobs: Sequence[Blob]) -> str:
    """A name for the content: the same bytes again (a touched file) are the same window."""
    digest = hashlib.sha256()
    for blob in blobs:
        with ports.core.lake.open(blob.path, etag=blob.etag) as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()[:8]
