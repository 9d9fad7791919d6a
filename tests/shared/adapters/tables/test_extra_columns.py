"""Columns that a contract does not declare are refused, ignored, or carried as text."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.adapters.tables import ArrowTables
from shared.core.errors import Quarantined
from shared.core.scenario import Column, Extra, Table

TABLE = Table("t", (Column("a", "int"), Column("b", "text", nulls=True)), min_rows=1)
TEXT = b"id,a,b,when\nx1,1,c,2026\n,2,,\n007,3,c,\n"
CARRIED = [{"id": "x1", "when": "2026"}, None, {"id": "007"}]


def read(content: bytes, name: str, extra: Extra, *, ignored: tuple[str, ...] = ()) -> pa.Table:
    """The file at once, which is what its blocks are together."""
    table = replace(TABLE, extra=extra, ignored=ignored)
    whole = ArrowTables().read(io.BytesIO(content), name, table)
    assert pa.Table.from_batches(ArrowTables().stream(io.BytesIO(content), name, table)).equals(whole)
    return whole


def parquet() -> bytes:
    """The same rows, where the id is a number."""
    sink = io.BytesIO()
    pq.write_table(pa.table({"id": [1, None, 7], "a": [1, 2, 3], "b": ["c", None, "c"], "list": [[1], [], []]}), sink)
    return sink.getvalue()


def test_carried_columns_are_one_text_a_row() -> None:
    """As they stand in the file; a row without any has none."""
    found = read(TEXT, "t.csv", "carry")
    assert found.column_names == ["a", "b", "carried"]
    assert [text and json.loads(text) for text in found["carried"].to_pylist()] == CARRIED


def test_a_file_without_other_columns_carries_nothing() -> None:
    """The column is there, so that files can be joined."""
    assert read(b"a,b\n1,c\n", "t.csv", "carry")["carried"].to_pylist() == [None]


def test_ignored_columns_are_not_read() -> None:
    """All that are not declared, or those that are named."""
    assert read(TEXT, "t.csv", "ignore").column_names == ["a", "b"]
    assert read(TEXT, "t.csv", "refuse", ignored=("id", "when")).column_names == ["a", "b"]
    with pytest.raises(Quarantined, match="the contract has no 'when'"):
        read(TEXT, "t.csv", "refuse", ignored=("id",))


def test_parquet_carries_values_and_no_lists() -> None:
    """A number becomes its text; a list is no value of a cell."""
    with pytest.raises(Quarantined, match="column 'list': the file stores list"):
        read(parquet(), "t.parquet", "carry")
    found = read(parquet(), "t.parquet", "carry", ignored=("list",))
    assert [text and json.loads(text) for text in found["carried"].to_pylist()] == [{"id": "1"}, None, {"id": "7"}]


def test_a_labelled_drop_has_nothing_to_carry_beside() -> None:
    """There the columns are refused, as they always were."""
    assert replace(TABLE, extra="carry").labelled.extra == "refuse"
    assert replace(TABLE, extra="ignore").labelled.extra == "ignore"
