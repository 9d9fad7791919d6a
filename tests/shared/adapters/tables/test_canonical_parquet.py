"""The canonical bytes of a table: the same for equal tables, and damage in them is seen."""

import contextlib
import hashlib
import io
import itertools
import random
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyarrow import parquet as pq
from sampling import examples
from tabular import one, read

from shared.adapters.tables import ArrowTables
from shared.core.errors import Quarantined
from shared.core.scenario import MISSING_TEXTS, Column, Table

CONTRACT = Table(
    "t",
    (
        Column("n", "int", nulls=True),
        Column("v", "float", nulls=True),
        Column("s", "text", nulls=True),
        Column("at", "time", nulls=True),
    ),
)


def sample(rows: int = 2_000, seed: int = 3) -> pa.Table:
    """A table of every kind with missing cells."""
    random_numbers = np.random.default_rng(seed)
    missing = random_numbers.random(rows) < 0.1
    return pa.table(
        {
            "n": pa.array(random_numbers.integers(-(2**60), 2**60, rows), mask=missing),
            "v": pa.array(random_numbers.normal(size=rows), mask=missing[::-1]),
            "s": pa.array([None if lost else f"w{place % 37}" for place, lost in enumerate(missing)]),
            "at": pa.array(random_numbers.integers(0, 2**50, rows), pa.timestamp("us", "UTC")),
        }
    )


@settings(max_examples=examples(40), deadline=None)
@given(cuts=st.lists(st.integers(0, 3_000), max_size=6), offset=st.integers(0, 50))
def test_chunks_and_slices_do_not_change_the_bytes(cuts: list[int], offset: int) -> None:
    """However a table was put together, the same rows give the same bytes."""
    table = sample(3_000)
    wanted = ArrowTables().write(table)
    edges = sorted({0, 3_000, *cuts})
    parts = [table.slice(low, high - low) for low, high in itertools.pairwise(edges)]
    assert ArrowTables().write(pa.concat_tables(parts)) == wanted
    padded = pa.concat_tables([table.slice(0, offset), table]).combine_chunks().slice(offset)
    assert ArrowTables().write(padded) == wanted


def test_chunks_do_not_change_the_bytes_of_many_long_texts() -> None:
    """Where a page's dictionary overflows, the border of a chunk would show; it does not."""
    table = pa.table({"s": [f"{place:0100d}" for place in range(40_000)]})
    parts = [table.slice(0, 7_001), table.slice(7_001, 13_777), table.slice(20_778)]
    assert ArrowTables().write(pa.concat_tables(parts)) == ArrowTables().write(table)


def test_metadata_dictionaries_and_nullability_do_not_change_the_bytes() -> None:
    """Only names, types and values count."""
    table = pa.table({"n": [1, 2], "s": ["a", "b"]})
    dressed = table.set_column(1, "s", table.column("s").dictionary_encode())
    dressed = dressed.replace_schema_metadata({"pandas": "{}"})
    strict = table.cast(
        pa.schema([pa.field("n", pa.int64(), nullable=False, metadata={"a": "b"}), pa.field("s", pa.string())])
    )
    assert len({hashlib.sha256(ArrowTables().write(each)).hexdigest() for each in (table, dressed, strict)}) == 1


def test_other_content_gives_other_bytes() -> None:
    """One cell, one name, one type or the order of rows."""
    table = pa.table({"n": [1, 2]})
    others = [pa.table({"n": [1, 3]}), pa.table({"m": [1, 2]}), pa.table({"n": [1.0, 2.0]}), pa.table({"n": [2, 1]})]
    assert len({ArrowTables().write(each) for each in (table, *others)}) == 5


def test_every_page_has_a_checksum_and_numbers_have_no_dictionary() -> None:
    """Any reader that verifies checksums can; the file carries no schema of the writer's library."""
    content = ArrowTables().write(sample())
    file = pq.ParquetFile(io.BytesIO(content), page_checksum_verification=True)
    assert file.read().num_rows == 2_000
    assert file.metadata.metadata is None
    used = [file.metadata.row_group(0).column(place).has_dictionary_page for place in range(4)]
    assert used == [False, False, True, False]
    for place in range(4):
        column = file.metadata.row_group(0).column(place)
        damaged = bytearray(content)
        damaged[column.data_page_offset + column.total_compressed_size - 5 - _dictionary_bytes(column)] ^= 1
        with pytest.raises(OSError, match="CRC checksum"):
            pq.ParquetFile(io.BytesIO(bytes(damaged)), page_checksum_verification=True).read()


def _dictionary_bytes(column: pq.ColumnChunkMetaData) -> int:
    """How many bytes stand before the column's data."""
    return column.data_page_offset - column.dictionary_page_offset if column.has_dictionary_page else 0


def test_an_empty_table_can_be_written() -> None:
    """Zero rows are a table too."""
    assert pq.read_table(io.BytesIO(ArrowTables().write(sample(0)))).num_rows == 0


@pytest.mark.fault(35)
def test_flipped_bits_are_detected_or_change_nothing() -> None:
    """In 400 random single-bit flips no other value ever comes out."""
    table = sample(500)
    content, flips = ArrowTables().write(table), random.Random(7)
    detected = 0
    for _ in range(400):
        damaged = bytearray(content)
        damaged[flips.randrange(len(content))] ^= 1 << flips.randrange(8)
        try:
            got = read(bytes(damaged), CONTRACT, "t.parquet")
        except Quarantined:
            detected += 1
        else:
            assert got.equals(table)
    assert detected > 300


# What a cell of CSV can hold: no NUL, no lone surrogate, no white space at its ends, no word for a missing cell.
CHARACTERS = st.characters(exclude_categories=("Cs",), exclude_characters="\0")
TEXTS = st.text(CHARACTERS, max_size=12).map(str.strip).filter(lambda text: text not in MISSING_TEXTS)
TIMES = st.datetimes(datetime(1, 1, 1), datetime(9999, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - bounds are naive by rule
ROWS = st.lists(
    st.tuples(
        st.none() | st.integers(-(2**63), 2**63 - 1),
        st.none() | st.floats(allow_nan=False, allow_infinity=False),
        st.none() | TEXTS,
        st.none() | TIMES,
    ),
    min_size=1,
    max_size=30,
)
TYPES = (pa.int64(), pa.float64(), pa.string(), pa.timestamp("us", "UTC"))


def table_of(rows: list[tuple[object, ...]]) -> pa.Table:
    """The drawn rows as a table in the contract's types."""
    columns = [pa.array(values, kind) for values, kind in zip(zip(*rows, strict=True), TYPES, strict=True)]
    return pa.table(columns, names=["n", "v", "s", "at"])


def csv_of(rows: list[tuple[object, ...]], delimiter: str, end: str) -> bytes:
    """The rows as CSV, texts quoted, numbers as Python writes them."""

    def cell(value: object) -> str:
        if value is None:
            return ""
        if isinstance(value, str):
            return '"' + value.replace('"', '""') + '"'
        return value.isoformat(timespec="microseconds") if isinstance(value, datetime) else repr(value)

    head = delimiter.join(("n", "v", "s", "at"))
    return "".join(line + end for line in (head, *(delimiter.join(map(cell, row)) for row in rows))).encode()


@settings(max_examples=examples(150), deadline=None)
@given(rows=ROWS, delimiter=st.sampled_from(",;"), end=st.sampled_from(["\n", "\r\n"]))
def test_what_is_written_as_csv_is_what_is_read(rows: list[tuple[object, ...]], delimiter: str, end: str) -> None:
    """Any table survives CSV with either delimiter and either line end, whatever its texts hold."""
    assert read(csv_of(rows, delimiter, end), CONTRACT, "t.csv").equals(table_of(rows))


@settings(max_examples=examples(60), deadline=None)
@given(rows=ROWS)
def test_what_is_written_as_parquet_is_what_is_read(rows: list[tuple[object, ...]]) -> None:
    """Any table survives the canonical form, and writing it again gives the same bytes."""
    content = ArrowTables().write(table_of(rows))
    got = read(content, CONTRACT, "t.parquet")
    assert got.equals(table_of(rows))
    assert ArrowTables().write(got) == content


@settings(max_examples=examples(200), deadline=None)
@given(
    content=st.binary(max_size=60)
    | st.text('xnote,;"\n\r1 \0ä', max_size=40).map(lambda text: f"x,note\n{text}".encode())
)
@pytest.mark.parametrize("name", ["t.csv", "t.parquet"])
@pytest.mark.fault(62)
def test_no_bytes_do_more_than_being_refused(name: str, content: bytes) -> None:
    """Whatever the bytes: a table with rows, or Quarantined; never another error."""
    with contextlib.suppress(Quarantined):
        assert read(content, one("int"), name).num_rows > 0
