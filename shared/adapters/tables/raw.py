"""Checks of a file's bytes before they are parsed: size, kind by first bytes, encoding, NUL characters."""

from __future__ import annotations

import io
import re
from typing import BinaryIO

from shared.adapters.tables.limits import Limits
from shared.adapters.tables.origin import Origin
from shared.adapters.tables.packed import packing_of
from shared.adapters.tables.structure import position_of

_PIECE = 4 << 20
_BOM = b"\xef\xbb\xbf"
_ACCEPTED = "UTF-8 text, with or without a byte order mark"
# The real kind of a file that its name does not say.
_COMPRESSED = {
    b"\x1f\x8b": "gzip",
    b"PK\x03\x04": "zip (or an Excel workbook)",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"BZh": "bzip2",
    b"\xfd7zXZ\x00": "xz",
}
_MARKS = {
    b"\xff\xfe\x00\x00": "UTF-32 (little-endian)",
    b"\x00\x00\xfe\xff": "UTF-32 (big-endian)",
    b"\xff\xfe": "UTF-16 (little-endian)",
    b"\xfe\xff": "UTF-16 (big-endian)",
}
_SAMPLE = 4_096
# Bytes that continue a character of UTF-8 and never begin one.
_CONTINUING = range(0x80, 0xC0)
# Latin text in UTF-16 has a NUL in every other byte.
_UTF16_SHARE = 0.3


def read_bytes(source: BinaryIO, limits: Limits, origin: Origin) -> bytes:
    """Return the whole file; Quarantined when it is empty, longer than the limit or compressed."""
    buffer = io.BytesIO()
    while piece := source.read(min(_PIECE, limits.file_bytes + 1 - buffer.tell())):
        buffer.write(piece)
    data = buffer.getvalue()
    _check_start(data, len(data), limits, origin)
    return data


def check_source(source: BinaryIO, limits: Limits, origin: Origin) -> bytes:
    """Return the first bytes of a seekable file and rewind it; Quarantined like `read_bytes`."""
    start = source.read(_SAMPLE)
    # The size of a packed file was looked at before.
    size = len(start) if packing_of(origin.file) else source.seek(0, io.SEEK_END)
    source.seek(0)
    _check_start(start, size, limits, origin)
    return start


def _check_start(start: bytes, size: int, limits: Limits, origin: Origin) -> None:
    if size > limits.file_bytes:
        raise origin.refusal("file_too_large", "the file is too large", f"at most {limits.file_bytes:,} bytes")
    if len(start) == size and not start.strip(b" \t\r\n" + _BOM):
        raise origin.refusal("empty", "the file holds nothing", "a header and data rows")
    packed = next((name for magic, name in _COMPRESSED.items() if start.startswith(magic)), None)
    if packed:
        accepted = "the uncompressed file, or the ending .csv.gz or .csv.zst"
        raise origin.refusal("compressed", f"the file is compressed with {packed}", accepted)


def decoded(data: bytes, origin: Origin) -> bytes:
    """Return the UTF-8 bytes without byte order mark; Quarantined names another encoding, or the line of a NUL."""
    _refuse_wide(data, origin)
    text = data.removeprefix(_BOM)
    bad = None if text.isascii() else _first_bad_byte(text)
    if bad is not None:
        row, line = position_of(text, bad)
        problem = f"byte 0x{text[bad]:02x} is not UTF-8 (the text looks like {_looks_like(text)})"
        raise origin.refusal("encoding", problem, _ACCEPTED, row=row, line=line)
    nul = text.find(b"\0")
    if nul >= 0:
        row, line = position_of(text, nul)
        raise origin.refusal("nul", "a cell has a NUL character", "text without NUL", row=row, line=line)
    return text


def _refuse_wide(data: bytes, origin: Origin) -> None:
    found = next((name for mark, name in _MARKS.items() if data.startswith(mark)), None)
    sample = data[:_SAMPLE]
    if found is None and sample.count(0) > _UTF16_SHARE * len(sample):
        found = "UTF-16 (big-endian)" if sample[0] == 0 else "UTF-16 (little-endian)"
    if found:
        raise origin.refusal("encoding", f"the file is encoded as {found}", _ACCEPTED)


def _first_bad_byte(text: bytes) -> int | None:
    start = 0
    while start < len(text):
        stop = _boundary(text, start + _PIECE)
        try:
            str(memoryview(text)[start:stop], "utf-8")
        except UnicodeDecodeError as fault:
            return start + fault.start
        start = stop
    return None


def _boundary(text: bytes, stop: int) -> int:
    """Return the last offset at or before `stop` (within three bytes) at which a character begins."""
    if stop >= len(text):
        return len(text)
    return next((place for place in range(stop, stop - 4, -1) if text[place] not in _CONTINUING), stop)


def _looks_like(text: bytes) -> str:
    # Latin-1 keeps these for control characters; Windows puts dashes and curly quotes there.
    windows = re.search(rb"[\x80-\x9f]", text)
    return f"{'Windows-1252' if windows else 'Latin-1'}, or a mix of encodings"
