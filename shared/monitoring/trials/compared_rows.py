"""The rows of a trial's windows that have a late label, with what the serving and the hidden model answered."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from shared.core.scenario import Gate, Scenario
from shared.monitoring.quality import actual_values, answers, predicted
from shared.prediction.commits import committed_file
from shared.prediction.hidden_scoring import hidden_commit
from shared.prediction.window import Commit
from shared.release.gate.judging_rows import JudgingRows
from shared.serving.prediction_rows import first_id, label_columns
from shared.training.metrics import DECIDED

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from shared.monitoring.ports import MonitoringPorts
    from shared.serving.deployment import Deployment

# So many rows are compared; of more a sample that depends on their numbers alone.
MOST_ROWS = 20_000
_SEED = 0


@dataclass(frozen=True, slots=True)
class ComparedRows:
    """Labelled rows that both models answered, and how many rows without that were left out for want of a label."""

    rows: JudgingRows
    served: np.ndarray
    hidden: np.ndarray
    unlabelled: int


def compared_metric(scenario: Scenario) -> Scenario:
    """The scenario with the metric that prediction rows can show: of several classes they keep the chosen one."""
    if scenario.task != "multiclass" or scenario.metric == "accuracy":
        return scenario
    return replace(scenario, metric="accuracy", gate=Gate(scenario.gate.rule))


def is_labelled(scenario: Scenario, labelled: int, rows: int) -> bool:
    """Whether a window has labels enough: those that come first may be of one kind."""
    return labelled >= scenario.monitoring.min_coverage * rows


def compared_rows(
    ports: MonitoringPorts, scenario: Scenario, windows: Iterable[Commit], other: Deployment
) -> ComparedRows | None:
    """What both models answered to the labelled rows of windows that have labels enough; None while there is none."""
    import pyarrow as pa

    pairs, unlabelled = [], 0
    for window in windows:
        pair, without = _window(ports, scenario, window, other)
        unlabelled += without
        pairs += [pair] if pair is not None else []
    if not pairs:
        return None
    served, hidden = (_sampled(pa.concat_tables(side)) for side in zip(*pairs, strict=True))
    given = predicted if scenario.metric in DECIDED else answers
    rows = JudgingRows(served, actual_values(scenario, served), _clusters(scenario, hidden))
    return ComparedRows(rows, given(scenario, served), given(scenario, hidden), unlabelled)


def _window(
    ports: MonitoringPorts, scenario: Scenario, window: Commit, other: Deployment
) -> tuple[tuple[pa.Table, pa.Table] | None, int]:
    """Served and hidden answers of the labelled rows in the same order, and how many served rows have no label."""
    import numpy as np

    commit = hidden_commit(ports, scenario, window.window, other)
    if commit is None:
        return None, window.rows
    first, last = first_id(window.ordinal), first_id(window.ordinal + 1) - 1
    served = ports.monitoring.actuals.join_predictions(scenario, first, last, labelled=True)
    # Of several labels of one row the newest counts.
    served = served.sort_by([("labelled_at", "descending")])
    hidden = _hidden(ports, scenario, commit, served.column("prediction_id").combine_chunks())
    _, left, right = np.intersect1d(
        served.column("prediction_id").to_numpy(), hidden.column("prediction_id").to_numpy(), return_indices=True
    )
    labelled = len(np.unique(served.column("prediction_id").to_numpy()))
    enough = len(left) and is_labelled(scenario, labelled, window.rows)
    return (served.take(left), hidden.take(right)) if enough else None, window.rows - labelled


def _hidden(ports: MonitoringPorts, scenario: Scenario, commit: Commit, wanted: pa.Array) -> pa.Table:
    """The hidden answers with these ids, read block by block."""
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    names = ["prediction_id", "entity_key", "prediction", "probability"]
    names += [each.name for each in label_columns(scenario)]
    with committed_file(ports, commit.files[0]) as source:
        file = pq.ParquetFile(source, page_checksum_verification=True)
        blocks = (block.select(names) for block in file.iter_batches(columns=names))
        chosen = [block.filter(pc.is_in(block.column("prediction_id"), wanted)) for block in blocks]
        table = pa.Table.from_batches(chosen, pa.schema([file.schema_arrow.field(name) for name in names]))
    scored = pa.array([commit.scored_at.date().isoformat()] * table.num_rows, pa.string())
    return table.append_column("scored_on", scored)


def _sampled(table: pa.Table) -> pa.Table:
    import numpy as np

    if table.num_rows <= MOST_ROWS:
        return table
    chosen = np.random.default_rng(_SEED).choice(table.num_rows, MOST_ROWS, replace=False)
    return table.take(np.sort(chosen))


def _clusters(scenario: Scenario, hidden: pa.Table) -> pa.Table | None:
    """Rows of one entity that were scored on one day hang together; without an entity every row stands alone."""
    import numpy as np
    import pyarrow as pa

    if not scenario.entity:
        return None
    keys = [_who(scenario, str(key)) for key in hidden.column("entity_key").to_pylist()]
    named = [f"{key}@{day}" for key, day in zip(keys, hidden.column("scored_on").to_pylist(), strict=True)]
    return pa.table({"cluster": np.unique(named, return_inverse=True)[1].reshape(-1)})


def _who(scenario: Scenario, key: str) -> str:
    """The entity's key without its time."""
    if scenario.time not in scenario.entity:
        return key
    parts = key.split("|")
    at = scenario.entity.index(scenario.time)
    return "|".join(part for number, part in enumerate(parts) if number != at)
