"""Reading a version: its parts one after the other, without the rows that have given way to those of other drops."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, BinaryIO

from shared.core.errors import Corrupt, Missing
from shared.core.paths import part_path

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa

    from shared.core.ports import Lake
    from shared.core.scenario import Scenario, Table
    from shared.datasets.label_runs import Counts
    from shared.datasets.row_index import Index, StoredIndex
    from shared.datasets.rows import Rows
    from shared.datasets.stored_rows import FileRows
    from shared.datasets.version import DatasetTable, Part

    # The parts of a table, and their rows that stand.
    Measured = tuple[Sequence[Part], Sequence[pa.Table]]

# The bytes of a part, by its path.
Fetch = Callable[[str], bytes]
# What lies under a path, as a stream; Missing when absent.
Opened = Callable[[str], BinaryIO]


def lake_bytes(lake: Lake) -> Fetch:
    """Parts as they lie in the lake."""

    def fetch(path: str) -> bytes:
        with lake.open(path) as source:
            return source.read()

    return fetch


def read_tables(fetch: Fetch, scenario: Scenario, tables: Iterable[DatasetTable]) -> dict[str, pa.Table]:
    """The tables of a version by name; Corrupt when a part is not what was validated.

    Labels of a counter that restarts know their run; Quarantined where it cannot be known.
    """
    import pyarrow as pa

    listed = list(tables)
    parts = {table.name: standing_parts(fetch, scenario, table) for table in listed}
    labels, rows = scenario.label_table, scenario.batch.table
    if labels in parts and rows in parts and restarting_labels(scenario, scenario.table(labels)):
        named = {table.name: table.parts for table in listed}
        parts[labels] = with_runs(scenario, (named[rows], parts[rows]), (named[labels], parts[labels]))
    return {name: pa.concat_tables(found, promote_options="default") for name, found in parts.items()}


def with_runs(scenario: Scenario, rows: Measured, labels: Measured) -> list[pa.Table]:
    """The parts of the label table with the run of each label since the first row of all."""
    import pyarrow as pa

    from shared.datasets.label_runs import RESTART

    return [
        _without(table, RESTART).append_column(RESTART, pa.array(found, pa.int64()))
        for table, found in zip(labels[1], runs_of(scenario, rows, labels), strict=True)
    ]


def runs_of(scenario: Scenario, rows: Measured, labels: Measured) -> list[np.ndarray]:
    """For each part of the label table the run of each label; only the counters of the tables are looked at."""
    from shared.datasets.label_runs import label_runs

    return label_runs(_counts(scenario, *rows), _counts(scenario, *labels), scenario.label_table)


def _counts(scenario: Scenario, parts: Sequence[Part], tables: Sequence[pa.Table]) -> list[Counts]:
    import numpy as np

    from shared.datasets.label_runs import RESTART, Counts

    def numbers(table: pa.Table, name: str) -> np.ndarray:
        return np.asarray(table[name].to_numpy(), np.int64)

    return [
        Counts(
            part.drop,
            part.position,
            numbers(table, scenario.monitoring.restart),
            numbers(table, RESTART) if RESTART in table.column_names and not table[RESTART].null_count else None,
        )
        for part, table in zip(parts, tables, strict=True)
    ]


def _without(table: pa.Table, name: str) -> pa.Table:
    return table.drop_columns([name]) if name in table.column_names else table


def read_table(fetch: Fetch, scenario: Scenario, table: DatasetTable) -> pa.Table:
    """The rows of one table that stand, in order of position; Corrupt when a part is not what was validated."""
    import pyarrow as pa

    return pa.concat_tables(standing_parts(fetch, scenario, table), promote_options="default")


def standing_parts(fetch: Fetch, scenario: Scenario, table: DatasetTable) -> list[pa.Table]:
    """The rows of each part of the table that stand."""
    import pyarrow as pa

    from shared.datasets.row_index import ArrayIndex, index_of

    parts = [read_part(fetch, part) for part in table.parts]
    if len(parts) < 2:  # noqa: PLR2004 - one part repeats no other
        return parts
    declared = scenario.table(table.name)
    kept = standing_rows([ArrayIndex(index_of(rows, declared)) for rows in parts], declared, scenario)
    return [one.filter(pa.array(mask)) for one, mask in zip(parts, kept, strict=True)]


def read_part(fetch: Fetch, part: Part) -> pa.Table:
    """The rows of one part; Corrupt when its bytes are not what was validated."""
    import pyarrow.parquet as pq

    data = fetch(part.path)
    found = hashlib.sha256(data).hexdigest()
    if found != part.sha256:
        raise Corrupt(f"{part.path} has sha256 {found}; the dataset version recorded {part.sha256}.")
    return pq.read_table(io.BytesIO(data), page_checksum_verification=True)


def part_rows(lake: Lake, part: Part) -> FileRows:
    """The rows of one part on the local disk; Corrupt when its bytes are not what was validated."""
    return opened_part(lake.open, part)


def opened_part(opened: Opened, part: Part) -> FileRows:
    """The same, of whatever opens its path."""
    from shared.datasets.stored_rows import spooled

    with opened(part.path) as source:
        return spooled(source, part.sha256, part.path)


def table_rows(lake: Lake, scenario: Scenario, table: DatasetTable) -> Rows:
    """The rows of one table that stand, in blocks: its parts are on the local disk while somebody reads them."""
    from shared.datasets.rows import JoinedRows, MaskedRows

    parts = [part_rows(lake, part) for part in table.parts]
    if len(parts) == 1:
        return parts[0]
    declared = scenario.table(table.name)
    kept = standing_rows(read_indexes(lake, scenario, table.name, table.parts), declared, scenario)
    return JoinedRows([MaskedRows(rows, mask) for rows, mask in zip(parts, kept, strict=True)])


def standing_rows(indexes: Sequence[Index], table: Table, scenario: Scenario) -> list[np.ndarray]:
    """Which rows of each part stand, as the table is declared."""
    from shared.datasets.row_standing import kept_rows

    return kept_rows(indexes, keyed=bool(table.key), merged=not restarting_labels(scenario, table))


def restarting_labels(scenario: Scenario, table: Table) -> bool:
    """Whether the rows name things by a counter that starts again: equal rows are then no repeats."""
    counter = scenario.monitoring.restart
    apart = table.name == scenario.label_table != scenario.batch.table
    return apart and bool(counter) and counter in {column.name for column in table.columns}


def index_path(scenario: str, table: str, sha256: str) -> str:
    """Where the index of a part lies."""
    return f"{part_path(scenario, table, sha256).removesuffix('.parquet')}.index"


def read_indexes(lake: Lake, scenario: Scenario, table: str, parts: Sequence[Part]) -> list[Index]:
    """The indexes of the parts; one that is not there, or not what was written, is made of the part again and kept."""

    def keep(path: str, index: StoredIndex) -> None:
        with index.open() as content:
            lake.put(path, content, if_absent=False)

    return opened_indexes(lake.open, scenario.table(table), scenario.name, parts, keep)


def opened_indexes(
    opened: Opened,
    table: Table,
    scenario: str,
    parts: Sequence[Part],
    keep: Callable[[str, StoredIndex], None] | None = None,
) -> list[Index]:
    """The same, of whatever opens their paths; without `keep` one that is made stays here."""
    return [_index(opened, table, part, index_path(scenario, table.name, part.sha256), keep) for part in parts]


def _index(
    opened: Opened, table: Table, part: Part, path: str, keep: Callable[[str, StoredIndex], None] | None
) -> Index:
    from shared.datasets.row_index import IndexWriter, unpack

    try:
        with opened(path) as source:
            index = unpack(source, part.rows)
    except Missing:
        index = None
    if index is None:
        writer = IndexWriter(table)
        for block in opened_part(opened, part).blocks():
            writer.add(block)
        index = writer.done()
        if keep is not None:
            keep(path, index)
    return index
