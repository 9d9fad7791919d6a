"""Scoring drops: the files of one, and which of them belong to no window yet."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.drops import without_empty_parts
from shared.core.lake_reading import SLICE, next_slice
from shared.core.paths import absent_tables, table_landing
from shared.core.scenario import Scenario
from shared.core.timers.listing_round import Round
from shared.prediction.window import input_key

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts


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


def drop_files(ports: PredictionPorts, scenario: Scenario, drop: str) -> list[Blob]:
    """The current files of a scoring drop, by name, without files that name no table."""
    blobs = ports.core.lake.list(f"scoring/{scenario.name}/{drop}/")
    return without_empty_parts(scenario, [blob for blob in blobs if table_landing(blob.path, ports.core.scenarios)])


def one_drop(ports: PredictionPorts, scenario: Scenario, drop: str) -> ScoringDrop | None:
    """The drop, when it is complete and has new files."""
    files = drop_files(ports, scenario, drop)
    claimed = ports.prediction.windows.below(scenario.name, f"scoring/{scenario.name}/{drop}/")
    return next(iter(_complete(scenario, {drop: files}, claimed)), None)


def awaited_tables(ports: PredictionPorts, scenario: Scenario, drop: str, coming: Iterable[str]) -> list[str]:
    """The tables and parts that the drop will lack when files of those tables come; nothing is scored before."""
    names = [*(blob.name for blob in drop_files(ports, scenario, drop)), *(f"{table}.csv" for table in coming)]
    return absent_tables(names, "scoring", scenario)


@dataclass(frozen=True, slots=True)
class NewDrops:
    """Complete drops with new files, and where the listing stands once they are planned."""

    drops: Sequence[ScoringDrop]
    reached: Round


def new_drops(ports: PredictionPorts, scenario: Scenario, most: int = SLICE) -> NewDrops:
    """The drops with new files in the next slice of the scenario's files, the drop with the oldest new file first."""
    found = next_slice(ports, f"plan/{scenario.name}", [f"scoring/{scenario.name}/"], most)
    files: dict[str, list[Blob]] = {}
    for blob in found.blobs:
        if where := table_landing(blob.path, ports.core.scenarios):
            files.setdefault(where.drop, []).append(blob)
    if not found.is_whole:
        # Other slices hold the rest of the first and of the last drop.
        files |= {drop: drop_files(ports, scenario, drop) for drop in [*files][:1] + [*files][-1:]}
    whole = {drop: without_empty_parts(scenario, blobs) for drop, blobs in files.items()}
    keys = [input_key(blob) for blobs in whole.values() for blob in blobs]
    drops = _complete(scenario, whole, ports.prediction.windows.claimed(scenario.name, keys))
    return NewDrops(drops, found.reached)


def _complete(scenario: Scenario, files: Mapping[str, Sequence[Blob]], claimed: Iterable[str]) -> list[ScoringDrop]:
    known = frozenset(claimed)
    drops = [ScoringDrop(name, blobs, _oldest_first(blobs, known)) for name, blobs in files.items()]
    due = [drop for drop in drops if drop.new and not absent_tables(drop.file_names, "scoring", scenario)]
    return sorted(due, key=lambda drop: (drop.new[0].modified, drop.new[0].path))


def _oldest_first(blobs: Sequence[Blob], claimed: frozenset[str]) -> list[Blob]:
    return sorted(
        (blob for blob in blobs if input_key(blob) not in claimed), key=lambda blob: (blob.modified, blob.path)
    )
