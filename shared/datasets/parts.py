"""Keeping parts: the rows that a drop brings are written once, under their sha256, with their index beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, BinaryIO

from shared.core.paths import part_path
from shared.core.scenario import Scenario
from shared.datasets.column_facts import ColumnFacts, with_block
from shared.datasets.head import Head
from shared.datasets.reading import index_path
from shared.datasets.spool import Spool, sha256_of
from shared.datasets.version import Part

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.datasets.ports import DatasetsPorts
    from shared.datasets.row_index import StoredIndex
    from shared.datasets.rows import Rows
    from shared.datasets.stored_rows import FileRows


def keep_rows(ports: DatasetsPorts, blocks: Iterable[pa.RecordBatch | pa.Table]) -> FileRows:
    """The rows as canonical Parquet on the local disk, with what is true of every row of a column."""
    from shared.datasets.stored_rows import of_spool

    spool, facts = Spool(), dict[str, ColumnFacts]()

    def told() -> Iterator[pa.RecordBatch | pa.Table]:
        for block in blocks:
            facts.update(with_block(facts, block))
            yield block

    with spool.writer() as out:
        ports.datasets.tables.write_blocks(told(), out)
    return of_spool(spool, sha256_of(spool), facts)


_OF_LATE = timedelta(days=1)


def keep_part(  # noqa: PLR0917 -- the facts of one part
    ports: DatasetsPorts,
    scenario: Scenario,
    table: str,
    rows: FileRows,
    index: StoredIndex,
    drop: str,
    sources: tuple[str, ...],
) -> Part:
    """Put the rows and their index into the lake; the part's position is that of its drop, and not known here."""
    path = part_path(scenario.name, table, rows.sha256)
    _keep(ports, path, rows.open)
    _keep(ports, index_path(scenario.name, table, rows.sha256), index.open)
    first, last = _span(rows, scenario.time)
    return Part(path, rows.sha256, rows.num_rows, drop, 0, sources, first, last)


def _keep(ports: DatasetsPorts, path: str, content: Callable[[], BinaryIO]) -> None:
    """Write it; one of long ago is written anew, so that retention, which has looked at that one, leaves it."""
    with content() as source:
        blob, written = ports.core.lake.put(path, source)
    if not written and blob.modified < ports.core.clock() - _OF_LATE:
        with content() as source:
            ports.core.lake.put(path, source, if_absent=False)


def _span(rows: Rows, time: str) -> tuple[str, str]:
    """The ends of the time column in UTC; empty without one or without a value in it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if time not in rows.schema.names:
        return "", ""
    ends = [pc.min_max(block.column(time)) for block in rows.blocks([time])]
    least = [end["min"].as_py() for end in ends if end["min"].is_valid]
    most = [end["max"].as_py() for end in ends if end["max"].is_valid]
    if not least:
        return "", ""
    found = [min(least), max(most)]
    if not pa.types.is_timestamp(rows.schema.field(time).type):
        found = [datetime.fromtimestamp(float(one) / 1000, UTC) for one in found]
    return found[0].isoformat(), found[1].isoformat()


def adopt(ports: DatasetsPorts, head: Head) -> Head:
    """The head with every part where parts lie; those of a version of the format before are copied there once."""
    tables = tuple(
        replace(table, parts=tuple(_adopted(ports, head.scenario, table.name, part) for part in table.parts))
        for table in head.tables
    )
    return replace(head, tables=tables)


def _adopted(ports: DatasetsPorts, scenario: str, table: str, part: Part) -> Part:
    path = part_path(scenario, table, part.sha256)
    if part.path == path:
        return part
    with ports.core.lake.open(part.path) as content:
        ports.core.lake.put(path, content)
    return replace(part, path=path)
