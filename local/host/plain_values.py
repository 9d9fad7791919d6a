"""JSON as the Functions host reads and writes it with Newtonsoft.Json: leniently, and with dates in its own form."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from typing import Any

_DATE = re.compile(
    r"(?P<seconds>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(?P<fraction>\d{1,7}))?(?P<zone>Z|[+-]\d\d:\d\d)?", re.ASCII
)
# A text in single or double quotes, or a comma before the end of an object or array.
_LENIENT = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|,(?=\s*[\]}])", re.DOTALL)


# Newtonsoft.Json escapes these beyond ASCII.
_LINE_ENDS = {0x85: "\\u0085", 0x2028: "\\u2028", 0x2029: "\\u2029"}


class Date(str):
    """The text of a moment, in the form in which the host writes it."""

    __slots__ = ()


def read_json(text: str) -> Any:
    """The value of a JSON text; single quotes and a comma at the end are accepted, texts that are dates become Date.

    ValueError for anything else.
    """
    try:
        value = json.loads(text, strict=False)
    except json.JSONDecodeError:
        value = json.loads(_LENIENT.sub(_strict, text), strict=False)
    except RecursionError as error:
        raise ValueError("the JSON is too deep") from error
    return with_dates(value)


def _strict(match: re.Match[str]) -> str:
    part = match[0]
    if part == ",":
        return ""
    if part.startswith('"'):
        return part
    return json.dumps(part[1:-1].replace("\\'", "'"))


def with_dates(value: Any) -> Any:
    """The value with every text that is a moment in the host's form: in UTC, without zeros at the end of a fraction."""
    if isinstance(value, str):
        match = _DATE.fullmatch(value)
        return _date(value, match) if match else value
    if isinstance(value, dict):
        return {key: with_dates(part) for key, part in value.items()}
    return [with_dates(part) for part in value] if isinstance(value, list) else value


def _date(text: str, match: re.Match[str]) -> str:
    try:
        moment = datetime.fromisoformat(match["seconds"])
    except ValueError:
        return text
    zone, fraction = match["zone"] or "", (match["fraction"] or "").rstrip("0")
    seconds = match["seconds"]
    if zone not in ("", "Z"):
        seconds = datetime.fromisoformat(moment.isoformat() + zone).astimezone(UTC).isoformat()[:19]
        zone = "+00:00"
    return Date(seconds + (f".{fraction}" if fraction else "") + zone)


def written(value: Any) -> str:
    """The value as indented JSON."""
    return json.dumps(value, indent=2, ensure_ascii=False).translate(_LINE_ENDS)


def as_text(value: Any) -> str:
    """The value as .NET shows it: a text as it is, null as nothing, objects and arrays as JSON."""
    if isinstance(value, Date):
        return datetime.fromisoformat(value[:19]).strftime("%m/%d/%Y %H:%M:%S")
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return written(value)


def looks_like_json(text: str) -> bool:
    """Whether the host reads the text as JSON: braces or brackets around it."""
    bare = text.strip()
    return (bare.startswith("{") and bare.endswith("}")) or (bare.startswith("[") and bare.endswith("]"))


def rewritten(text: str) -> str | None:
    """The text, or, when it looks like JSON, the same value written anew; None when it only looks so."""
    if not looks_like_json(text):
        return text
    try:
        return written(read_json(text))
    except ValueError:
        return None
