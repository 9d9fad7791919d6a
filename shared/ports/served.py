"""Answered requests, kept for monitoring."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from shared.domain.served import ServedRow


class Served(Protocol):
    """A sample of what was asked and answered in real time."""

    def wanted(self) -> bool:
        """Whether this request belongs to the sample."""
        ...

    def add(self, rows: Sequence[ServedRow]) -> None:
        """Keep the rows of one request; they reach the lake later, and no request waits for it."""
        ...

    def flush(self) -> None:
        """Write what is kept, now."""
        ...
