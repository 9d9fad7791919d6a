"""Raw readings that are kept until a prediction needs them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from shared.domain.reading import Reading


class Readings(Protocol):
    """The newest readings of each entity, whichever process took them in."""

    def keep(self, scenario: str, readings: Sequence[Reading], forget_before: datetime) -> None:
        """Store them; of two for the same entity and time the first stays. Older ones of these entities are dropped."""
        ...

    def window(self, scenario: str, entity: str, start: datetime, end: datetime) -> Sequence[Reading]:
        """The entity's readings from `start` to `end`, both included, in order of time."""
        ...
