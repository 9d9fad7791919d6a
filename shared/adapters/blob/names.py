"""The names that a blob may have: the same on every lake, so that a name that works on one works on all."""

from __future__ import annotations

from shared.core.errors import BadInput

MAX_NAME = 1024
_MAX_SEGMENTS = 254
_MAX_SEGMENT_BYTES = 255


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
        return f"it has {len(path)} characters, 1 to {MAX_NAME} are accepted"
    if "\\" in path or any(_unprintable(char) for char in path):
        return "backslashes and control characters are not accepted"
    segments = path.split("/")
    if "" in segments:
        return "it starts or ends with a slash, or has an empty segment"
    if any(segment.startswith(".") for segment in segments):
        return "a segment may not start with a dot"
    return _segment_problem(segments)


def _segment_problem(segments: list[str]) -> str:
    if len(segments) > _MAX_SEGMENTS:
        return f"it has {len(segments)} segments, at most {_MAX_SEGMENTS} are accepted"
    if any("\ud800" <= char <= "\udfff" for segment in segments for char in segment):
        return "it is not valid text"
    if any(len(segment.encode()) > _MAX_SEGMENT_BYTES for segment in segments):
        return f"a segment may have at most {_MAX_SEGMENT_BYTES} bytes"
    return ""


def _unprintable(char: str) -> bool:
    # The two control blocks break lines and logs; the two non-characters cannot stand in a listing's XML.
    return ord(char) < 32 or 127 <= ord(char) < 160 or char in "\ufffe\uffff"  # noqa: PLR2004 - the control blocks
