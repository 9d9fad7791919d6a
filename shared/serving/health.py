"""Counts of requests, errors, latency and answers, by which a rollout judges a version."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Health:
    """What one process counted for one version in one minute; several processes and minutes add up."""

    scenario: str
    environment: str
    generation: int
    version: int
    role: Literal["champion", "canary", "shadow"]
    minute: datetime
    instance: str
    requests: int
    rows: int
    errors: int
    latency: tuple[int, ...]
    answers: tuple[int, ...]


# Upper ends of the latency bins in milliseconds; the last bin holds everything slower.
LATENCY_MS = (1, 2, 3, 5, 7, 10, 15, 20, 30, 50, 75, 100, 150, 200, 300, 500, 750, 1000, 2000, 5000)
