"""Which things of a scenario have had their time, decided on a survey of what there is and of what is needed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from shared.core.blob import Blob
from shared.core.drops import blob_key
from shared.core.policies import Retention

KeptArea = Literal["incoming", "scoring", "actuals", "quarantine", "served", "datasets", "windows"]
KEPT_AREAS: tuple[KeptArea, ...] = ("incoming", "scoring", "actuals", "quarantine", "served", "datasets", "windows")
# Where an erasure keeps what is left of files that landed.
ERASED = "erased/"
# Windows that trials, drift and people still compare with, however old they are.
NEWEST_WINDOWS = 50


@dataclass(frozen=True, slots=True)
class SurveyedWindow:
    """A window as far as retention looks: all versions of one base go together; `at` is when it was planned."""

    id: str
    base: str
    ordinal: int
    at: datetime
    is_open: bool
    inputs: tuple[str, ...]
    blobs: tuple[Blob, ...] = ()


@dataclass(frozen=True, slots=True)
class SurveyedDataset:
    """A dataset version: the paths of its parts, and the files of its own folder."""

    id: str
    at: datetime
    parts: frozenset[str]
    blobs: tuple[Blob, ...] = ()


@dataclass(frozen=True, slots=True)
class Survey:
    """What there is of a scenario, and what of it is needed.

    `files` are the blobs of the areas in which each stands for itself, at least the old ones of those that are looked
    at. `ended` names those ("path@etag") whose work has ended. `learning` is how long a scored window may wait for its
    labels. `needed` are ids of dataset versions, `needed_parts` paths that the head names. `standing` are the inputs of
    windows that still lie in the lake.
    """

    now: datetime
    retention: Retention
    files: Mapping[KeptArea, tuple[Blob, ...]]
    ended: frozenset[str]
    windows: tuple[SurveyedWindow, ...]
    datasets: tuple[SurveyedDataset, ...]
    parts: tuple[Blob, ...]
    needed: frozenset[str]
    needed_parts: frozenset[str]
    learning: timedelta
    standing: frozenset[str] = frozenset()

    def cutoff(self, area: KeptArea) -> datetime | None:
        """What is older has had its time; None: nothing has."""
        return cutoff_of(self.retention, area, self.now, self.learning)


def cutoff_of(retention: Retention, area: KeptArea, now: datetime, learning: timedelta) -> datetime | None:
    """What is older has had its time; None: nothing has."""
    days = float(getattr(retention, area))
    least = learning if area in {"scoring", "served", "windows"} else timedelta(0)
    return now - max(timedelta(days=days), least) if days else None


@dataclass(frozen=True, slots=True)
class Expired:
    """Blobs of an area that go together, and the window (with its base) or dataset version that goes with them."""

    area: KeptArea
    blobs: tuple[Blob, ...]
    window: str = ""
    base: str = ""
    dataset: str = ""


def expired(survey: Survey) -> list[Expired]:
    """What has had its time, area by area, oldest first within each."""
    found: list[Expired] = []
    for area in ("incoming", "scoring", "actuals", "quarantine", "served"):
        blobs = [blob for blob in survey.files.get(area, ()) if _is_old(survey, area, blob) and _is_free(survey, blob)]
        found.extend(Expired(area, (blob,)) for blob in sorted(blobs, key=lambda blob: (blob.modified, blob.path)))
    found.extend(_windows(survey))
    kept = _kept_datasets(survey)
    gone = (dataset for dataset in survey.datasets if dataset.id not in kept)
    found.extend(Expired("datasets", dataset.blobs, dataset=dataset.id) for dataset in gone)
    found.extend(Expired("datasets", (blob,)) for blob in _parts(survey, kept))
    return found


def _is_old(survey: Survey, area: KeptArea, blob: Blob) -> bool:
    cutoff = survey.cutoff(area)
    return cutoff is not None and blob.modified < cutoff


def _is_free(survey: Survey, blob: Blob) -> bool:
    """Whether the work on the file has ended and no window that is open, or compared with, reads it."""
    return blob_key(blob) in survey.ended and landed_key(blob) not in _inputs(_used_windows(survey))


def landed_key(blob: Blob) -> str:
    """The version of the file that landed (`path@etag`); an erasure keeps what is left of it under another name."""
    if not blob.path.startswith(ERASED):
        return blob_key(blob)
    folder, etag, file = blob.path.removeprefix(ERASED).rsplit("/", 2)
    return f"{folder}/{file}@{etag}"


def _used_windows(survey: Survey) -> list[SurveyedWindow]:
    """Open windows and the newest ones."""
    newest = sorted(survey.windows, key=lambda window: window.ordinal)[-NEWEST_WINDOWS:]
    return [*(window for window in survey.windows if window.is_open), *newest]


def _inputs(windows: Iterable[SurveyedWindow]) -> set[str]:
    return {name for window in windows for name in window.inputs}


def _windows(survey: Survey) -> Iterator[Expired]:
    """Windows of which every version has had its time, and none of whose files could be predicted anew."""
    cutoff = survey.cutoff("windows")
    used = {window.base for window in _used_windows(survey)}
    there = {landed_key(blob) for blob in survey.files.get("scoring", ())} | survey.standing
    for window in sorted(survey.windows, key=lambda window: window.ordinal):
        versions = [other for other in survey.windows if other.base == window.base]
        if cutoff is None or window.base in used or any(other.at >= cutoff for other in versions):
            continue
        if there.isdisjoint(_inputs(versions)):
            yield Expired("windows", window.blobs, window=window.id, base=window.base)


def _kept_datasets(survey: Survey) -> set[str]:
    cutoff = survey.cutoff("datasets")
    young = {one.id for one in survey.datasets if cutoff is None or one.at >= cutoff}
    return young | survey.needed


def _parts(survey: Survey, kept: Iterable[str]) -> Iterator[Blob]:
    """Old parts, and what lies beside them, that neither the head nor a version that is kept names."""
    cutoff, ids = survey.cutoff("datasets"), set(kept)
    named = {path for dataset in survey.datasets if dataset.id in ids for path in dataset.parts} | survey.needed_parts
    stems = {path.removesuffix(".parquet") for path in named}
    for blob in survey.parts:
        stem = blob.path.removesuffix(".parquet").removesuffix(".index").removesuffix(".profile")
        if cutoff is not None and blob.modified < cutoff and stem not in stems:
            yield blob
