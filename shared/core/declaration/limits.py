"""Whether the numbers and the schedule of a scenario can be met: a bar that no model reaches lets none serve."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

from shared.core.errors import BadInput
from shared.core.timers.timer_schedules import parse_schedule

# Typed loosely: the module of the declaration itself calls the check.
type Scenario = Any
_ERRORS = ("rmse", "mae", "log_loss")
_FIELDS_OF_A_TIMER = 6
_SIX_FIELDS = "six fields: second minute hour day month weekday"


def limit_problems(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Each number, list or schedule that nothing can fit, with what would be accepted."""
    yield from _bar_problems(scenario)
    yield from _split_problems(scenario)
    yield from _schedule_problems(scenario)
    if not scenario.candidates:
        yield "declares no candidates", "at least one, such as ('lightgbm',)"


def _bar_problems(scenario: Scenario) -> Iterator[tuple[str, str]]:
    metric, minimum = scenario.bar.metric, scenario.bar.minimum
    if metric in _ERRORS:
        fits, accepted = _is_number(minimum) and minimum > 0, "a number above 0"
    elif metric == "r2":
        fits, accepted = _is_number(minimum) and minimum <= 1, "a number of at most 1"
    else:
        fits, accepted = _is_number(minimum) and 0 <= minimum <= 1, "a number from 0 to 1"
    if not fits:
        yield f"declares for the metric {metric!r} the bar {minimum!r}", accepted


def _split_problems(scenario: Scenario) -> Iterator[tuple[str, str]]:
    split = scenario.split
    shares = (split.validation, split.test)
    if not all(_is_number(share) and 0 < share < 1 for share in shares) or sum(shares) >= 1:
        told = " and ".join(str(share) for share in shares)
        yield f"holds back the shares {told} of its rows", "two shares above 0 that leave rows to learn from"
    if not isinstance(split.gap, int) or split.gap < 0:
        yield f"declares for its split the gap {split.gap!r}", "a whole number of rows, 0 or more"
    if not _is_number(split.gap_hours) or split.gap_hours < 0:
        yield f"declares for its split the gap_hours {split.gap_hours!r}", "a number of hours, 0 or more"


def _schedule_problems(scenario: Scenario) -> Iterator[tuple[str, str]]:
    """Six fields that can be read; a batch without a schedule has none."""
    schedule = scenario.batch.schedule
    if not schedule:
        return
    if not isinstance(schedule, str) or len(schedule.split()) != _FIELDS_OF_A_TIMER:
        yield f"declares the schedule {schedule!r}", _SIX_FIELDS
        return
    try:
        parse_schedule(schedule)
    except BadInput as error:
        why, _, accepted = error.reason.rstrip(".").partition("; accepted: ")
        yield f"declares the schedule {schedule!r}: {why}", accepted or _SIX_FIELDS


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and math.isfinite(value)
