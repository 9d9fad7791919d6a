"""A raw reading that a request brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """The sensor values of an entity at `at` (UTC); `measured` is by column name."""

    entity: str
    at: datetime
    measured: Mapping[str, float]
