"""Windows, prediction rows and corrections in memory."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from memory.ledger import add_notice
from memory.store import InMemory, Memory, atomic
from shared.adapters.sql.prediction.predictions import _notice
from shared.core.errors import Conflict, Corrupt, Missing
from shared.core.scenario import Scenario
from shared.datasets.rejects import Reject
from shared.prediction.revision import Correction, Revision
from shared.prediction.window import Commit, CommittedFile, Window, WindowState
from shared.serving.prediction_rows import first_id


class MemoryWindows(InMemory):
    """Port `Windows`: an input belongs to one window, ordinals count from 1."""

    @atomic
    def claim(self, window: Window) -> Window:
        """Keep the window under the next ordinal; the same id again takes the inputs that it lacks."""
        known = self._memory.rows["window"].get((window.scenario, window.id))
        existing = _inputs(self._memory, window.scenario, window.id)
        added = tuple(name for name in window.inputs if name not in existing)
        taken = self._memory.rows["input"]
        for name in added:
            other = taken.get((window.scenario, name))
            if other is not None:
                raise Conflict(f"Input {name!r} belongs to window {other!r} of {window.scenario} already.")
        if known is None:
            known = _numbered(self._memory, window)
        taken.update({(window.scenario, name): window.id for name in added})
        return replace(known, inputs=existing + added)

    @atomic
    def claimed_inputs(self, scenario: str) -> frozenset[str]:
        """Every input that belongs to a window."""
        return frozenset(name for owner, name in self._memory.rows["input"] if owner == scenario)

    @atomic
    def find(self, scenario: str, window_id: str) -> Window | None:
        """The window, or None."""
        kept = self._memory.rows["window"].get((scenario, window_id))
        return None if kept is None else replace(kept, inputs=_inputs(self._memory, scenario, window_id))

    @atomic
    def below(self, scenario: str, folder: str) -> Mapping[str, str]:
        """The inputs below a folder, each with the id of its window."""
        taken = self._memory.rows["input"].items()
        return {name: window for (owner, name), window in taken if owner == scenario and name.startswith(folder)}

    @atomic
    def close(self, scenario: str, window_id: str, state: WindowState, reason: str, unread: Sequence[str] = ()) -> None:
        """Set the window's final state and free what it never read."""
        kept = self._memory.rows["window"].get((scenario, window_id))
        if kept is None:
            raise Missing(f"There is no window {window_id!r} of {scenario}.")
        for name in unread:
            if self._memory.rows["input"].get((scenario, name)) == window_id:
                del self._memory.rows["input"][scenario, name]
        self._memory.rows["window"][scenario, window_id] = replace(kept, state=WindowState(state), reason=reason)

    @atomic
    def list(self, scenario: str | None = None, state: str | None = None) -> Sequence[Window]:
        """Windows by ordinal."""
        kept = self._memory.rows["window"].values()
        found = [one for one in kept if scenario in {None, one.scenario} and state in {None, one.state}]
        found.sort(key=lambda one: (one.ordinal, one.scenario))
        return [replace(one, inputs=_inputs(self._memory, one.scenario, one.id)) for one in found]


def _inputs(memory: Memory, scenario: str, window: str) -> tuple[str, ...]:
    taken = memory.rows["input"].items()
    return tuple(name for (owner, name), of in taken if (owner, of) == (scenario, window))


def _numbered(memory: Memory, window: Window) -> Window:
    """Keep the window, without its inputs, under the next ordinal."""
    ordinals = (one.ordinal for one in memory.rows["window"].values() if one.scenario == window.scenario)
    state = WindowState(window.state)
    kept = replace(window, ordinal=1 + max(ordinals, default=0), inputs=(), state=state)
    memory.rows["window"][window.scenario, window.id] = kept
    return kept


class MemoryCorrections(InMemory):
    """Port `Corrections`."""

    @atomic
    def plan(self, correction: Correction) -> Correction:
        """Keep it as the next version of its base; the same work that is planned already is returned instead."""
        windows, scenario = self._memory.rows["window"], correction.scenario
        others = [one for one in self.list(scenario) if one.base == correction.base]
        for one in others:
            same = (one.deployment.sha256, one.inputs) == (correction.deployment.sha256, correction.inputs)
            if same and windows[scenario, one.window].state == WindowState.PLANNED:
                return one
        number = 1 + max((one.number for one in others), default=1)
        kept = replace(correction, window=f"{correction.base}.r{number}", number=number)
        _numbered(self._memory, Window(scenario, kept.window, 0, (), WindowState.PLANNED, kept.created_at))
        self._memory.rows["correction"][scenario, kept.window] = kept
        for name in kept.inputs:
            self._memory.rows["input"].setdefault((scenario, name), kept.window)
        return kept

    @atomic
    def find(self, scenario: str, window: str) -> Correction | None:
        """The correction under that name; None for a first version."""
        return self._memory.rows["correction"].get((scenario, window))

    @atomic
    def list(self, scenario: str) -> Sequence[Correction]:
        """All corrections of a scenario, by base and number."""
        found = [one for one in self._memory.rows["correction"].values() if one.scenario == scenario]
        return sorted(found, key=lambda one: (one.base, one.number))


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

    def load_shard(self, scenario: Scenario, ordinal: int, shard: CommittedFile, ends: int, parquet: BinaryIO) -> bool:
        """Refused: large windows are not simulated."""
        raise NotImplementedError(f"Shards of {scenario.name} are loaded into SQL only.")

    def _keep(self, name: str, file: Commit, parquet: BinaryIO) -> None:
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
    from shared.adapters.sql.schema.tables import prediction_table

    return prediction_table(scenario).name


def _same(existing: Commit, commit: Commit) -> bool:
    if existing.sha256 != commit.sha256:
        raise Corrupt(
            f"Window {commit.window!r} of {commit.scenario} has sha256 {existing.sha256} in SQL, "
            f"the lake says {commit.sha256}."
        )
    return False


def _read(file: Commit, parquet: BinaryIO) -> pa.Table:
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
