"""A table that may be empty: a header or schema without rows is read under the same rules as one with rows."""

from __future__ import annotations

import io
from dataclasses import replace

import pandas as pd
import pyarrow as pa
import pytest
from pyarrow import parquet as pq
from tabular import parquet

from shared.adapters.tables import ArrowTables
from shared.core.errors import Quarantined
from shared.core.scenario import Column, Table

FAILURES = Table(
    "failures",
    (
        Column("machine", "int", minimum=0),
        Column("load", "float", nulls=True, maximum=1),
        Column("part", "text", values=("a", "b")),
        Column("at", "time"),
        Column("extra", "int", optional=True),
    ),
    key=("machine", "at"),
    min_rows=0,
)
STARTED = replace(FAILURES, min_rows=1)
TYPES = [pa.int64(), pa.float64(), pa.string(), pa.timestamp("us", "UTC"), pa.int64()]
STORED = pa.schema(
    {
        "part": pa.dictionary(pa.int8(), pa.string()),
        "machine": pa.int32(),
        "load": pa.float32(),
        "at": pa.timestamp("ms"),
    }
)
NAMES = b"machine,load,part,at"
FILES = {
    "header": ("f.csv", NAMES + b"\n"),
    "header without a line end": ("f.csv", NAMES),
    "header with CR LF": ("f.csv", NAMES + b"\r\n"),
    "blank lines behind the header": ("f.csv", NAMES + b"\n\n\n"),
    "byte order mark": ("f.csv", b"\xef\xbb\xbf" + NAMES + b"\n"),
    "semicolons, quotes, another order": ("f.csv", b'"at";"part";"machine";"load"\r\n'),
    "row index and the optional column": ("f.csv", b",machine,load,part,at,extra\n"),
    "schema": ("f.parquet", parquet(STORED.empty_table())),
    "schema of an empty data frame": (
        "f.parquet",
        parquet(pa.Table.from_pandas(pd.DataFrame(columns=["machine", "load", "part", "at"], dtype=object))),
    ),
}


def no_row_group() -> bytes:
    """A Parquet file that was opened and closed."""
    sink = io.BytesIO()
    pq.ParquetWriter(sink, STORED).close()
    return sink.getvalue()


FILES["schema without a row group"] = ("f.parquet", no_row_group())


def read(name: str, content: bytes, table: Table = FAILURES) -> pa.Table:
    """The file at once."""
    return ArrowTables().read(io.BytesIO(content), name, table)


def stream(name: str, content: bytes, table: Table = FAILURES) -> list[pa.RecordBatch]:
    """The file in blocks."""
    return list(ArrowTables().stream(io.BytesIO(content), name, table))


@pytest.mark.parametrize("file", FILES)
def test_no_rows_are_an_empty_table_of_the_contracts_types(file: str) -> None:
    """At once and in blocks, from every form of file."""
    found = read(*FILES[file])
    assert (found.num_rows, found.column_names) == (0, [column.name for column in FAILURES.columns])
    assert found.schema.types == TYPES
    assert pa.Table.from_batches(stream(*FILES[file])).equals(found)


@pytest.mark.parametrize("file", FILES)
@pytest.mark.fault(52)
def test_a_table_that_must_have_rows_is_refused_without(file: str) -> None:
    """One row is the least of every other table."""
    for reading in (read, stream):
        with pytest.raises(Quarantined, match="at least one data row") as caught:
            reading(*FILES[file], STARTED)
        assert caught.value.reason_code == "no_rows"


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("f.csv", b"", "empty"),
        ("f.csv", b"\n \n", "empty"),
        ("f.parquet", b"", "empty"),
        ("f.csv", b"machine,load,part\n", "missing_column"),
        ("f.csv", NAMES + b",more\n", "extra_column"),
        ("f.csv", NAMES + b",at\n", "duplicate_column"),
        ("f.csv", NAMES.replace(b",", b"\t") + b"\n", "delimiter"),
        ("f.csv", NAMES + b"\n,,,\n", "null"),
        ("f.parquet", parquet(STORED.empty_table().drop_columns(["at"])), "missing_column"),
        ("f.parquet", parquet(STORED.set(1, pa.field("machine", pa.string())).empty_table()), "type"),
        ("f.parquet", parquet(STORED.empty_table())[:-9], "corrupt"),
    ],
)
def test_an_empty_file_keeps_the_other_rules(name: str, content: bytes, code: str) -> None:
    """A file that holds nothing, and names or types that are not the contract's, are refused as ever."""
    for reading in (read, stream):
        with pytest.raises(Quarantined) as caught:
            reading(name, content)
        assert caught.value.reason_code == code


def test_a_table_that_may_be_empty_is_read_with_its_rows() -> None:
    """Rows are rows; the rules about whole columns and keys hold for them."""
    row = b"1,,a,2026-01-01 06:00:00\n"
    found = read("f.csv", NAMES + b"\n" + row)
    assert found.equals(pa.Table.from_batches(stream("f.csv", NAMES + b"\n" + row)))
    with pytest.raises(Quarantined, match="'load': no row has a value"):
        ArrowTables().check([found], FAILURES)
    twice = read("f.csv", NAMES + b"\n" + row.replace(b",,", b",1,") * 2)
    with pytest.raises(Quarantined, match="every key once"):
        ArrowTables().check([twice], FAILURES)


@pytest.mark.parametrize("parts", [1, 2])
def test_an_empty_whole_breaks_no_rule_about_rows(parts: int) -> None:
    """No column is judged by its missing values and no key repeats where there is no row."""
    found = read(*FILES["header"])
    whole = ArrowTables().check([found] * parts, FAILURES)
    assert whole.equals(found)
    batches = list(ArrowTables().check_stream([stream(*FILES["header"])] * parts, FAILURES))
    assert pa.Table.from_batches(batches).equals(found)
    assert list(ArrowTables().check_stream([[]] * parts, FAILURES)) == []


def test_an_empty_whole_is_refused_where_rows_are_asked_for() -> None:
    """The number of rows is judged first."""
    empty = read(*FILES["header"])
    for check in (
        lambda: ArrowTables().check([empty], STARTED),
        lambda: list(ArrowTables().check_stream([empty.to_batches()], STARTED)),
    ):
        with pytest.raises(Quarantined, match="0 data row") as caught:
            check()
        assert caught.value.reason_code == "too_few_rows"


def test_an_empty_part_beside_one_with_rows() -> None:
    """Files of one table: the rows are those of the other file, and a repeated key still names both places."""
    empty, one = read(*FILES["header"]), read("f.csv", NAMES + b"\n1,1,a,2026-01-01 06:00:00\n")
    assert ArrowTables().check([empty, one], FAILURES).equals(one)
    with pytest.raises(Quarantined, match="data row 1 of file 2 and again in data row 1 of file 3"):
        ArrowTables().check([empty, one, one], FAILURES)


def test_an_empty_table_is_stored_and_read_again() -> None:
    """Canonical bytes are those of the content also where there is none, and keep its types."""
    tables = ArrowTables()
    found = [read(*file) for file in FILES.values()]
    assert len({tables.write(one) for one in found}) == 1
    assert read("f.parquet", tables.write(found[0])).equals(found[0])


def test_a_blank_line_in_a_lone_column_is_a_row() -> None:
    """It is a missing cell, so the table is not empty, and the cell is refused."""
    lone = Table("t", (Column("x", "int"),), min_rows=0)
    assert read("t.csv", b"x\n", lone).num_rows == 0
    with pytest.raises(Quarantined, match="line 2"):
        read("t.csv", b"x\n\n", lone)
