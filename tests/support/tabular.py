"""A contract with a column of every kind, and the ways tests hand files to the reader."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pyarrow as pa
import pytest
from pyarrow import parquet as pq

from shared.adapters.tables import ArrowTables, Limits
from shared.core.errors import Quarantined
from shared.core.scenario import Column, Table

CALLS = Table(
    "calls",
    (
        Column("age", "int", minimum=0, maximum=120),
        Column("rate.pct", "float", nulls=True),
        Column("job", "text"),
        Column("y", "text", values=("no", "yes")),
    ),
)
HEADER = "age,rate.pct,job,y"
ROW = "30,1.5,clerk,no"


def lines(*rows: str, header: str = HEADER) -> bytes:
    """A CSV file of these lines."""
    return "".join(f"{line}\n" for line in (header, *rows)).encode()


def read(content: bytes, table: Table = CALLS, name: str = "calls.csv", limits: Limits | None = None) -> pa.Table:
    """The content through the reader."""
    return ArrowTables(limits).read(io.BytesIO(content), name, table)


def refusal(content: bytes, table: Table = CALLS, name: str = "calls.csv", limits: Limits | None = None) -> Quarantined:
    """The refusal that the content meets; its sentence always names the file and what would be accepted."""
    with pytest.raises(Quarantined) as caught:
        read(content, table, name, limits)
    assert name in caught.value.reason
    assert "; accepted: " in caught.value.reason
    assert caught.value.table == table.name
    return caught.value


def one(kind: str, **rules: object) -> Table:
    """A contract of a text column and a column `x` of that kind."""
    return Table("t", (Column("x", kind, **rules), Column("note", "text", nulls=True)))  # type: ignore[arg-type]  # test data


def column_csv(cells: Sequence[str]) -> bytes:
    """A CSV file for `one`: a note and a cell per row."""
    return lines(*(f"{cell},n" for cell in cells), header="x,note")


def parquet(table: pa.Table, **options: object) -> bytes:
    """The table as somebody else's Parquet file."""
    sink = io.BytesIO()
    pq.write_table(table, sink, **options)
    return sink.getvalue()
