"""The survey of a scenario: what lies in the lake, what its windows and versions name, and what is needed of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.drops import blob_key
from shared.core.ledger import TERMINAL, Kind
from shared.core.paths import (
    dataset_folder,
    erased_path,
    kept_labels,
    labelled_folder,
    parts_folder,
    predictions_folder,
    served_folder,
    shards_folder,
    window_folder,
)
from shared.core.scenario import Scenario
from shared.datasets.version import DatasetTable
from shared.operations.retention.living import needed_datasets
from shared.operations.retention.rules import (
    ERASED,
    KEPT_AREAS,
    KeptArea,
    Survey,
    SurveyedDataset,
    SurveyedWindow,
    cutoff_of,
    landed_key,
)
from shared.prediction.telemetry_windows import watermark
from shared.prediction.window import Window, WindowState, split_input

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts

type Cutoffs = Mapping[KeptArea, datetime | None]

_SERVED_PARTS = 4


def survey(ports: OperationsPorts, scenario: Scenario, listed: Sequence[Blob] | None = None) -> Survey:
    """What there is of the scenario now, as far as it is old; of files those that are `listed`, else all."""
    name, now = scenario.name, ports.core.clock()
    # Twice the time that labels have: a sweep that was late still finds the rows.
    learning = timedelta(hours=2 * scenario.monitoring.horizon_hours)
    cutoffs = {area: cutoff_of(scenario.retention, area, now, learning) for area in KEPT_AREAS}
    windows = _windows(ports, scenario, cutoffs["windows"])
    files = _old_files(ports, scenario, cutoffs, listed)
    needed = needed_datasets(ports, scenario)
    return Survey(
        now=now,
        retention=scenario.retention,
        files=files,
        ended=frozenset(_ended(ports, scenario, files, windows)),
        windows=windows,
        datasets=_datasets(ports, scenario, cutoffs["datasets"], needed),
        parts=tuple(_part_files(ports, scenario, cutoffs["datasets"])),
        needed=needed,
        needed_parts=_paths(ports.datasets.versions.head(name).tables),
        learning=learning,
        standing=frozenset(_standing(ports, windows, cutoffs["windows"])),
    )


def prefixes_of(scenario: Scenario) -> dict[str, KeptArea]:
    """Where the files of each area lie that has an end."""
    name = scenario.name
    places: Mapping[KeptArea, tuple[str, ...]] = {
        "incoming": (f"incoming/{name}/", f"{ERASED}incoming/{name}/"),
        "scoring": (f"scoring/{name}/", f"telemetry/{name}/", f"{ERASED}scoring/{name}/", f"{ERASED}telemetry/{name}/"),
        "actuals": (f"actuals/{name}/", f"{ERASED}actuals/{name}/", kept_labels(name)),
        "quarantine": (f"quarantine/{name}/",),
        "served": (served_folder(name),),
    }
    return {at: area for area, found in places.items() for at in found if getattr(scenario.retention, area)}


def _old_files(
    ports: OperationsPorts, scenario: Scenario, cutoffs: Cutoffs, listed: Sequence[Blob] | None
) -> dict[KeptArea, tuple[Blob, ...]]:
    """The files of each area that have had its time; of a million others none is kept in mind."""
    prefixes = prefixes_of(scenario)
    found: dict[KeptArea, list[Blob]] = {area: [] for area in prefixes.values()}
    for prefix, area in prefixes.items():
        cutoff = cutoffs[area]
        blobs = ports.core.lake.list(prefix) if listed is None else listed
        found[area] += [blob for blob in blobs if cutoff and blob.modified < cutoff and blob.path.startswith(prefix)]
    return {area: tuple(blobs) for area, blobs in found.items()}


def _standing(ports: OperationsPorts, windows: Iterable[SurveyedWindow], cutoff: datetime | None) -> Iterator[str]:
    """The inputs of old windows that still lie in the lake, also without the rows of somebody."""
    for window in windows:
        for name in window.inputs if cutoff and window.at < cutoff else ():
            path, etag = split_input(name)
            blob = ports.core.lake.stat(path)
            erased = ports.core.lake.stat(erased_path(path, etag)) is not None
            if erased or (blob is not None and blob_key(blob) == name):
                yield name


def _ended(
    ports: OperationsPorts,
    scenario: Scenario,
    files: Mapping[KeptArea, Iterable[Blob]],
    windows: Iterable[SurveyedWindow],
) -> Iterator[str]:
    """The files whose work has ended: taken or refused, predicted, measured."""
    for area in ("incoming", "actuals"):
        for blob in files.get(area, ()):
            entry = ports.core.history.find(Kind.BLOB, landed_key(blob))
            if blob.path.startswith(kept_labels(scenario.name)) or (entry is not None and entry.state in TERMINAL):
                yield blob_key(blob)
    yield from map(blob_key, files.get("quarantine", ()))
    yield from _predicted(ports, scenario, files.get("scoring", ()), windows)
    measured = {facts.window for facts in ports.monitoring.measurements.windows(scenario.name)}
    for blob in files.get("served", ()):
        if _hour(blob) in measured or ports.release.deployments.current(scenario.name) is None:
            yield blob_key(blob)


def _predicted(
    ports: OperationsPorts, scenario: Scenario, blobs: Iterable[Blob], windows: Iterable[SurveyedWindow]
) -> Iterator[str]:
    """Files that a window has read; of telemetry also those that came after their span was read."""
    read = {name for window in windows if not window.is_open for name in window.inputs}
    # A file that an erasure has written anew is read in place of the one that landed.
    until = watermark(ports, scenario)
    for blob in blobs:
        late = until is not None and blob.modified < until and blob.path.startswith("scoring/")
        if landed_key(blob) in read or late:
            yield blob_key(blob)


def _hour(blob: Blob) -> str:
    """The monitored window of a file of kept requests: `served/<scenario>/<day>/<hour>/<file>`."""
    parts = PurePosixPath(blob.path).parts
    return f"served-{parts[2]}{parts[3]}" if len(parts) > _SERVED_PARTS else ""


def _windows(ports: OperationsPorts, scenario: Scenario, cutoff: datetime | None) -> tuple[SurveyedWindow, ...]:
    """All windows, and the files of the old ones."""
    corrections = {one.window: one for one in ports.prediction.corrections.list(scenario.name)}
    windows = ports.prediction.windows.list(scenario.name)
    # The files of all versions lie together, and go with the last of them.
    last = {corrections[one.id].base if one.id in corrections else one.id: one.id for one in windows}
    found = []
    for window in windows:
        correction = corrections.get(window.id)
        inputs = window.inputs if correction is None else (*window.inputs, *correction.inputs)
        base = window.id if correction is None else correction.base
        shared = base if last[base] == window.id else ""
        is_old = cutoff is not None and window.created_at < cutoff
        blobs = tuple(_window_files(ports, window, shared)) if is_old else ()
        is_open = window.state == WindowState.PLANNED
        names = tuple(name.replace('"', "") for name in inputs)
        found.append(SurveyedWindow(window.id, base, window.ordinal, window.created_at, is_open, names, blobs))
    return tuple(found)


def _window_files(ports: OperationsPorts, window: Window, shared: str) -> Iterator[Blob]:
    """The commit first: what goes half-way must not count. `shared` is the base whose prediction files go too."""
    folders = [window_folder(window.scenario, window.id), shards_folder(window.scenario, window.id)]
    folders += [predictions_folder(window.scenario, shared), labelled_folder(window.scenario, shared)] if shared else []
    blobs = [blob for folder in folders for blob in ports.core.lake.list(folder)]
    yield from sorted(blobs, key=lambda blob: (not blob.path.endswith("/_COMMIT.json"), blob.path))


def _datasets(
    ports: OperationsPorts, scenario: Scenario, cutoff: datetime | None, needed: Collection[str]
) -> tuple[SurveyedDataset, ...]:
    """All versions, and the files of those that may go."""
    found = []
    for version in ports.datasets.versions.list(scenario.name):
        goes = cutoff is not None and version.created_at < cutoff and version.id not in needed
        blobs = tuple(ports.core.lake.list(dataset_folder(scenario.name, version.id))) if goes else ()
        found.append(SurveyedDataset(version.id, version.created_at, _paths(version.tables), blobs))
    return tuple(found)


def _paths(tables: Iterable[DatasetTable]) -> frozenset[str]:
    return frozenset(part.path for table in tables for part in table.parts)


def _part_files(ports: OperationsPorts, scenario: Scenario, cutoff: datetime | None) -> Iterator[Blob]:
    for table in scenario.tables if cutoff else ():
        found = ports.core.lake.list(f"{parts_folder(scenario.name)}{table.name}/")
        yield from (blob for blob in found if cutoff and blob.modified < cutoff)
