"""The windows of a drop: new files make one, and a newer version of a predicted file makes a correction of its own."""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.errors import Conflict, Missing
from shared.core.ledger import Kind, State
from shared.core.scenario import Scenario
from shared.prediction.revision import Correction
from shared.prediction.scoring_drops import ScoringDrop
from shared.prediction.window import Window, WindowState, input_key, split_input

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts

_CHUNK = 1 << 20
BY = "the lake"


def claim_drop(ports: PredictionPorts, scenario: Scenario, drop: ScoringDrop) -> list[str]:
    """Plan the new files of the drop; returns the ids of the windows that predict them.

    Conflict, Missing and Superseded when another planner was faster or a file changed meanwhile.
    """
    window = _window(ports, scenario, drop, drop.new)
    if _shows_these_rows(ports, scenario, window.id):
        # The same bytes again, under another version or name, belong to the window that has them.
        return [ports.prediction.windows.claim(window).id]
    replaced = _replaced(ports, scenario, drop)
    if replaced and len(scenario.scoring_tables) > 1:
        # Of several tables, the window is predicted again from all files as they are now.
        return [_correct(ports, scenario, next(iter(replaced)), drop.new, drop.files)]
    planned = [_correct(ports, scenario, base, blobs, blobs) for base, blobs in replaced.items()]
    known = {blob.path for blobs in replaced.values() for blob in blobs}
    rest = [blob for blob in drop.new if blob.path not in known]
    if rest:
        planned.append(ports.prediction.windows.claim(_window(ports, scenario, drop, rest)).id)
    return planned


def _shows_these_rows(ports: PredictionPorts, scenario: Scenario, window_id: str) -> bool:
    """Whether there is such a window, and no correction has replaced its rows."""
    if ports.prediction.windows.find(scenario.name, window_id) is None:
        return False
    return all(one.base != window_id for one in ports.prediction.corrections.list(scenario.name))


def _replaced(ports: PredictionPorts, scenario: Scenario, drop: ScoringDrop) -> dict[str, list[Blob]]:
    """The new files of which an earlier version is predicted or will be, by the first version of its window."""
    below = ports.prediction.windows.below(scenario.name, f"scoring/{scenario.name}/{drop.name}/")
    if any(input_key(blob) in below for blob in drop.new):
        # This very version, and not an earlier one, is planned by now.
        raise Conflict(f"Another planner of {scenario.name} was faster with drop {drop.name}.")
    windows: defaultdict[str, set[str]] = defaultdict(set)
    for name, window in below.items():
        windows[split_input(name)[0]].add(window)
    found: defaultdict[str, list[Blob]] = defaultdict(list)
    for blob in drop.new:
        bases = {base for window in windows[blob.path] if (base := _open_base(ports, scenario, window))}
        if bases:
            found[max(bases)].append(blob)
    return dict(found)


def _open_base(ports: PredictionPorts, scenario: Scenario, window_id: str) -> str:
    """The first version of the window, or nothing where every version was closed without predicting anything."""
    correction = ports.prediction.corrections.find(scenario.name, window_id)
    base = correction.base if correction else window_id
    return base if _open_inputs(ports, scenario, base) else ""


def _correct(ports: PredictionPorts, scenario: Scenario, base: str, new: Sequence[Blob], inputs: Sequence[Blob]) -> str:
    """Plan a correction of the window that reads the newer files; returns its id."""
    deployment = ports.release.deployments.current(scenario.name)
    if deployment is None:
        raise Missing(f"Nothing is deployed for {scenario.name}.")
    before = _open_inputs(ports, scenario, base)
    kept = {split_input(name)[0]: name for name in before}
    newer = {blob.path: input_key(blob) for blob in inputs}
    names = ", ".join(blob.name for blob in new)
    correction = Correction(
        scenario=scenario.name,
        window="",
        base=base,
        number=0,
        inputs=tuple({**kept, **newer}.values()),
        deployment=deployment,
        by=BY,
        reason=f"A newer version of {names} landed.",
        created_at=ports.core.clock(),
    )
    planned = ports.prediction.corrections.plan(correction).window
    _tell_superseded(ports, before, new, planned)
    return planned


def _open_inputs(ports: PredictionPorts, scenario: Scenario, base: str) -> tuple[str, ...]:
    """What the newest version of the window reads that was not closed without predicting anything; empty without."""
    versions = [one for one in ports.prediction.corrections.list(scenario.name) if one.base == base]
    inputs = {version.window: version.inputs for version in reversed(versions)}
    for name in (*inputs, base):
        window = ports.prediction.windows.find(scenario.name, name)
        if window is not None and window.state != WindowState.QUARANTINED:
            return inputs.get(name, window.inputs)
    return ()


def _tell_superseded(ports: PredictionPorts, before: Sequence[str], new: Sequence[Blob], correction: str) -> None:
    paths = {blob.path for blob in new}
    reason = f"A newer version of the file landed; window {correction} replaces its rows."
    for path, etag in map(split_input, before):
        if path in paths:
            key = f"{path}@{etag.strip(chr(34))}"
            ports.core.ledger.note(Kind.BLOB, key, State.SUPERSEDED, reason)


def _window(ports: PredictionPorts, scenario: Scenario, drop: ScoringDrop, new: Sequence[Blob]) -> Window:
    # With several tables the new version of one is read with the current others, which stay in their own window.
    content = drop.files if len(scenario.scoring_tables) > 1 else new
    name = _open_name(ports, scenario, f"{drop.name.replace('=', '-')}-{_digest(ports, content)}")
    return Window(scenario.name, name, 0, tuple(map(input_key, new)), WindowState.PLANNED, ports.core.clock())


def _open_name(ports: PredictionPorts, scenario: Scenario, name: str) -> str:
    """The name, with a number behind it where a window of that name was closed without predicting anything."""
    number, free = 1, name
    while (window := ports.prediction.windows.find(scenario.name, free)) and window.state == WindowState.QUARANTINED:
        number += 1
        free = f"{name}-{number}"
    return free


def _digest(ports: PredictionPorts, blobs: Sequence[Blob]) -> str:
    """A name for the content: the same bytes again (a touched file) are the same window."""
    digest = hashlib.sha256()
    for blob in blobs:
        with ports.core.lake.open(blob.path, etag=blob.etag) as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()[:8]
