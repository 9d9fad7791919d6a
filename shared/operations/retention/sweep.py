"""Apply what a scenario declares: remove what has had its time, and say so in the history."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.errors import Fault, Superseded
from shared.core.lake_reading import next_slice
from shared.core.ledger import Kind, State
from shared.core.scenario import Scenario
from shared.core.wording import counted
from shared.operations.retention.rules import Expired, expired
from shared.operations.retention.survey import prefixes_of, survey
from shared.prediction.delta_follower import take_out, take_out_labels

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts

# What one run removes of a scenario at most: a function has nine minutes, and the next run goes on.
MOST = 5000
# So many files of a scenario a daily run lists.
LISTED = 100_000
JOURNAL = "journal"


@dataclass(frozen=True, slots=True)
class Removed:
    """What was removed, or would be: files and bytes by area, windows and dataset versions, rows of SQL by table."""

    scenario: str
    files: Mapping[str, int] = field(default_factory=dict)
    size: int = 0
    windows: tuple[str, ...] = ()
    datasets: tuple[str, ...] = ()
    rows: Mapping[str, int] = field(default_factory=dict)

    @property
    def sentence(self) -> str:
        """What a person reads."""
        told = [f"{counted(number, 'file')} of {area}" for area, number in self.files.items()]
        told += [f"{counted(len(self.windows), 'window')}"] if self.windows else []
        told += [f"{counted(len(self.datasets), 'dataset version')}"] if self.datasets else []
        told += [f"{counted(number, 'row')} of {table}" for table, number in self.rows.items()]
        return ", ".join(told) or "nothing"


def retain(ports: OperationsPorts) -> list[Removed]:
    """Apply the retention of every scenario, and of the journal; what went is told in the history."""
    removed: list[Removed] = []
    for scenario in ports.core.scenarios.values():
        try:
            removed.append(_apply_slice(ports, scenario))
        except Fault as fault:
            # One scenario that cannot be looked at must not keep the others.
            ports.core.ledger.note(Kind.RETENTION, scenario.name, fault.state, fault.reason)
    return [*removed, apply_journal(ports)]


def plan_retention(ports: OperationsPorts, scenario: Scenario) -> Removed:
    """What would go now; this changes nothing."""
    return _told(scenario.name, expired(survey(ports, scenario)), _old_rows(ports, scenario, dry_run=True))


def _apply_slice(ports: OperationsPorts, scenario: Scenario) -> Removed:
    """Apply it to the next files of the lake; the next run goes on behind them."""
    found = next_slice(ports, f"retain/{scenario.name}", [*prefixes_of(scenario)], LISTED)
    removed = apply_retention(ports, scenario, found.blobs)
    if sum(removed.files.values()) < MOST:
        # What found no room in this run is looked at again.
        ports.core.rounds.save(found.reached)
    return removed


def apply_retention(ports: OperationsPorts, scenario: Scenario, listed: Sequence[Blob] | None = None) -> Removed:
    """Remove what has had its time, of all files or of those that are listed; any worker may repeat any step."""
    chosen = _first(expired(survey(ports, scenario, listed)))
    windows = [one.window for one in chosen if one.window]
    datasets = [one.dataset for one in chosen if one.dataset]
    take_out(ports, scenario, {one.base for one in chosen if one.base})
    take_out_labels(ports, scenario, (blob.path for one in chosen for blob in one.blobs))
    # SQL first: what is still found in the lake is removed again by the next run, what SQL alone knows would stay.
    ports.operations.expiry.windows(scenario, windows)
    ports.operations.expiry.datasets(scenario.name, datasets)
    for one in chosen:
        _remove(ports, one)
    removed = _told(scenario.name, chosen, _old_rows(ports, scenario, dry_run=False))
    _note(ports, removed)
    return removed


def apply_journal(ports: OperationsPorts, *, dry_run: bool = False) -> Removed:
    """Remove old lines of the journal, which all scenarios share: as long as any of them keeps it, it stays."""
    days = [scenario.retention.journal for scenario in ports.core.scenarios.values()]
    if not days or not all(days):
        return Removed(JOURNAL)
    before = ports.core.clock() - timedelta(days=max(days))
    rows = ports.operations.expiry.lines(before, dry_run=dry_run)
    removed = Removed(JOURNAL, rows={table: number for table, number in rows.items() if number})
    if not dry_run:
        _note(ports, removed)
    return removed


def _first(found: Iterable[Expired]) -> list[Expired]:
    """As many as one run may remove; what goes together stays together."""
    chosen: list[Expired] = []
    files = 0
    for one in found:
        files += len(one.blobs)
        if files > MOST and chosen:
            break
        chosen.append(one)
    return chosen


def _remove(ports: OperationsPorts, one: Expired) -> None:
    for blob in one.blobs:
        # A version that came since is no longer what was looked at.
        with suppress(Superseded):
            ports.core.lake.remove(blob.path, blob.etag)


def _old_rows(ports: OperationsPorts, scenario: Scenario, *, dry_run: bool) -> Mapping[str, int]:
    now, kept = ports.core.clock(), scenario.retention
    served, actuals = (_before(now, days) for days in (kept.served, kept.actuals))
    rows = ports.operations.expiry.rows(scenario, served=served, actuals=actuals, dry_run=dry_run)
    return {table: number for table, number in rows.items() if number}


def _before(now: datetime, days: float) -> datetime | None:
    return now - timedelta(days=days) if days else None


def _told(scenario: str, found: Iterable[Expired], rows: Mapping[str, int]) -> Removed:
    files: dict[str, int] = {}
    size, windows, datasets = 0, [], []
    for one in found:
        size += sum(blob.size for blob in one.blobs)
        if one.blobs:
            files[one.area] = files.get(one.area, 0) + len(one.blobs)
        windows += [one.window] if one.window else []
        datasets += [one.dataset] if one.dataset else []
    return Removed(scenario, files, size, tuple(windows), tuple(datasets), rows)


def _note(ports: OperationsPorts, removed: Removed) -> None:
    if removed.sentence != "nothing":
        today = f"{ports.core.clock():%Y-%m-%d}"
        reason = f"Retention of {today} removed {removed.sentence}."
        ports.core.ledger.note(Kind.RETENTION, removed.scenario, State.DONE, reason)
