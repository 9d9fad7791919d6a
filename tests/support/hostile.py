"""Hostile bodies, names and events, made from a few rules."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

# What a field may hold that nobody expects there, as it is written in JSON.
VALUES: tuple[bytes, ...] = (
    b"null",
    b"true",
    b"-0",
    b"1e400",
    b"-1e999",
    b"NaN",
    b"Infinity",
    b"9" * 400,
    b"0." + b"1" * 400,
    b"[]",
    b"{}",
    b"[[[[[[[[[[[[1]]]]]]]]]]]]",
    b'{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":{"a":1}}}}}}}}}',
    b'""',
    b'" "',
    b'"\\u0000"',
    b'"\\ud800"',
    b'"\\udfff\\ud800"',
    b'"\\u202e\\u2066x"',
    b'"\xff\xfe"',
    b'"' + b"x" * 70_000 + b'"',
    b'"../../etc/passwd"',
    b'"\\u001b[2J\\r\\nX-Header: 1"',
    b'"\'; DROP TABLE ledger; --"',
    b"\"=cmd|' /C calc'!A0\"",
    b'"{{7*7}}${7*7}"',
    b'["a",1,null,{}]',
    b'"2026-02-30T25:61:61Z"',
    b'"0001-01-01T00:00:00Z"',
    b'"\xf0\x9f\x98\x80"',
)

# Whole bodies that are no request of any route.
BODIES: tuple[bytes, ...] = (
    b"",
    b" ",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\xff\xfe{\0}\0",
    b"{",
    b"[",
    b"}",
    b'"',
    b"{]",
    b"[1,]",
    b'{"a":1,}',
    b'{"a" 1}',
    b"{'a': 1}",
    b"nul",
    b"NaN",
    b"-",
    b"1e",
    b"01",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b"[" * 9 + b"]" * 9,
    b'"\\ud800"',
    b'{"a":1}{"a":2}',
    b"//x\n{}",
    b"<?xml version='1.0'?><a/>",
    b"a=1&b=2",
    b"{}" + b" " * 100_000,
    b'{"a":1,"a":2}',
    b"[" + b"0," * 50_000 + b"0]",
    b'{"data":' + b"9" * 5_000 + b"}",
)

# A good body of each route that takes one.
GOOD: Mapping[str, Mapping[str, Any]] = {
    "score": {"data": [{"id": 1, "x": 1.0, "color": "red"}]},
    "v2_infer": {
        "inputs": [
            {"name": "x", "shape": [1], "datatype": "FP64", "data": [1.0]},
            {"name": "color", "shape": [1], "datatype": "BYTES", "data": ["red"]},
        ]
    },
    "actuals": {"data": [{"id": 1, "y": "yes"}]},
    "approve": {"decision": "approve", "by": "ada", "reason": "looked"},
    "rollback": {"by": "ada", "reason": "complaints", "generation": 1},
    "pipeline_submit": {"dataset": "d", "profile": "default"},
    "pipeline_schedule_add": {"name": "weekly", "every": "week", "start": "2026-03-01T00:00:00Z"},
}

NAMES: tuple[str, ...] = (
    "..",
    "../x",
    "../../etc/passwd",
    "..%2f..%2fetc",
    "%2e%2e/x",
    "a/../../b",
    "/etc/passwd",
    "//host/share",
    "C:\\x",
    "..\\..\\x",
    "a\\b",
    "a\0b",
    "a\nb",
    "a\r\nX: y",
    "\x1b[2J",
    "\x7f",
    "\u202egnp.exe",
    "\u2066a",
    "e\u0301",
    "\u00e9",
    "\ud800",
    "\ufeffa",
    " a ",
    "a.",
    "...",
    "-rf",
    "$(id)",
    "`id`",
    "'; DROP TABLE ledger; --",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "CON",
    "a" * 1025,
    "\U0001f600",
    "a" * 300 + "/b",
)


def bodies(function: str) -> Iterator[bytes]:
    """What is no body at all, and a good body with each part replaced by each value, or the part given twice."""
    yield from BODIES
    good = GOOD[function]
    for path in places(good):
        whole = json.dumps(replaced(good, path, "@@")).encode()
        yield from (whole.replace(b'"@@"', value) for value in VALUES)
    body = json.dumps(good).encode()
    yield body[:-1] + b"," + body[1:]
    yield body[:-1] + b',"unknown":1}'
    yield body[: len(body) // 2]


def places(value: Any, before: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where the parts of a value are; of a list the first part."""
    items = (
        value.items() if isinstance(value, Mapping) else list(enumerate(value))[:1] if isinstance(value, list) else ()
    )
    for key, inner in items:
        yield (*before, key)
        yield from places(inner, (*before, key))


def replaced(value: Any, path: tuple[Any, ...], by: Any) -> Any:
    """The value with that part replaced."""
    if not path:
        return by
    copy = dict(value) if isinstance(value, Mapping) else list(value)
    copy[path[0]] = replaced(value[path[0]], path[1:], by)
    return copy


def forged(event: str) -> Iterator[str]:
    """The event with each part replaced, in words that may stand in a message, and cut or doubled."""
    good = json.loads(event)
    for path in places(good):
        whole = json.dumps(replaced(good, path, "@@"))
        yield from (whole.replace('"@@"', value.decode("utf-8", errors="replace")) for value in VALUES)
    for name in NAMES:
        yield json.dumps(
            {**good, "subject": f"/blobServices/default/containers/mlops/blobs/incoming/points/{name}/points.csv"}
        )
        yield json.dumps(
            {**good, "subject": f"/blobServices/default/containers/{name}/blobs/incoming/points/d/points.csv"}
        )
    for url in ("http://169.254.169.254/metadata", "https://x.blob.core.windows.net.evil.com/a", "file:///etc/passwd"):
        yield json.dumps({**good, "data": {**good["data"], "url": url}})
    yield from (event[: len(event) // 2], event + event, f"[{event}]", "", "\0", "[" * 50_000)
