"""Rows are taken out of delimited files; every other byte stays."""

from __future__ import annotations

import io
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from world import POINTS

from shared.bootstrap import build_ports
from shared.operations.erasure.delimited import Delimited, without_rows
from shared.operations.erasure.streamed_file import StreamedFile
from shared.operations.erasure.subject import subject_of

# What stands before the row of 2, the row, and what stands after it.
FILES = {
    "plain": (b"id,x\n1,a\n", b"2,b\n", b"3,c\n"),
    "windows": (b"id,x\r\n1,a\r\n", b"2,b\r\n", b"3,c"),
    "last": (b"id,x\n1,a\n", b"2,b", b""),
    "semicolons": (b"sep=;\nid;x\n1;a\n", b"2;b\n", b"3;c\n\n"),
    "quoted": (b'"id","x"\n1,"a, or\nsomething"\n', b'2,"b\n2,b"\n', b'3,"c"\n'),
    "mark": (b"\xef\xbb\xbfid,x\n1,\xc3\xa4\n", b"2,b\n", b"3,c\n"),
    "latin": (b"id,x\n1,\xe4\n", b"2,b\n", b"3,\xff\n"),
    "wide": (b"\xff\xfe" + "id,x\n1,ä\n".encode("utf-16-le"), "2,b\n".encode("utf-16-le"), "3,c\n".encode("utf-16-le")),
}


@pytest.mark.parametrize("name", FILES)
def test_only_the_meant_row_goes(name: str) -> None:
    """Whatever delimiter, quotes, line ends and encoding: what is left is what stood around it."""
    before, row, after = FILES[name]
    assert without_rows(before + row + after, lambda row: row.get("id") == "2") == before + after


def test_a_file_without_the_row_is_the_same() -> None:
    """Also one that is no table at all."""
    files = [b"".join(parts) for parts in FILES.values()]
    for content in (*files, b"", b"\x00\x01 no, table\n\n", b'id,x\n1,"open\n'):
        assert without_rows(content, lambda row: row.get("id") == "9") == content


def test_one_record_at_a_time_is_read() -> None:
    """The first row is known before the file is read to its end."""
    content = io.BytesIO(b"id,x\n1,a\n" + b"2,b\n" * 2_000_000)
    opened = Delimited(lambda: content, b"", "utf-8").records()
    assert [next(opened)[1], next(opened)[1]] == [None, {"id": "1", "x": "a"}]
    assert content.tell() < 1 << 20
    opened.close()  # type: ignore[attr-defined]


@pytest.mark.parametrize(("ending", "kind"), [("gz", "gzip"), ("zst", "zstd")])
def test_a_packed_file_stays_packed(tmp_path: Path, ending: str, kind: str) -> None:
    """It is unpacked, and packed again without the row; what only has the name is left as it is."""
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, kind) as out:
        out.write(b"id,x\n1,a\n2,b\n")
    left = without(tmp_path, f"incoming/points/d/points.csv.{ending}", sink.getvalue().to_pybytes())
    assert pa.CompressedInputStream(pa.BufferReader(left), kind).read() == b"id,x\n1,a\n"
    assert without(tmp_path, f"incoming/points/d/other.csv.{ending}", b"no such thing") == b"no such thing"


def test_a_table_is_written_anew_block_by_block(tmp_path: Path) -> None:
    """Of a file of one group only blocks are in memory; dictionaries and all other rows stay, in groups of rows."""
    rows = 300_000
    kinds = pa.DictionaryArray.from_arrays(pa.array([0, 1] * (rows // 2), pa.int32()), ["a", "b"])
    table = pa.table({"id": range(rows), "kind": kinds})
    sink = io.BytesIO()
    pq.write_table(table, sink, row_group_size=rows)
    file = streamed(tmp_path, "windows/points/w/x.parquet", sink.getvalue())
    assert max(block.num_rows for block in file.blocks()) <= 1 << 16
    assert list(file.rows(subject_of(POINTS, "2"))) == [{"id": 2, "kind": "a"}]
    new = pq.ParquetFile(file.without(subject_of(POINTS, "2")).open())
    assert new.num_row_groups == 3
    assert new.read().equals(pa.concat_tables([table.slice(0, 2), table.slice(3)]))


def test_a_damaged_table_is_left_as_it_is(tmp_path: Path) -> None:
    """Whoever refused it keeps it; its first bytes alone make no table."""
    sink = io.BytesIO()
    pq.write_table(pa.table({"id": [1, 2]}), sink)
    half = sink.getvalue()[:-20]
    assert without(tmp_path, "quarantine/points/d/points.parquet", half) == half


def streamed(home: Path, path: str, content: bytes) -> StreamedFile:
    """A file of a lake."""
    ports = build_ports({"MLOPS_HOME": str(home), "TRAINER_URL": "none:"}, {"points": POINTS})
    blob, _ = ports.core.lake.put(path, content)
    return StreamedFile.of(ports, blob)


def without(home: Path, path: str, content: bytes) -> bytes:
    """The file without the rows of 2."""
    with streamed(home, path, content).without(subject_of(POINTS, "2")).open() as left:
        return left.read()
