"""Rebuild the Delta table of predictions from the commits in the lake, where it was lost, damaged or switched off."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from shared.core.errors import Fault
from shared.core.scenario import Scenario
from shared.prediction.commits import read_commit
from shared.prediction.delta_follower import replace_window, settle
from shared.prediction.delta_table import PREDICTIONS, predictions_table
from shared.prediction.plans import read_plan
from shared.prediction.window import Commit

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts


class TableState(StrEnum):
    """What rebuilding did with a window of the table."""

    INTACT = "intact"
    RESTORED = "restored"
    REMOVED = "removed"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class RebuiltPartition:
    """A partition after rebuilding: a window of a table, or a file of labels; `reason` says why it failed."""

    scenario: str
    window: str
    state: TableState
    reason: str = ""
    table: str = PREDICTIONS


def rebuild_tables(ports: PredictionPorts, scenario: Scenario) -> Iterator[RebuiltPartition]:
    """Bring each window of the table up to its newest commit, and take out what no commit stands for."""
    table, delta = predictions_table(scenario), ports.prediction.delta
    held = frozenset(delta.files(table))
    newest: dict[str, tuple[int, Commit]] = {}
    failed: set[str] = set()
    for window in _committed(ports, scenario):
        try:
            commit, plan = read_commit(ports, window[1]), read_plan(ports, scenario.name, window[0])
        except (Fault, TypeError, KeyError, ValueError) as error:
            failed.add(window[0])
            yield RebuiltPartition(scenario.name, window[0], TableState.FAILED, f"{window[1]} is no commit: {error}")
            continue
        number = plan.corrects.number if plan.corrects else 1
        newest[plan.base] = max(newest.get(plan.base, (0, commit)), (number, commit), key=lambda one: one[0])
    for base, (_, commit) in sorted(newest.items(), key=lambda one: one[1][1].ordinal):
        yield _rebuilt(ports, scenario, base, commit)
    for base in sorted(held - newest.keys() - failed):
        delta.remove(table, [base], f"without {base}")
        yield RebuiltPartition(scenario.name, base, TableState.REMOVED)


def _committed(ports: PredictionPorts, scenario: Scenario) -> list[tuple[str, str]]:
    """The windows that have a commit in the lake, and its path."""
    paths = [blob.path for blob in ports.core.lake.list(f"windows/{scenario.name}/")]
    return [(PurePosixPath(path).parent.name, path) for path in paths if path.endswith("/_COMMIT.json")]


def _rebuilt(ports: PredictionPorts, scenario: Scenario, base: str, commit: Commit) -> RebuiltPartition:
    try:
        changed = replace_window(ports, scenario, base, commit)
        settle(ports, f"{scenario.name}/{commit.window}")
    except Fault as fault:
        return RebuiltPartition(scenario.name, base, TableState.FAILED, fault.reason)
    return RebuiltPartition(scenario.name, base, TableState.RESTORED if changed else TableState.INTACT)
