"""How far a clock is to be moved, and how far it is ahead, in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta

from shared.bootstrap.home_time import HomeClock, clock_of
from shared.core.errors import BadInput
from shared.core.wording import counted
from shared.settings import Settings

_STEP = re.compile(r"\+(\d{1,9})([wdhms])")
_SECONDS = {"w": 604_800, "d": 86_400, "h": 3_600, "m": 60, "s": 1}
_NAMES = {"d": "day", "h": "hour", "m": "minute", "s": "second"}


def read_step(text: str) -> timedelta:
    """`+7d` or `+12h`; BadInput for another text, and for none at all."""
    found = _STEP.fullmatch(text.strip())
    seconds = int(found[1]) * _SECONDS[found[2]] if found else 0
    if not seconds or seconds >= timedelta.max.total_seconds():
        raise BadInput(f"{text[:40]!r} is no step forward; accepted: +7d, or another number of w, d, h, m or s.")
    return timedelta(seconds=seconds)


def told(ahead: timedelta) -> str:
    """The span in its two largest units: `7 days, 1 hour`."""
    left, parts = round(ahead.total_seconds()), []
    for unit, name in _NAMES.items():
        number, left = divmod(left, _SECONDS[unit])
        parts += [counted(number, name)] if number else []
    return ", ".join(parts[:2]) or "0 seconds"


def moved_clock(settings: Settings) -> HomeClock | None:
    """The home's clock while it is ahead of the machine's, or None."""
    clock = clock_of(settings)
    return clock if isinstance(clock, HomeClock) and clock.ahead else None


def clock_facts(clock: HomeClock) -> Mapping[str, object]:
    """The time of the home, and how many seconds it is ahead."""
    return {"now": clock().isoformat(), "ahead_seconds": clock.ahead.total_seconds()}


def clock_sentence(clock: HomeClock) -> str:
    """The time of the home in words, without a full stop."""
    ahead = f"{told(clock.ahead)} ahead of this machine" if clock.ahead else "the time of this machine"
    return f"The clock of this home shows {clock():%Y-%m-%d %H:%M:%S} UTC, {ahead}"
