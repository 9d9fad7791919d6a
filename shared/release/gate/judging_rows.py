"""The rows that a model is judged on, and which of them no compared model has learned from."""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from shared.core.scenario import Scenario
from shared.datasets.feature_frame import hours_of
from shared.serving.prediction_rows import label_positions
from shared.training.fingerprints import fingerprints
from shared.training.learned_rows import LearnedRows, read_registered
from shared.training.model import Model

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from shared.release.ports import ReleasePorts


@dataclass(frozen=True, slots=True)
class JudgingRows:
    """Inputs and answers as they came, the true answers, and the keys of each row.

    `keys` has the columns identity, inputs, cluster and, where rows have a time, hours; None for a model of a version
    that did not write them down.
    """

    table: pa.Table
    actual: np.ndarray
    keys: pa.Table | None

    @property
    def clusters(self) -> np.ndarray | None:
        """Equal numbers for rows that hang together; None when that is not known."""
        return None if self.keys is None else self.keys["cluster"].to_numpy()

    def take(self, rows: np.ndarray) -> JudgingRows:
        """Only these rows, by number."""
        keys = None if self.keys is None else self.keys.take(rows)
        return JudgingRows(self.table.take(rows), self.actual[rows], keys)


def read_judging_rows(
    ports: ReleasePorts, scenario: Scenario, model: Model, manifest: Mapping[str, Any]
) -> JudgingRows:
    """The holdout that was registered with the model; Corrupt when it is another one now."""
    facts = manifest["holdout"]
    table = _parquet(read_registered(ports, model, facts))
    keys = _parquet(read_registered(ports, model, facts["keys"])) if "keys" in facts else None
    return JudgingRows(table, actual_values(scenario, table), keys)


def fresh_rows(scenario: Scenario, rows: JudgingRows, learned: Sequence[LearnedRows]) -> np.ndarray:
    """The numbers of the rows that none of the models learned from.

    Of a time split these are the rows later than everything that was learned, and the gap. Without times, and for
    other splits, those whose identity and inputs were not learned.
    """
    import numpy as np

    assert rows.keys is not None  # noqa: S101 - who asks has looked
    known = [one.newest for one in learned if one.newest is not None]
    if scenario.split.kind == "time" and "hours" in rows.keys.column_names and len(known) == len(learned):
        hours = rows.keys["hours"].to_numpy()
        later = np.flatnonzero(hours > max(known) + scenario.split.gap_hours)
        # A model's own judging rows lie behind its own gap already.
        return later if max(known) == known[0] else later[scenario.split.gap :]
    # Entities of a time split may come again; the same inputs at another time are another row only there.
    names = ("inputs",) if scenario.split.kind == "time" else ("identity", "inputs")
    seen = [one.holds(rows.keys[name].to_numpy()) for one in learned for name in names]
    return np.flatnonzero(~np.any(seen, axis=0))


def as_judging_rows(scenario: Scenario, inputs: Sequence[str], frame: pa.Table) -> JudgingRows:
    """All rows of a feature table with answers; of the columns the inputs and answers are kept."""
    import pyarrow as pa

    prints, hours = fingerprints(scenario, frame), hours_of(frame, scenario)
    columns = {name: getattr(prints, name) for name in ("identity", "inputs", "cluster")}
    keys = pa.table(columns | ({} if hours is None else {"hours": hours}))
    table = frame.select(list(dict.fromkeys((*inputs, *scenario.targets))))
    return JudgingRows(table, actual_values(scenario, table), keys)


def _parquet(data: bytes) -> pa.Table:
    import pyarrow.parquet as pq

    return pq.read_table(io.BytesIO(data), page_checksum_verification=True)


def actual_values(scenario: Scenario, table: pa.Table) -> np.ndarray:
    """The true answer of each row: numbers, a 0/1 matrix (rows, labels), or label positions."""
    import numpy as np

    if scenario.task == "regression":
        return np.array(table[scenario.target].to_pylist(), dtype=np.float64)
    if scenario.task == "multilabel":
        return np.array([table[name].to_pylist() for name in scenario.targets], dtype=np.int64).T
    return label_positions(scenario.labels, table[scenario.target].to_pylist())
