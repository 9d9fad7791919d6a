"""A raw reading as it came with a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Reading:
    """What an entity's sensors said at `at` (UTC); `measured` is by column name."""

    entity: str
    at: datetime
    measured: Mapping[str, float]
