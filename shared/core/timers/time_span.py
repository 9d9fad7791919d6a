"""Spans of time as .NET writes them, in host.json and in schedules."""

from __future__ import annotations

import re

_SPAN = re.compile(r"(?:(\d+)\.)?(\d{1,2}):([0-5]?\d):([0-5]?\d(?:\.\d{1,7})?)")
_HOURS_A_DAY = 24


def parse_span(text: str) -> float | None:
    """Seconds of a .NET TimeSpan such as "00:00:05" or "1.00:00:00", or None for any other text."""
    match = _SPAN.fullmatch(text.strip())
    if match is None or int(match[2]) >= _HOURS_A_DAY:
        return None
    return int(match[1] or 0) * 86400 + int(match[2]) * 3600 + int(match[3]) * 60 + float(match[4])
