"""The tables of a drop: each file read under its contract, and what only the whole drop shows."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.errors import Quarantined
from shared.core.paths import Landing
from shared.core.scenario import Scenario, Table
from shared.core.wording import counted
from shared.datasets.head import Head
from shared.datasets.reading import restarting_labels
from shared.intake.arrivals import Files
from shared.intake.schema_change import check_schema
from shared.intake.training_admission import check_admission
from shared.training.trainability import check_increment, check_trainable

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.datasets.row_index import Index
    from shared.monitoring.ports import MonitoringPorts


@dataclass(frozen=True, slots=True)
class DropTable:
    """The rows that a drop brings of one table, their index, and how many of them repeat another."""

    rows: pa.Table
    index: Index
    repeats: int


def read_drop(
    ports: MonitoringPorts, where: Landing, files: Files, head: Head, streamed: Mapping[str, DropTable]
) -> dict[str, DropTable]:
    """The drop's tables and what was `streamed`, checked.

    Quarantined for what breaks a contract or cannot be learned from.
    """
    tables = {
        table.name: _read(ports, files[table.name], _beside(table, head, where.drop), where)
        for table in where.scenario.tables
        if table.name in files
    }
    tables |= streamed
    check_drop(ports, where, tables, head)
    return tables


def check_drop(ports: MonitoringPorts, where: Landing, tables: Mapping[str, DropTable], head: Head) -> None:
    """Quarantined for what only the whole drop shows: too little to learn from, other units, repeated rows."""
    rows = {name: table.rows for name, table in tables.items()}
    if _alone(where, rows, head):
        check_trainable(where.scenario, rows)
    else:
        check_increment(where.scenario, rows)
    check_schema(ports, where, rows)
    check_admission(ports, where, rows)
    for name, table in tables.items():
        _check_repeats(where.scenario.table(name), table)


def _alone(where: Landing, brought: Collection[str], head: Head) -> bool:
    """Whether the next version is this drop's rows alone."""
    names = [table.name for table in where.scenario.tables]
    if len(brought) < len(names):
        return False
    return where.scenario.history.keep == "replace" or not any(head.others(name, where.drop) for name in names)


def _beside(table: Table, head: Head, drop: str) -> Table:
    """The table's contract; rows that come to others may be none, and may lack a value that others have."""
    others = any(part.rows for part in head.others(table.name, drop))
    return replace(table, min_rows=0, sparse=True) if others else table


def _read(ports: MonitoringPorts, blobs: Sequence[Blob], table: Table, where: Landing) -> DropTable:
    from shared.datasets.row_index import index_of

    parts = []
    for blob in blobs:
        with ports.core.lake.open(blob.path, etag=blob.etag) as source:
            parts.append(ports.datasets.tables.read(source, blob.name, table.labelled))
    _refuse_same_files(blobs, [index_of(part, replace(table, key=())) for part in parts], table)
    return table_of_drop(where.scenario, table, ports.datasets.tables.check(parts, table))


def table_of_drop(scenario: Scenario, table: Table, rows: pa.Table) -> DropTable:
    """The rows with their index; repeats count where rows have no other name."""
    from shared.datasets.row_index import index_of, repeats

    index = index_of(rows, table)
    apart = bool(table.key) or restarting_labels(scenario, table)
    return DropTable(rows, index, 0 if apart else repeats(index))


def _refuse_same_files(blobs: Sequence[Blob], indexes: Sequence[Index], table: Table) -> None:
    """Quarantined when two files of the table hold the same rows, in whatever order."""
    import numpy as np

    rows = [np.sort(index[:, 0]) for index in indexes]
    for (first, one), (second, other) in combinations(zip(blobs, rows, strict=True), 2):
        if len(one) and np.array_equal(one, other):
            problem = f"files {first.name!r} and {second.name!r} hold the same {counted(len(one), 'row')}"
            sentence = f"Table {table.name!r}: {problem}; accepted: every file once."
            raise Quarantined("repeated_file", sentence, table=table.name)


def _check_repeats(table: Table, found: DropTable) -> None:
    if found.repeats > table.repeated * found.rows.num_rows:
        share = found.repeats / found.rows.num_rows
        sentence = (
            f"Table {table.name!r}: {found.repeats} of {counted(found.rows.num_rows, 'row')} ({share:.0%}) repeat "
            f"another row; accepted: at most {table.repeated:.0%}."
        )
        raise Quarantined("repeated_rows", sentence, table=table.name)
