"""How far the worker of a run is."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class RunProgress:
    """The step that a worker is at, and the share of the whole run that is done, 0 to 1.

    While candidates are tried: how many of how many, the best score so far, and about how many seconds are left.
    """

    step: str
    done: float
    candidate: int | None = None
    of: int | None = None
    best: float | None = None
    seconds_left: float | None = None
