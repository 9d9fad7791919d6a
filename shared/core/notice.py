"""A notice: an event of our own, kept in the outbox until Event Grid takes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Notice:
    """An event of our own (or of the embedded registry) waiting in the outbox, as CloudEvents 1.0 fields."""

    id: str
    type: str
    source: str
    subject: str
    time: datetime
    data: Mapping[str, Any]
