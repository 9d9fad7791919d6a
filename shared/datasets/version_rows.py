"""The rows of a version as a model learns from them: block by block, and only the columns that are needed.

The bytes of a part are read once, as they must have the sha256 that was validated; they lie on the local disk while
somebody reads them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from shared.datasets.feature_frame import columns_to_learn
from shared.datasets.reading import Opened, opened_indexes, opened_part, restarting_labels, runs_of, standing_rows

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.core.scenario import Scenario
    from shared.datasets.rows import Rows
    from shared.datasets.version import DatasetTable, Part


def rows_to_learn(
    opened: Opened, scenario: Scenario, tables: Iterable[DatasetTable], more: Sequence[str] = ()
) -> dict[str, Rows]:
    """The rows of each table that stand, of the columns to learn from and `more`; Corrupt like `read_tables`.

    Labels of a counter that restarts know their run; Quarantined where it cannot be known.
    """
    from shared.datasets.rows import ChosenRows, JoinedRows

    listed = {table.name: table for table in tables}
    parts = {name: _standing(opened, scenario, table) for name, table in listed.items()}
    labels, rows = scenario.label_table, scenario.batch.table
    if labels in parts and rows in parts and restarting_labels(scenario, scenario.table(labels)):
        parts[labels] = _with_runs(scenario, listed, parts)
    joined = {name: JoinedRows(found) for name, found in parts.items()}
    return {
        name: ChosenRows(found, tuple(columns_to_learn(scenario, name, found.schema.names, more)))
        for name, found in joined.items()
    }


def tables_to_learn(
    opened: Opened, scenario: Scenario, tables: Iterable[DatasetTable], more: Sequence[str] = ()
) -> dict[str, pa.Table]:
    """The same rows in memory."""
    from shared.datasets.rows import whole

    return {name: whole(rows) for name, rows in rows_to_learn(opened, scenario, tables, more).items()}


def _standing(opened: Opened, scenario: Scenario, table: DatasetTable) -> list[Rows]:
    """The rows of each part that stand."""
    from shared.datasets.rows import MaskedRows

    parts = [opened_part(opened, part) for part in table.parts]
    if len(parts) == 1:
        return [*parts]
    declared = scenario.table(table.name)
    kept = standing_rows(opened_indexes(opened, declared, scenario.name, table.parts), declared, scenario)
    return [MaskedRows(rows, mask) for rows, mask in zip(parts, kept, strict=True)]


def _with_runs(scenario: Scenario, listed: dict[str, DatasetTable], parts: dict[str, list[Rows]]) -> list[Rows]:
    """The labels of each part with the run of each; only the counters are in memory."""
    from shared.datasets.label_runs import RESTART
    from shared.datasets.rows import WithColumn, whole

    def measured(table: str) -> tuple[Sequence[Part], list[pa.Table]]:
        names = (scenario.monitoring.restart, RESTART)
        counters = [whole(rows, [name for name in names if name in rows.schema.names]) for rows in parts[table]]
        return listed[table].parts, counters

    labels = scenario.label_table
    runs = runs_of(scenario, measured(scenario.batch.table), measured(labels))
    return [WithColumn(rows, RESTART, found) for rows, found in zip(parts[labels], runs, strict=True)]
