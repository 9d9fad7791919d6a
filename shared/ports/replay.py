"""What may be tried again, and the door back in."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from typing import Protocol

from shared.domain.records import Entry
from shared.domain.replay import DeadLetter


class DeadLetters(Protocol):
    """Events that could not be delivered, as files."""

    def list(self) -> Iterator[DeadLetter]:
        """All of them, in the order of their names."""
        ...

    def find(self, letter_id: str) -> DeadLetter | None:
        """The one of that id, or None."""
        ...


class Reopening(Protocol):
    """Ledger entries that ended and may be claimed again."""

    def ended(self, states: Collection[str]) -> Sequence[Entry]:
        """Current entries in those states, oldest first."""
        ...

    def reopen(self, kind: str, key: str, reason: str) -> bool:
        """Make an ended entry claimable, with a line in the journal; False when it is not ended (any more)."""
        ...
