"""Late labels in memory, for scenarios whose source never counts anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pyarrow as pa

from memory.store import InMemory, atomic
from shared.core.scenario import Scenario
from shared.monitoring.actual_labels import key_column
from shared.prediction.revision import Revision
from shared.serving.prediction_rows import ID_SHIFT, label_columns

_ALWAYS = (datetime(1900, 1, 1, tzinfo=UTC), datetime(9999, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class _Label:
    """A label that came; `current` says whether it holds."""

    key: Any
    epoch: int
    actual: Any
    source: str
    labelled_at: datetime
    valid: tuple[datetime, datetime]
    current: bool = True


class MemoryActuals(InMemory):
    """Ports `Actuals` and `WindowLabels`."""

    def prepare(self, scenario: Scenario) -> None:
        """Tables need no preparation here; a scenario with restarts is refused."""
        self._labels(scenario)

    def _labels(self, scenario: Scenario) -> dict[int, _Label]:
        if scenario.monitoring.restart:
            raise NotImplementedError("Restarts are counted by SQL only.")
        return self._memory.rows[f"labels of {scenario.name}"]

    @atomic
    def merge(self, scenario: Scenario, labels: pa.Table, source: str, at: datetime) -> tuple[int, int]:
        """Add labels; (new, changed) counts. The same labels a second time change nothing."""
        kept, by, within = self._labels(scenario), key_column(scenario), scenario.monitoring.label_within_hours
        valid = (at - timedelta(hours=within), at) if within else _ALWAYS
        wanted = {(row[by], int(row.get("epoch") or 0)): row["actual"] for row in labels.to_pylist()}
        current = {
            (one.key, one.epoch): number
            for number, one in kept.items()
            if one.current and (not within or one.labelled_at > valid[0])
        }
        changed = {key for key in wanted if key in current and kept[current[key]].actual != wanted[key]}
        for key in changed:
            kept[current[key]] = replace(kept[current[key]], current=False)
        added = [key for key in wanted if key not in current or key in changed]
        for number, key in enumerate(added, 1 + len(kept)):
            kept[number] = _Label(*key, wanted[key], source, at, valid)
        return len(added) - len(changed), len(changed)

    @atomic
    def unpredicted(self, scenario: Scenario, labels: pa.Table) -> int:
        """How many of these labels have a key, or an id, that no prediction has so far."""
        by = key_column(scenario)
        known = {row[by] for row in self._memory.rows[f"predictions of {scenario.name}"].values()}
        return sum(name not in known for name in labels.column(by).to_pylist())

    @atomic
    def join_predictions(
        self, scenario: Scenario, first_id: int, last_id: int, *, original: bool = True, labelled: bool = False
    ) -> pa.Table:
        """The predictions of these ids with their label, its time and source."""
        names = ("prediction_id", "prediction", "probability", *(each.name for each in label_columns(scenario)))
        rows = []
        unknown = [] if labelled else [(None, None, None)]
        for row in self._rows(scenario, original=original):
            if first_id <= row["prediction_id"] <= last_id:
                found = [(one.actual, one.labelled_at, one.source) for _, one in self._of_row(scenario, row)]
                rows += [(*(row.get(name) for name in names), *told) for told in found or unknown]
        columns = (*names, "actual", "labelled_at", "source")
        kinds = {"prediction_id": pa.int64(), "labelled_at": pa.timestamp("us")}
        told = {name: [row[at] for row in rows] for at, name in enumerate(columns)}
        return pa.table({name: pa.array(values, kinds.get(name)) for name, values in told.items()})

    def _rows(self, scenario: Scenario, *, original: bool) -> Iterator[Mapping[str, Any]]:
        """The rows of committed windows; with `original` of first versions only."""
        committed = {
            commit.ordinal: self._memory.rows["revision"].get(key, Revision("", 1, commit.scored_at)).number
            for key, commit in self._memory.rows["commit"].items()
            if key[0] == scenario.name
        }
        for number, row in self._memory.rows[f"predictions of {scenario.name}"].items():
            version = committed.get(number >> ID_SHIFT)
            if version == 1 or (version and not original):
                yield row

    def _of_row(self, scenario: Scenario, row: Mapping[str, Any]) -> list[tuple[int, _Label]]:
        key, at = row[key_column(scenario)], row["scored_at"]
        return [
            (number, one)
            for number, one in self._labels(scenario).items()
            if one.current and (one.key, one.epoch) == (key, 0) and one.valid[0] <= at <= one.valid[1]
        ]

    @atomic
    def epochs(self, scenario: Scenario, keys: Sequence[str]) -> Sequence[tuple[str, int]]:
        """Every key that was predicted, in epoch 0."""
        self._labels(scenario)
        return sorted({(row["entity_key"], 0) for row in self._rows(scenario, original=True)} & {(k, 0) for k in keys})

    @atomic
    def newest(self, scenario: Scenario) -> int:
        """The number of the newest label that ever came; 0 without one."""
        return len(self._labels(scenario))

    @atomic
    def by_window(self, scenario: Scenario) -> Mapping[int, int]:
        """By a window's ordinal the number of the newest label that names one of its rows."""
        found: dict[int, int] = {}
        for prediction, row in self._memory.rows[f"predictions of {scenario.name}"].items():
            for number, _ in self._of_row(scenario, row):
                ordinal = prediction >> ID_SHIFT
                found[ordinal] = max(found.get(ordinal, 0), number)
        return found

    @atomic
    def named_by(self, scenario: Scenario, source: str) -> frozenset[int]:
        """The ordinals of the windows of which a label from that file names a row."""
        rows = self._memory.rows[f"predictions of {scenario.name}"].items()
        named = [(number, self._of_row(scenario, row)) for number, row in rows]
        return frozenset(number >> ID_SHIFT for number, found in named if any(one.source == source for _, one in found))
