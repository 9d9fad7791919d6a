"""The windows of a drop: new files make one, and a newer version of a predicted file makes a correction of its own."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.errors import Conflict, Missing
from shared.core.lake_reading import read_json
from shared.core.ledger import Kind, State
from shared.core.paths import content_path
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
    """Whether there is such a window, and no correction that reads other files has replaced its rows or will."""
    window = ports.prediction.windows.find(scenario.name, window_id)
    if window is None:
        return False
    shown = _open_version(ports, scenario, window_id)
    return shown is None or set(shown.inputs) <= set(window.inputs)


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
    return base if _open_version(ports, scenario, base) else ""


def _correct(ports: PredictionPorts, scenario: Scenario, base: str, new: Sequence[Blob], inputs: Sequence[Blob]) -> str:
    """Plan a correction of the window that reads the newer files; returns its id.

    The same bytes as in its newest version, again, belong to that version: nothing is predicted twice.
    """
    deployment = ports.release.deployments.current(scenario.name)
    shown = _open_version(ports, scenario, base)
    if deployment is None or shown is None:
        raise Missing(f"Nothing is deployed for {scenario.name}, or window {base} was closed.")
    content = {input_key(blob): _sha256(ports, [blob]) for blob in new}
    if _by_path(content).items() <= _by_path(_content(ports, base, shown)).items():
        return ports.prediction.windows.claim(replace(shown, inputs=tuple(map(input_key, new)))).id
    kept = {split_input(name)[0]: name for name in shown.inputs}
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
    ports.core.lake.put(content_path(scenario.name, planned), json.dumps(content, sort_keys=True).encode())
    _tell_superseded(ports, shown.inputs, new, planned)
    return planned


def _content(ports: PredictionPorts, base: str, shown: Window) -> Mapping[str, str]:
    """The sha256 of those inputs for which a correction was planned; a later one may read them once more."""
    versions = [one.window for one in ports.prediction.corrections.list(shown.scenario) if one.base == base]
    paths = [content_path(shown.scenario, window) for window in versions]
    known = [read_json(ports, path) for path in paths if ports.core.lake.stat(path)]
    return {name: sha for content in known for name, sha in content.items() if name in shown.inputs}


def _by_path(content: Mapping[str, str]) -> Mapping[str, str]:
    return {split_input(name)[0]: sha for name, sha in content.items()}


def _open_version(ports: PredictionPorts, scenario: Scenario, base: str) -> Window | None:
    """The newest version of the window that was not closed without predicting anything, with what it reads."""
    versions = [one for one in ports.prediction.corrections.list(scenario.name) if one.base == base]
    inputs = {version.window: version.inputs for version in reversed(versions)}
    for name in (*inputs, base):
        window = ports.prediction.windows.find(scenario.name, name)
        if window is not None and window.state != WindowState.QUARANTINED:
            return replace(window, inputs=inputs.get(name, window.inputs))
    return None


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
    return _sha256(ports, blobs)[:8]


def _sha256(ports: PredictionPorts, blobs: Sequence[Blob]) -> str:
    digest = hashlib.sha256()
    for blob in blobs:
        with ports.core.lake.open(blob.path, etag=blob.etag) as source:
            while chunk := source.read(_CHUNK):
                digest.update(chunk)
    return digest.hexdigest()
