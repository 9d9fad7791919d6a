"""Telling about work while it goes on."""

from __future__ import annotations

from typing import Protocol

from shared.domain.told import Ended, Told


class Observer(Protocol):
    """Structured records and counts; nothing fails or waits for them."""

    def record(self, told: Told) -> None:
        """Tell of a step of work."""
        ...

    def request(self, scenario: str, model: str, ended: Ended, seconds: float, rows: int) -> None:
        """Count an answered, refused or failed scoring request; `model` is empty when none was asked."""
        ...
