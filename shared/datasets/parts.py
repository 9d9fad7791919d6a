"""Keeping parts: the rows that a drop brings are written once, under their sha256, with their index beside them."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from shared.core.paths import part_path
from shared.core.scenario import Scenario
from shared.datasets.head import Head
from shared.datasets.reading import index_path, lake_bytes
from shared.datasets.version import Part

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.datasets.ports import DatasetsPorts
    from shared.datasets.row_index import Index


_OF_LATE = timedelta(days=1)


def keep_part(  # noqa: PLR0917 -- the facts of one part
    ports: DatasetsPorts,
    scenario: Scenario,
    table: str,
    rows: pa.Table,
    index: Index,
    drop: str,
    sources: tuple[str, ...],
) -> Part:
    """Write the rows and their index; the part's position is that of its drop, and not known here."""
    from shared.datasets.row_index import pack

    content = ports.datasets.tables.write(rows)
    sha256 = hashlib.sha256(content).hexdigest()
    path = part_path(scenario.name, table, sha256)
    _keep(ports, path, content)
    _keep(ports, index_path(scenario.name, table, sha256), pack(index))
    first, last = _span(rows, scenario.time)
    return Part(path, sha256, rows.num_rows, drop, 0, sources, first, last)


def _keep(ports: DatasetsPorts, path: str, content: bytes) -> None:
    """Write it; one of long ago is written anew, so that retention, which has looked at that one, leaves it."""
    blob, written = ports.core.lake.put(path, content)
    if not written and blob.modified < ports.core.clock() - _OF_LATE:
        ports.core.lake.put(path, content, if_absent=False)


def _span(rows: pa.Table, time: str) -> tuple[str, str]:
    """The ends of the time column in UTC; empty without one or without a value in it."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if time not in rows.column_names or rows[time].null_count == rows.num_rows:
        return "", ""
    ends = pc.min_max(rows[time])
    if pa.types.is_timestamp(rows[time].type):
        found = [ends[name].as_py() for name in ("min", "max")]
    else:
        found = [datetime.fromtimestamp(float(ends[name].as_py()) / 1000, UTC) for name in ("min", "max")]
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
    if part.path != path:
        ports.core.lake.put(path, lake_bytes(ports.core.lake)(part.path))
    return replace(part, path=path)
