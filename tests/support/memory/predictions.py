"""Prediction rows in memory."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from memory.outbox import add_notice
from memory.store import InMemory, atomic
from shared.adapters.sql.prediction.predictions import _notice
from shared.core.errors import Conflict, Corrupt
from shared.core.scenario import Scenario
from shared.datasets.rejects import Reject
from shared.prediction.revision import Revision
from shared.prediction.window import Commit, CommittedFile, WindowState
from shared.serving.prediction_rows import first_id


class MemoryPredictions(InMemory):
    """Port `Predictions`: the rows of a window as an Arrow table, all of them or none."""

    def prepare(self, scenario: Scenario) -> None:
        """Tables need no preparation here."""

    @atomic
    def load(
        self,
        scenario: Scenario,
        commit: Commit,
        parquet: BinaryIO | None,
        revision: Revision | None = None,
        rejects: Sequence[Reject] = (),
    ) -> bool:
        """One step: commit, rows, version, rows set aside, window state and notice; False when it was there."""
        rows, key = self._memory.rows, (commit.scenario, commit.window)
        existing = rows["commit"].get(key)
        if existing is not None:
            return _same(existing, commit)
        if parquet is not None:
            self._keep(scenario.name, commit, parquet)
        rows["commit"][key] = replace(commit, shards=())
        rows["revision"][key] = revision or Revision(commit.window, 1, commit.scored_at)
        rows["reject"][key] = tuple(rejects)
        window = rows["window"].get(key)
        if window is not None:
            rows["window"][key] = replace(window, state=WindowState.COMMITTED, reason="")
        add_notice(self._memory, _notice(commit, table_name(scenario)))
        return True

    @atomic
    def load_shard(self, scenario: Scenario, ordinal: int, shard: CommittedFile, ends: int, parquet: BinaryIO) -> bool:
        """Every row of the shard; False when all are there. A part of them is replaced."""
        kept: dict[int, Any] = self._memory.rows[f"predictions of {scenario.name}"]
        inside = range(first_id(ordinal) + shard.first_row, first_id(ordinal) + ends)
        there = {number: kept.pop(number) for number in list(kept) if number in inside}
        if len(there) == shard.rows:
            kept.update(there)
            return False
        try:
            self._keep(scenario.name, shard, parquet)
        except (Conflict, Corrupt):
            kept.update(there)
            raise
        return True

    def _keep(self, name: str, file: Commit | CommittedFile, parquet: BinaryIO) -> None:
        """Keep every row of the file by its id; nothing is kept of a file that is damaged or does not fit."""
        table = _read(file, parquet)
        kept: dict[int, Any] = self._memory.rows[f"predictions of {name}"]
        new = dict(zip(table["prediction_id"].to_pylist(), table.to_pylist(), strict=True))
        if table.num_rows != file.rows:
            message = f"{file.path} has {table.num_rows} rows, its commit says {file.rows}; nothing was loaded."
            raise Corrupt(message)
        if len(new) != file.rows or new.keys() & kept.keys():
            raise Conflict(f"{file.path} has prediction ids that are there already.")
        kept.update(new)

    @atomic
    def drop_rows(self, scenario: Scenario, before: datetime, most: int) -> int:
        """Take the rows of the oldest windows out that were scored before that time."""
        kept: dict[int, Any] = self._memory.rows[f"predictions of {scenario.name}"]
        dropped = 0
        for commit in self.commits(scenario.name):
            first, end = first_id(commit.ordinal), first_id(commit.ordinal + 1)
            inside = [one for one in kept if first <= one < end]
            if inside and (dropped == most or commit.scored_at > before):
                break
            dropped += bool(inside)
            for one in inside:
                del kept[one]
        return dropped

    @atomic
    def find_commit(self, scenario: str, window_id: str) -> Commit | None:
        """The commit, or None."""
        return self._memory.rows["commit"].get((scenario, window_id))

    @atomic
    def commits(self, scenario: str | None = None) -> Sequence[Commit]:
        """All commits by ordinal."""
        found = [one for one in self._memory.rows["commit"].values() if scenario in {None, one.scenario}]
        return sorted(found, key=lambda one: (one.ordinal, one.scenario))


def table_name(scenario: Scenario) -> str:
    """The name of the scenario's table in SQL."""
    from shared.adapters.sql.schema.predictions import prediction_table

    return prediction_table(scenario).name


def _same(existing: Commit, commit: Commit) -> bool:
    if existing.sha256 != commit.sha256:
        raise Corrupt(
            f"Window {commit.window!r} of {commit.scenario} has sha256 {existing.sha256} in SQL, "
            f"the lake says {commit.sha256}."
        )
    return False


def _read(file: Commit | CommittedFile, parquet: BinaryIO) -> pa.Table:
    parquet.seek(0)
    try:
        table = pq.read_table(parquet, page_checksum_verification=True)
    except (pa.ArrowException, OSError) as error:
        raise Corrupt(f"{file.path} cannot be read: {error}") from error
    for column in table.column_names:
        for number, value in enumerate(table[column].to_pylist(), 1):
            _check_value(column, number, value)
    return table


def _check_value(column: str, row: int, value: Any) -> None:
    if isinstance(value, str) and "\0" in value:
        raise Corrupt(f"There is a NUL character in row {row}, column {column}.")
    if isinstance(value, float) and math.isinf(value):
        raise Corrupt(f"There is an infinite number in row {row}, column {column}.")
