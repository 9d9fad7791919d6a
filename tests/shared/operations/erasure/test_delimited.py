"""Rows are taken out of delimited files; every other byte stays."""

from __future__ import annotations

import pytest

from shared.operations.erasure.delimited import without_rows

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
