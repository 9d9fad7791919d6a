"""A blob of the lake, the ETag of a file, the names that a blob may have, and those of files that are no data."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import datetime

from shared.core.errors import BadInput
from shared.core.wording import counted

MAX_NAME = 1024
# A key of the state is a name with its ETag, in at most 1 200 bytes on SQL Server.
MAX_NAME_BYTES = 1100
_MAX_SEGMENTS = 254
_MAX_SEGMENT_BYTES = 255
_UNFINISHED = (".tmp", ".temp", ".part", ".partial", ".crdownload", ".download", ".filepart", ".swp", ".inprogress")
_SYSTEM = frozenset({"thumbs.db", "desktop.ini", "ehthumbs.db", "icon\r"})
_CHECKSUMS = (".crc", ".md5", ".sha1", ".sha256")


@dataclass(frozen=True, slots=True)
class Blob:
    """One version of one blob in the lake."""

    path: str
    etag: str
    size: int
    modified: datetime

    @property
    def name(self) -> str:
        """The file's name, without its folders."""
        return self.path.rsplit("/", 1)[-1]


def file_etag(stat: os.stat_result) -> str:
    """Return the ETag of a file's version: a replaced file has another inode, so its ETag changes."""
    return f'"0x{stat.st_mtime_ns:X}{stat.st_size:X}{stat.st_ino:X}"'


def check_name(path: str) -> str:
    """Return the name when it is a blob name; BadInput says what is wrong with it."""
    problem = name_problem(path)
    if problem:
        raise BadInput(f"{path[:100]!r} is not a blob name: {problem}.")
    return path


def check_prefix(prefix: str) -> str:
    """Return the prefix when blob names can start with it; BadInput otherwise."""
    if prefix:
        check_name(prefix.rstrip("/") if prefix.endswith("/") and not prefix.endswith("//") else prefix)
    return prefix


def name_problem(path: str) -> str:
    """Return what is wrong with the name; empty when nothing is."""
    if not path or len(path) > MAX_NAME:
        return f"it has {counted(len(path), 'character')}, 1 to {MAX_NAME} are accepted"
    if "\\" in path or (not _is_plain(path) and any(_unprintable(char) for char in path)):
        return "backslashes and control characters are not accepted"
    if len(path.encode("utf-8", "surrogatepass")) > MAX_NAME_BYTES:
        return f"it has more than {MAX_NAME_BYTES} bytes in UTF-8"
    segments = path.split("/")
    if "" in segments:
        return "it starts or ends with a slash, or has an empty segment"
    if any(segment.startswith(".") for segment in segments):
        return "a segment may not start with a dot"
    return _segment_problem(segments)


def _segment_problem(segments: list[str]) -> str:
    if len(segments) > _MAX_SEGMENTS:
        return f"it has {len(segments)} segments, at most {_MAX_SEGMENTS} are accepted"
    if any(not _is_plain(segment) and any("\ud800" <= char <= "\udfff" for char in segment) for segment in segments):
        return "it is not valid text"
    if any(len(segment.encode()) > _MAX_SEGMENT_BYTES for segment in segments):
        return f"a segment may have at most {_MAX_SEGMENT_BYTES} bytes"
    return ""


def shown_name(path: str) -> str:
    """The name on one line for a record or a log: what cannot be printed, and half characters, as escapes."""
    return "".join(_escape(char) if _unprintable(char) or "\ud800" <= char <= "\udfff" else char for char in path)


def _escape(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode()


def _is_plain(text: str) -> bool:
    """Whether all characters are printable ASCII, which needs no closer look."""
    return text.isascii() and text.isprintable()


def _unprintable(char: str) -> bool:
    # The two control blocks break lines and logs; the two non-characters cannot stand in a listing's XML.
    return ord(char) < 32 or 127 <= ord(char) < 160 or char in "\ufffe\uffff"  # noqa: PLR2004 - the control blocks


def unfinished(file: str) -> bool:
    """Whether the name says that a program still writes the file and will rename it."""
    return file.lower().endswith(_UNFINISHED)


def leftover(file: str) -> str:
    """What the file is when it is no data; empty for a data file."""
    name = file.lower()
    if unfinished(file):
        return "the name of a copy under way; it counts under its final name"
    if name.startswith(("~$", ".~lock")) or name.endswith(("~", ".bak")):
        return "the lock or the copy of an editor"
    if name.startswith("_"):
        return "a marker that a data engine leaves beside its files"
    if name.startswith(".") or name in _SYSTEM:
        return "a file of the operating system"
    return "a checksum beside its file" if name.endswith(_CHECKSUMS) else ""
