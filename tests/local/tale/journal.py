"""A journal as it can be compared: what differs from run to run (ids, times, scores) is told by a mark."""

from __future__ import annotations

import re
from collections.abc import Iterable

from local.tale.telling import told
from shared.domain.records import Entry

_MARKS = (
    (r"iiot_quality-<id>-\w{8}", "<run>"),
    (r"\b[0-9a-f]{32}\b", "<approval>"),
    (r"until \d{4}-\d\d-\d\d \d\d:\d\d UTC", "until <time>"),
    (r"answered \d+", "answered #"),
    (r"[+-]?\d+\.\d+", "#"),
    (r"gave this message up: .*", "gave this message up: …"),
)


def comparable(entries: Iterable[Entry]) -> str:
    """One line a sentence; the same one after the other once, with how often."""
    return "\n".join(f"{one.kind} {one.state}: {_marked(one.reason)}" for one in entries if told(one))


def _marked(text: str) -> str:
    text = re.sub(r"\d{8}T\d{6}Z-[0-9a-f]{8}", "<id>", text)
    for pattern, mark in _MARKS:
        text = re.sub(pattern, mark, text)
    return text
