"""Rebuild SQL from the lake: every committed window's rows are loaded again from the file that was committed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from shared.core.errors import Fault
from shared.core.scenario import Scenario
from shared.prediction.commits import committed_file, read_commit, revision_of
from shared.prediction.plans import read_plan
from shared.prediction.reject_files import read_rejects
from shared.prediction.revision import Correction
from shared.prediction.sharding.loading import are_held, load_shards
from shared.prediction.window import Commit, Window, WindowState
from shared.prediction.window_plan import WindowPlan

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts


class RebuildState(StrEnum):
    """What rebuilding did with a window."""

    INTACT = "intact"
    RESTORED = "restored"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RebuiltWindow:
    """A committed window after rebuilding; `reason` says why it failed."""

    scenario: str
    window: str
    state: RebuildState
    rows: int
    reason: str = ""


def rebuild(ports: PredictionPorts, scenario: Scenario, *, every: bool = False) -> Iterator[RebuiltWindow]:
    """Restore each committed window that SQL does not have whole (with `every` all of them), oldest first."""
    ports.prediction.predictions.prepare(scenario)
    ends = "/_COMMIT.json"
    paths = [blob.path for blob in ports.core.lake.list(f"windows/{scenario.name}/") if blob.path.endswith(ends)]
    commits: list[Commit] = []
    for path in paths:
        try:
            commits.append(read_commit(ports, path))
        except (Fault, TypeError, KeyError, ValueError) as error:
            window, reason = PurePosixPath(path).parent.name, f"{path} is no commit: {error}"
            yield RebuiltWindow(scenario.name, window, RebuildState.FAILED, 0, reason)
    for commit in sorted(commits, key=lambda commit: commit.ordinal):
        yield _rebuild_window(ports, scenario, commit, every=every)


def _rebuild_window(ports: PredictionPorts, scenario: Scenario, commit: Commit, *, every: bool) -> RebuiltWindow:
    rows = commit.rows if are_held(ports, commit) else 0
    if not every and ports.prediction.restoration.is_intact(scenario, commit, rows):
        return RebuiltWindow(scenario.name, commit.window, RebuildState.INTACT, commit.rows)
    try:
        restore_window(ports, scenario, commit)
    except Fault as fault:
        return RebuiltWindow(scenario.name, commit.window, RebuildState.FAILED, 0, fault.reason)
    return RebuiltWindow(scenario.name, commit.window, RebuildState.RESTORED, commit.rows)


def restore_window(ports: PredictionPorts, scenario: Scenario, commit: Commit) -> None:
    """Replace what SQL has of the window by what the lake has: rows, commit, version, rows that were set aside."""
    plan = read_plan(ports, scenario.name, commit.window)
    window, correction, revision = _window(plan), _correction(plan), revision_of(ports, commit)
    rejects = read_rejects(ports, scenario, commit.window)
    with _rows(ports, scenario, commit) as parquet:
        ports.prediction.restoration.restore(
            scenario,
            commit,
            parquet,
            revision=revision,
            window=window,
            correction=correction,
            rejects=rejects,
        )


@contextmanager
def _rows(ports: PredictionPorts, scenario: Scenario, commit: Commit) -> Iterator[BinaryIO | None]:
    """The rows of the window in one file; None where they are loaded shard by shard, which is done first, or not."""
    if commit.is_sharded or not are_held(ports, commit):
        load_shards(ports, scenario, commit, lambda: False)
        yield None
        return
    with committed_file(ports, commit.files[0]) as parquet:
        yield parquet


def _window(plan: WindowPlan) -> Window:
    """The window as it was planned; of a correction's inputs only those that no window has become its own."""
    return Window(plan.scenario, plan.window, plan.ordinal, plan.inputs, WindowState.COMMITTED, plan.planned_at)


def _correction(plan: WindowPlan) -> Correction | None:
    if plan.corrects is None:
        return None
    return Correction(
        scenario=plan.scenario,
        window=plan.window,
        base=plan.corrects.base,
        number=plan.corrects.number,
        inputs=plan.inputs,
        deployment=plan.deployment,
        by=plan.corrects.by,
        reason=plan.corrects.reason,
        created_at=plan.planned_at,
    )
