"""The tables of a drop: each file read under its contract, and what only the whole drop shows."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.errors import Quarantined
from shared.core.paths import Landing
from shared.core.scenario import Scenario, Table
from shared.core.wording import counted
from shared.datasets.head import Head
from shared.datasets.parts import keep_rows
from shared.datasets.reading import restarting_labels
from shared.intake.arrivals import Files
from shared.intake.schema_change import check_schema
from shared.intake.training_admission import check_admission
from shared.training.trainability import check_increment, check_trainable

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.datasets.row_index import IndexWriter, StoredIndex
    from shared.datasets.row_standing import RowSums
    from shared.datasets.stored_rows import FileRows
    from shared.monitoring.ports import MonitoringPorts


# A refused file of up to so many bytes is read again as a whole: its first fault is told with the count of all like it.
_TOLD_WHOLE = {"csv": 64 << 20, "parquet": 4 << 20}


@dataclass(frozen=True, slots=True)
class DropTable:
    """The rows that a drop brings of one table, their index, and how many of them repeat another."""

    rows: FileRows
    index: StoredIndex
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
    """The rows of the files in one pass: read, checked, counted, numbered and written block by block."""
    from shared.datasets.row_index import IndexWriter

    writer = IndexWriter(table)
    checked = ports.datasets.tables.check_stream(_parts(ports, blobs, table, writer), table)
    return _described(where.scenario, table, keep_rows(ports, checked), writer.done())


def table_of_drop(ports: MonitoringPorts, scenario: Scenario, table: Table, rows: pa.Table) -> DropTable:
    """Rows in memory as a drop's."""
    from shared.datasets.row_index import IndexWriter

    writer = IndexWriter(table)
    writer.add(rows)
    return _described(scenario, table, keep_rows(ports, [rows]), writer.done())


def _described(scenario: Scenario, table: Table, rows: FileRows, index: StoredIndex) -> DropTable:
    """Repeats count where rows have no other name."""
    from shared.datasets.row_standing import repeats

    apart = bool(table.key) or restarting_labels(scenario, table)
    return DropTable(rows, index, 0 if apart else repeats(index))


def _parts(
    ports: MonitoringPorts, blobs: Sequence[Blob], table: Table, writer: IndexWriter
) -> Iterator[Iterator[pa.RecordBatch]]:
    """The blocks of each file; Quarantined at their end for a file that is there twice."""
    from shared.datasets.row_standing import RowSums

    sums = [RowSums() for _ in blobs]
    for blob, found in zip(blobs, sums, strict=True):
        yield _counted(_blocks(ports, blob, table), writer, found)
    _refuse_same_files(blobs, sums, table)


def _counted(blocks: Iterator[pa.RecordBatch], writer: IndexWriter, sums: RowSums) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for block in blocks:
        sums.add(writer.add(pa.Table.from_batches([block]))[:, -1])
        yield block


def _blocks(ports: MonitoringPorts, blob: Blob, table: Table) -> Iterator[pa.RecordBatch]:
    try:
        with ports.core.lake.open(blob.path, etag=blob.etag) as source:
            yield from ports.datasets.tables.stream(source, blob.name, table.labelled)
    except Quarantined:
        if blob.size <= _TOLD_WHOLE.get(blob.name.rpartition(".")[2].lower(), 0):
            with ports.core.lake.open(blob.path, etag=blob.etag) as source:
                ports.datasets.tables.read(source, blob.name, table.labelled)
        raise


def _refuse_same_files(blobs: Sequence[Blob], sums: Sequence[RowSums], table: Table) -> None:
    """Quarantined when two files of the table hold the same rows, in whatever order."""
    for (first, one), (second, other) in combinations(zip(blobs, sums, strict=True), 2):
        if one.rows and one == other:
            problem = f"files {first.name!r} and {second.name!r} hold the same {counted(one.rows, 'row')}"
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
