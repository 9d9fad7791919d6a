"""A file in blocks: the same rows and the same refusals as the file at once, whatever the size of a block."""

from __future__ import annotations

import io
from collections.abc import Iterator

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from shared.adapters.tables import ArrowTables, Limits
from shared.adapters.tables.structure import last_record_end
from shared.core.errors import Quarantined
from shared.core.scenario import Column, Table

TABLE = Table(
    "rows",
    (
        Column("id", "int"),
        Column("x", "float", nulls=True, maximum=1e6),
        Column("note", "text", nulls=True),
        Column("at", "time", nulls=True),
        Column("extra", "int", optional=True),
    ),
    key=("id",),
)
# Longer than a piece of the CSV reader and than a batch of the Parquet reader, several times.
ROWS = 200_000


def _rows(count: int = ROWS) -> pa.Table:
    numbers = list(range(count))
    notes = [None if n % 7 == 0 else f'He said "{n}",\nthen left' if n % 3 == 0 else f"note {n}" for n in numbers]
    at = pa.array([n * 1_000_000 for n in numbers], pa.timestamp("us", "UTC"))
    return pa.table({"id": numbers, "x": [n / 8 for n in numbers], "note": notes, "at": at})


def _csv(table: pa.Table, end: str = "\n") -> bytes:
    lines = ["id,x,note,at"]
    for row in table.to_pylist():
        note = row["note"] or ""
        quoted = '"' + note.replace('"', '""') + '"' if '"' in note or "\n" in note else note
        lines.append(f"{row['id']},{row['x']},{quoted},{row['at']:%Y-%m-%d %H:%M:%S}")
    return (end.join(lines) + end).encode()


def _parquet(table: pa.Table, group: int = 1 << 20) -> bytes:
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=group)
    return sink.getvalue()


def _stream(content: bytes, name: str, table: Table = TABLE, limits: Limits | None = None) -> list[pa.RecordBatch]:
    return list(ArrowTables(limits).stream(io.BytesIO(content), name, table))


@pytest.fixture(scope="module")
def csv_file() -> bytes:
    """A large CSV file with quoted line ends everywhere."""
    return _csv(_rows())


@pytest.mark.parametrize("name", ["rows.csv", "rows.parquet"])
def test_blocks_joined_are_the_file(csv_file: bytes, name: str) -> None:
    """Every row once and in order, in several blocks."""
    content = csv_file if name == "rows.csv" else _parquet(_rows(), 70_000)
    batches = _stream(content, name)
    assert len(batches) > 1
    assert pa.Table.from_batches(batches).equals(ArrowTables().read(io.BytesIO(content), name, TABLE))


class Dribble(io.BytesIO):
    """A file that gives a few bytes at a time, so that every place becomes a border between pieces."""

    def __init__(self, content: bytes, most: int) -> None:
        super().__init__(content)
        self._most = most

    def read(self, size: int | None = -1) -> bytes:
        """At most a few bytes."""
        return super().read(min(self._most, size) if size is not None and size >= 0 else self._most)


@pytest.mark.parametrize("most", range(1, 40))
@pytest.mark.parametrize("tail", [b"", b"\n\n\n", b"\r\n\r\n"])
def test_a_border_may_fall_anywhere(most: int, tail: bytes) -> None:
    """Within quotes, within a line end, within a character, between blank lines at the end."""
    end = "\r\n" if tail.startswith(b"\r") else "\n"
    rows = _rows(12).set_column(2, "note", pa.array(["Größe", "", "“x”", "a", "b", "c", "d", "e", "f", "g", "h", "i"]))
    content = _csv(rows, end) + tail
    got = list(ArrowTables().stream(Dribble(content, most), "rows.csv", TABLE))
    whole = ArrowTables().read(io.BytesIO(content), "rows.csv", TABLE)
    assert pa.Table.from_batches(got).equals(whole)


def _spoiled(content: bytes, row: int, old: bytes, new: bytes) -> bytes:
    place = content.index(b"\n%d," % row)
    return content[:place] + content[place:].replace(old, new, 1)


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        (b",note ", b",\xff ", "encoding"),
        (b",note ", b",no\0e ", "nul"),
        (b",note ", b',a"b ', "quote"),
        (b",note ", b",a,b ", "ragged"),
        (b".5,", b".5e,", "type"),
        (b".5,", b"0000000000,", "range"),
        (b".5,", b"e999,", "not_finite"),
        (b"1970-01-02 ", b"02/01/1970 ", "time"),
        (b"\n150004,", b"\n,", "null"),
        (b"\n150004,", b"\n\n150004,", "ragged"),
        (b"\n150004,", b"\r\n150004,", "line_end"),
    ],
)
def test_a_refusal_points_at_the_row_of_the_file(csv_file: bytes, old: bytes, new: bytes, code: str) -> None:
    """Code, row and place are those of the file that is read at once, far behind the first block."""
    content = _spoiled(csv_file, 150_004, old, new)
    with pytest.raises(Quarantined) as whole:
        ArrowTables().read(io.BytesIO(content), "rows.csv", TABLE)
    with pytest.raises(Quarantined) as streamed:
        _stream(content, "rows.csv")
    assert whole.value.reason_code == streamed.value.reason_code == code
    assert (streamed.value.row, streamed.value.column) == (whole.value.row, whole.value.column)
    assert streamed.value.line == whole.value.line
    assert streamed.value.row is not None
    assert streamed.value.row > 100_000
    place = f"{whole.value.reason.split(':', 1)[0]}:"
    assert streamed.value.reason.startswith(place)


def test_the_first_time_decides_the_form_of_all_blocks() -> None:
    """Month first in every row of later blocks is another form than the file began with."""
    times = ["1970-01-02 06:00:00"] * 65_536 + ["01/02/1970 06:00:00 AM"] * 65_536
    content = _parquet(_rows(len(times)).set_column(3, "at", pa.array(times)))
    with pytest.raises(Quarantined) as caught:
        _stream(content, "rows.parquet")
    assert (caught.value.reason_code, caught.value.row) == ("time", 65_537)


@pytest.mark.fault(55)
def test_a_quote_that_is_never_closed_is_refused() -> None:
    """The rest of the file is one cell; it is not read to its end in search of a quotation mark."""
    content = _spoiled(
        _csv(_rows(300_000).set_column(2, "note", pa.array(["note "] * 300_000))), 1_001, b",note ", b',"note '
    )
    with pytest.raises(Quarantined) as caught:
        _stream(content, "rows.csv")
    assert (caught.value.reason_code, caught.value.row) == ("quote", 1_002)


@pytest.mark.parametrize(
    ("column", "value", "code"),
    [("id", None, "null"), ("x", 2e6, "range"), ("x", float("inf"), "not_finite"), ("note", "a\0", "nul")],
)
def test_a_parquet_refusal_points_at_the_row_of_the_file(column: str, value: object, code: str) -> None:
    """Also in a row group behind the first."""
    rows = _rows(150_000)
    values = rows[column].to_pylist()
    values[140_000] = value
    content = _parquet(rows.set_column(rows.column_names.index(column), column, pa.array(values)), 50_000)
    with pytest.raises(Quarantined) as caught:
        _stream(content, "rows.parquet")
    assert (caught.value.reason_code, caught.value.row) == (code, 140_001)


@pytest.mark.parametrize("nulls", [range(65_536), range(65_536, 150_000)])
def test_an_optional_column_is_there_in_all_blocks_or_in_none(nulls: range) -> None:
    """A block without a value is no reason to take the column for absent."""
    extra = pa.array([None if n in nulls else 1 for n in range(150_000)], pa.int64())
    content = _parquet(_rows(150_000).append_column("extra", extra))
    with pytest.raises(Quarantined) as caught:
        _stream(content, "rows.parquet")
    assert (caught.value.reason_code, caught.value.row) == ("null", nulls[0] + 1)


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "rows.csv", "empty"),
        (b" \n\n", "rows.csv", "empty"),
        (b"id,x,note,at\n", "rows.csv", "no_rows"),
        (b"id,x,note,at\n\n\n", "rows.csv", "no_rows"),
        (b"id,x,note\n1,2,3\n", "rows.csv", "missing_column"),
        (b"\x1f\x8b1234", "rows.csv", "compressed"),
        (b"id,x", "rows.txt", "file_type"),
        (b"id,x,note,at\n", "rows.parquet", "not_parquet"),
        (b"PAR1PAR", "rows.parquet", "corrupt"),
        (b"PAR1\0\0\0\0PAR1", "rows.parquet", "corrupt"),
        ("id,x,note,at\n1,2,a,\n".encode("utf-16"), "rows.csv", "encoding"),
    ],
)
def test_what_is_no_table_is_refused(content: bytes, name: str, code: str) -> None:
    """With the code of the reader that reads at once."""
    with pytest.raises(Quarantined) as caught:
        _stream(content, name)
    assert caught.value.reason_code == code


def test_limits_hold_over_all_blocks(csv_file: bytes) -> None:
    """The file's bytes, its cells and the longest row are counted over the whole file."""
    for limits, code in ((Limits(file_bytes=1_000), "file_too_large"), (Limits(cells=4 * 150_000), "too_many_cells")):
        with pytest.raises(Quarantined) as caught:
            _stream(csv_file, "rows.csv", limits=limits)
        assert caught.value.reason_code == code


@pytest.mark.parametrize("size", [5 << 20, 30 << 20])
def test_a_row_that_hardly_ends_is_refused(size: int) -> None:
    """One cell of many megabytes, whether its end is seen or not."""
    for quote, code in ((b"", "cell_too_large"), (b'"', "quote")):
        content = b"id,x,note,at\n0,1,a,\n1,2," + quote + b"a" * size + b",\n"
        with pytest.raises(Quarantined) as caught:
            _stream(content, "rows.csv")
        assert (caught.value.reason_code, caught.value.row) == (code, 2)


def _parts(*tables: pa.Table) -> Iterator[list[pa.RecordBatch]]:
    for table in tables:
        yield table.to_batches(3)


@pytest.mark.parametrize(
    ("ids", "code"), [([[1, 2], [3, 1]], "duplicate_key"), ([[1]], "too_few_rows"), ([[], []], "too_few_rows")]
)
def test_what_only_the_whole_shows_is_refused_at_the_end(ids: list[list[int]], code: str) -> None:
    """The batches came through, the sentence is that of the whole-table check."""
    table = Table("rows", (Column("id", "int"),), key=("id",))
    tables = [pa.table({"id": pa.array(some, pa.int64())}) for some in ids]
    with pytest.raises(Quarantined) as whole:
        ArrowTables().check(tables, table)
    came: list[pa.RecordBatch] = []
    with pytest.raises(Quarantined) as streamed:
        came.extend(ArrowTables().check_stream(_parts(*tables), table))
    assert (streamed.value.reason_code, str(streamed.value)) == (code, str(whole.value))
    assert len(came) == len([some for some in ids if some])


def test_a_column_without_any_value_is_refused_at_the_end() -> None:
    """Null in every block of every part."""
    rows = _rows(10).set_column(1, "x", pa.nulls(10, pa.float64())).append_column("extra", pa.nulls(10, pa.int64()))
    with pytest.raises(Quarantined, match="'x': no row has a value"):
        list(ArrowTables().check_stream(_parts(rows), TABLE))


def test_records_end_outside_quotes() -> None:
    """The cut never falls into a quoted cell, and is 0 while no record is complete."""
    assert last_record_end(b'a,"x\ny"\nb,"z\n') == len(b'a,"x\ny"\n')
    assert last_record_end(b'a,"x\n') == 0
    assert last_record_end(b"a\nb") == 2
