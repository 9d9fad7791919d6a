"""Packed CSV: unpacked as it is read, and refused when it unfolds to far more than a table would."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, BinaryIO

from shared.adapters.tables.limits import Limits
from shared.adapters.tables.origin import Origin

if TYPE_CHECKING:
    from collections.abc import Buffer

# By the ending of the name: how Arrow calls it, and the first bytes.
PACKINGS = {"gz": ("gzip", b"\x1f\x8b"), "zst": ("zstd", b"\x28\xb5\x2f\xfd")}
# Tables of a sensor that stands still pack to a hundredth; a bomb to a thousandth. A small file may unfold to this.
RATIO, FREE_BYTES = 200, 16 << 20
_PIECE = 1 << 20


def packing_of(name: str) -> str:
    """The ending that says how the file is packed; empty for a file that is not."""
    ending = name.rpartition(".")[2].lower()
    return ending if ending in PACKINGS else ""


def ending_of(name: str) -> str:
    """The ending that says what is in the file: of `rows.csv.gz` csv."""
    inside = name[: -len(packing_of(name)) - 1] if packing_of(name) else name
    return inside.rpartition(".")[2].lower() if "." in inside else ""


def unpacked(source: BinaryIO, limits: Limits, origin: Origin) -> BinaryIO:
    """The file, or what is packed in it; it can be rewound. Quarantined when it is no such file, or too large."""
    packing = packing_of(origin.file)
    if not packing:
        return source
    kind, magic = PACKINGS[packing]
    size = source.seek(0, io.SEEK_END)
    source.seek(0)
    if source.read(len(magic)) != magic:
        problem = f"the name says that it is compressed with {kind}, the content is something else"
        raise origin.refusal("not_packed", problem, f"a file that {kind} made, or the ending .csv")
    if size > limits.file_bytes:
        raise origin.refusal("file_too_large", "the file is too large", f"at most {limits.file_bytes:,} bytes")
    return io.BufferedReader(_Unpacked(source, kind, size, limits, origin), _PIECE)


class _Unpacked(io.RawIOBase):
    """The unpacked bytes from the start on. To go back it begins again."""

    def __init__(self, source: BinaryIO, kind: str, size: int, limits: Limits, origin: Origin) -> None:
        self._source, self._kind, self._origin = source, kind, origin
        self._most = min(limits.file_bytes, max(RATIO * size, FREE_BYTES))
        self._limit = limits.file_bytes
        self._stream: Any = None
        self._at = 0
        self._begin()

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        if whence == io.SEEK_CUR:
            offset += self._at
        elif whence == io.SEEK_END:
            raise io.UnsupportedOperation("the end of a packed file is not known before it is read")
        if offset < self._at:
            self._begin()
        while self._at < offset and self._take(min(offset - self._at, _PIECE)):
            pass
        return self._at

    def readinto(self, buffer: Buffer) -> int:
        into = memoryview(buffer).cast("B")
        piece = self._take(len(into))
        into[: len(piece)] = piece
        return len(piece)

    def _begin(self) -> None:
        import pyarrow as pa

        self._source.seek(0)
        self._stream = pa.CompressedInputStream(pa.PythonFile(_LeftOpen(self._source), mode="r"), self._kind)
        self._at = 0

    def _take(self, size: int) -> bytes:
        try:
            piece: bytes = self._stream.read(size)
        except OSError as fault:
            problem = f"the {self._kind} file is damaged ({fault})"
            raise self._origin.refusal("corrupt", problem, f"a whole {self._kind} file") from fault
        self._at += len(piece)
        if self._at > self._most:
            raise self._too_much()
        return piece

    def _too_much(self) -> Exception:
        if self._most == self._limit:
            accepted = f"at most {self._limit:,} bytes"
            return self._origin.refusal("file_too_large", "what is compressed in the file is too large", accepted)
        problem = f"the file unfolds to more than {self._most:,} bytes, as no table does"
        return self._origin.refusal("bomb", problem, f"at most {RATIO} times the size of the compressed file")


class _LeftOpen:
    """A file that stays open when Arrow lets go of it: it is read again from its start."""

    closed = False

    def __init__(self, source: BinaryIO) -> None:
        self._source = source

    def read(self, size: int) -> bytes:
        return self._source.read(size)

    def close(self) -> None:
        """Nothing: whoever opened the file closes it."""
