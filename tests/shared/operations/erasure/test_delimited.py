"""Rows are taken out of delimited files; every other byte stays."""

from __future__ import annotations

from datetime import UTC, datetime

import pyarrow as pa
import pytest
from world import POINTS

from shared.core.blob import Blob
from shared.operations.erasure.delimited import without_rows
from shared.operations.erasure.lake_files import without_subject
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
    taken = without_rows(before + row + after, lambda row: row.get("id") == "2")
    assert (taken.content, len(taken.rows)) == (before + after, 1)


def test_a_file_without_the_row_is_the_same() -> None:
    """Also one that is no table at all."""
    files = [b"".join(parts) for parts in FILES.values()]
    for content in (*files, b"", b"\x00\x01 no, table\n\n", b'id,x\n1,"open\n'):
        assert without_rows(content, lambda row: row.get("id") == "9").content == content


@pytest.mark.parametrize(("ending", "kind"), [("gz", "gzip"), ("zst", "zstd")])
def test_a_packed_file_stays_packed(ending: str, kind: str) -> None:
    """It is unpacked, and packed again without the row; what only has the name is left as it is."""
    blob = Blob(f"incoming/points/d/points.csv.{ending}", "1", 0, datetime(2026, 1, 1, tzinfo=UTC))
    sink = pa.BufferOutputStream()
    with pa.CompressedOutputStream(sink, kind) as out:
        out.write(b"id,x\n1,a\n2,b\n")
    left = without_subject(blob, sink.getvalue().to_pybytes(), subject_of(POINTS, "2"))
    assert pa.CompressedInputStream(pa.BufferReader(left), kind).read() == b"id,x\n1,a\n"
    assert without_subject(blob, b"no such thing", subject_of(POINTS, "2")) == b"no such thing"
