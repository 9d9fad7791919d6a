"""The rows of a scored window with their late labels, as the tables of a labelled drop.

A label is never taken from a prediction: only what was delivered as one counts.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from shared.core.errors import Corrupt
from shared.core.scenario import Scenario, Table
from shared.core.wording import counted
from shared.datasets.rejects import Rejects
from shared.monitoring.actual_labels import answer_columns
from shared.prediction.window import Commit
from shared.prediction.window_inputs import feature_table, window_table
from shared.serving.prediction_rows import first_id

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.monitoring.ports import MonitoringPorts


@dataclass(frozen=True, slots=True)
class Labels:
    """The late label of each row of a window (None: not known), the blobs that brought them, and the newest time."""

    values: Sequence[Any]
    sources: tuple[str, ...]
    newest: datetime | None

    @property
    def known(self) -> int:
        """How many rows have one."""
        return sum(value is not None for value in self.values)


def why_not(scenario: Scenario) -> str:
    """Why scored rows of the scenario cannot become training data; empty when they can."""
    labels = scenario.table(scenario.label_table)
    names = {column.name for column in labels.columns}
    if not set(scenario.targets) <= names:
        return f"its answers are derived from table {labels.name!r}, which late labels do not bring"
    if scenario.monitoring.restart:
        return "its labels name rows by a counter that starts again"
    if labels.name != scenario.batch.table and names != {*scenario.entity, *scenario.targets}:
        return f"late labels do not bring all columns of table {labels.name!r}"
    rows = {column.name for column in scenario.scoring_table.columns}
    named = bool(scenario.entity) and set(scenario.entity) <= rows
    if scenario.feedback.labels_depend_on_decision and scenario.assemble is not None and not named:
        return "rows that may not judge have no entity by which training would know them"
    if scenario.feedback.unlabelled == "negative" and scenario.task not in ("binary", "multilabel"):
        return "rows without a label are negative only where an answer is yes or no"
    return ""


def read_labels(ports: MonitoringPorts, scenario: Scenario, commit: Commit, rows: int) -> Labels:
    """The labels of the window's rows in their order; of several of one row the newest."""
    first = first_id(commit.ordinal)
    joined = ports.monitoring.actuals.join_predictions(
        scenario, first, first_id(commit.ordinal + 1) - 1, original=False, labelled=True
    )
    found = joined.sort_by("labelled_at")
    values: list[Any] = [None] * rows
    numbers, actuals = (found.column(name).to_pylist() for name in ("prediction_id", "actual"))
    for number, actual in zip(numbers, actuals, strict=True):
        row = number - first
        if not 0 <= row < rows:
            raise Corrupt(f"Window {commit.window} has {counted(rows, 'row')} and a prediction with number {row}.")
        values[row] = actual
    sources = tuple(sorted(found.column("source").unique().to_pylist()))
    newest = found.column("labelled_at")[-1].as_py().replace(tzinfo=UTC) if found.num_rows else None
    return Labels(values, sources, newest)


def read_rows(ports: MonitoringPorts, scenario: Scenario, inputs: Sequence[str]) -> pa.Table:
    """The rows that were scored, in their order; Corrupt when feature code does not keep that order."""
    rows = window_table(ports, scenario, scenario.scoring_table.labelled, inputs, Rejects(scenario.tolerated))
    if scenario.assemble is not None:
        from shared.training.fingerprints import fingerprint

        frame = feature_table(ports, scenario, inputs, Rejects(scenario.tolerated))
        kept = frame.num_rows == rows.num_rows and bool(
            (fingerprint(frame, scenario.entity) == fingerprint(rows, scenario.entity)).all()
        )
        if not kept:
            raise Corrupt(
                f"The feature code of {scenario.name} does not keep the order of {counted(rows.num_rows, 'row')}."
            )
    return rows


def labelled_tables(
    ports: MonitoringPorts, scenario: Scenario, rows: pa.Table, labels: Labels, inputs: Sequence[str]
) -> dict[str, pa.Table]:
    """The tables that these rows and labels make, each read under its contract; Quarantined when it breaks it."""
    import numpy as np

    values = _with_negatives(scenario, labels.values)
    chosen = np.flatnonzero([value is not None for value in values])
    answers = answer_columns(scenario, [values[row] for row in chosen.tolist()])
    scored = rows.take(chosen)
    tables = {scenario.batch.table: scored, **_beside(ports, scenario, inputs)}
    if scenario.label_table == scenario.batch.table:
        tables[scenario.batch.table] = _joined(scored, answers)
    else:
        tables[scenario.label_table] = _joined(scored.select(scenario.entity), answers)
    return {name: _checked(ports, scenario.table(name), table) for name, table in tables.items()}


def _with_negatives(scenario: Scenario, values: Sequence[Any]) -> Sequence[Any]:
    if scenario.feedback.unlabelled != "negative":
        return values
    negative = "none" if scenario.task == "multilabel" else scenario.labels[0]
    return [negative if value is None else value for value in values]


def _joined(rows: pa.Table, answers: Mapping[str, Sequence[Any]]) -> pa.Table:
    import pyarrow as pa

    for name, values in answers.items():
        rows = rows.append_column(name, pa.array(values))
    return rows


def _beside(ports: MonitoringPorts, scenario: Scenario, inputs: Sequence[str]) -> dict[str, pa.Table]:
    """The tables beside the rows that come with every drop; those that are carried stand already."""
    return {
        table.name: window_table(ports, scenario, table, inputs)
        for table in scenario.scoring_tables[1:]
        if scenario.table(table.name).arrives == "with_drop"
    }


def _checked(ports: MonitoringPorts, table: Table, rows: pa.Table) -> pa.Table:
    """The rows as if a file of them had landed."""
    names = [column.name for column in table.columns if column.name in rows.column_names]
    content = io.BytesIO(ports.datasets.tables.write(rows.select(names)))
    read = ports.datasets.tables.read(content, f"{table.name}.parquet", table.labelled)
    return ports.datasets.tables.check([read], table)
