"""Committed predictions reach SQL: of a window in one piece in one transaction, of shards one after the other.

The lake leads: SQL has the rows of a window when its commit row is there, and is loaded again from the lake.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.core.scenario import Scenario
from shared.prediction.commits import committed_file, revision_of, whole_commit
from shared.prediction.options.shard_settings import MOST_ROWS
from shared.prediction.reject_files import read_rejects
from shared.prediction.window import Commit

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts


# With each window that comes, the rows of so many old ones go.
_AT_ONCE = 3


def load_into_sql(ports: PredictionPorts, scenario: Scenario, commit: Commit, is_late: Callable[[], bool]) -> bool:
    """Load the rows of the committed files, checked by their sha256; False when the call must end before all are."""
    predictions = ports.prediction.predictions
    if predictions.find_commit(scenario.name, commit.window) == commit:
        return True
    predictions.prepare(scenario)
    ports.prediction.actuals.prepare(scenario)
    rejects = read_rejects(ports, scenario, commit.window)
    if not commit.is_sharded and are_held(ports, commit):
        with committed_file(ports, commit.files[0]) as parquet:
            predictions.load(scenario, commit, parquet, revision_of(ports, commit), rejects)
    elif load_shards(ports, scenario, commit, is_late):
        predictions.load(scenario, commit, None, revision_of(ports, commit), rejects)
    else:
        return False
    _drop_old(ports, scenario)
    return True


def are_held(ports: PredictionPorts, commit: Commit) -> bool:
    """Whether SQL holds the rows of the window, or its commit alone."""
    return ports.prediction.sql_rows.holds(commit.scored_at, ports.core.clock())


def _drop_old(ports: PredictionPorts, scenario: Scenario) -> None:
    kept = ports.prediction.sql_rows.kept
    if kept is not None:
        ports.prediction.predictions.drop_rows(scenario, ports.core.clock() - kept, _AT_ONCE)


def load_shards(ports: PredictionPorts, scenario: Scenario, commit: Commit, is_late: Callable[[], bool]) -> bool:
    """Load the rows of each shard that SQL does not have; False when the call must end before all are there."""
    if not are_held(ports, commit):
        return True
    files = whole_commit(ports, commit).shards
    ends = [one.first_row for one in files[1:]] + [MOST_ROWS]
    for file, end in zip(files, ends, strict=True):
        with committed_file(ports, file) as parquet:
            loaded = ports.prediction.predictions.load_shard(scenario, commit.ordinal, file, end, parquet)
        if loaded and file is not files[-1] and is_late():
            return False
    return True
