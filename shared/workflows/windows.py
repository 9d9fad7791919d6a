"""Which windows are due: what landed for scoring and belongs to no window yet is planned, oldest first."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from shared.domain.paths import NAME, landing
from shared.domain.records import Blob, Window
from shared.domain.scenario import Scenario
from shared.errors import Conflict, Missing, Superseded
from shared.ports import Ports

_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True)
class Due:
    """A window to score, as a message on the queue."""

    scenario: str
    window: str


def due_windows(ports: Ports, scenarios: Iterable[Scenario] | None = None) -> list[Due]:
    """Plan what is new and return every window that is not finished: at most `max_windows_per_run` a scenario."""
    due: list[Due] = []
    for scenario in scenarios if scenarios is not None else ports.scenarios.values():
        _plan(ports, scenario)
        planned = ports.windows.list(scenario.name, "planned")[: scenario.batch.max_windows_per_run]
        due.extend(Due(scenario.name, window.id) for window in planned)
    return due


def _plan(ports: Ports, scenario: Scenario) -> None:
    if ports.deployments.current(scenario.name) is None:
        return
    for blobs in _groups(scenario, _unplanned(ports, scenario)):
        try:
            ports.windows.claim(_window(ports, scenario, blobs))
        except (Conflict, Missing, Superseded):
            # Another planner was faster, or a file changed under us: the next run sees how it is then.
            continue


def waiting_for_model(ports: Ports, scenario: Scenario) -> int:
    """How many blobs landed for scoring and cannot be planned because nothing is deployed."""
    return 0 if ports.deployments.current(scenario.name) else len(_unplanned(ports, scenario))


def _unplanned(ports: Ports, scenario: Scenario) -> list[Blob]:
    taken = ports.windows.taken(scenario.name)
    landed = [blob for blob in ports.lake.list(f"scoring/{scenario.name}/") if input_key(blob) not in taken]
    fitting = [blob for blob in landed if not isinstance(landing(blob.path, ports.scenarios), str)]
    return sorted(fitting, key=lambda blob: (blob.modified, blob.path))


def input_key(blob: Blob) -> str:
    """How an input is named in a window: `path@etag`."""
    return f"{blob.path}@{blob.etag}"


def split_input(key: str) -> tuple[str, str]:
    """The path and the ETag of an input."""
    path, _, etag = key.rpartition("@")
    return path, etag


def _groups(scenario: Scenario, blobs: Sequence[Blob]) -> list[list[Blob]]:
    """Blobs that make one window: a drop's, or (telemetry) everything since the last window."""
    if scenario.batch.source == "telemetry":
        return [list(blobs)] if blobs else []
    groups: dict[str, list[Blob]] = {}
    for blob in blobs:
        groups.setdefault(blob.path.split("/")[2], []).append(blob)
    return list(groups.values())


def _window(ports: Ports, scenario: Scenario, blobs: Sequence[Blob]) -> Window:
    # The id holds the content's digest: the same bytes again (a touched file) are the same window.
    digest = hashlib.sha256()
    for blob in blobs:
        with ports.lake.open(blob.path, etag=blob.etag) as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
    name = f"{_prefix(scenario, blobs)}-{digest.hexdigest()[:8]}"
    inputs = tuple(input_key(blob) for blob in blobs)
    return Window(scenario.name, name, 0, inputs, "planned", ports.clock())


def _prefix(scenario: Scenario, blobs: Sequence[Blob]) -> str:
    if scenario.batch.source == "telemetry":
        return f"{max(blob.modified for blob in blobs):%Y%m%dT%H%M%SZ}"
    drop = blobs[0].path.split("/")[2]
    return drop if NAME.fullmatch(drop) else "drop"
