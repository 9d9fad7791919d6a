"""A ledger that writes a log record of every transition as it happens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from shared.core.ledger import Claim, Entry
from shared.core.log_record import step_record
from shared.core.ports import Ledger, Observer


class LoggingLedger:
    """Port `Ledger`: passes every call to the given ledger and logs each transition it made."""

    def __init__(self, ledger: Ledger, observer: Observer) -> None:
        self._ledger = ledger
        self._observer = observer

    def claim(self, kind: str, key: str, ttl: timedelta, message: str = "") -> Claim | Entry:
        """As the ledger; an entry that blocks the claim is logged as `repeated`."""
        claim = self._ledger.claim(kind, key, ttl, message)
        if isinstance(claim, Claim):
            self._observer.record(step_record(kind, key, "in_progress", attempt=claim.attempt))
        else:
            self._observer.record(step_record(kind, key, "repeated", claim.detail))
        return claim

    def finish(self, claim: Claim, state: str, reason: str, detail: Mapping[str, Any] | None = None) -> None:
        """As the ledger."""
        self._ledger.finish(claim, state, reason, detail)
        self._observer.record(step_record(claim.kind, claim.key, state, detail, claim.attempt))

    def release(self, claim: Claim, reason: str, *, counts: bool) -> None:
        """As the ledger."""
        self._ledger.release(claim, reason, counts=counts)
        self._observer.record(step_record(claim.kind, claim.key, "released", attempt=claim.attempt))

    def note(self, kind: str, key: str, state: str, reason: str) -> None:
        """As the ledger."""
        self._ledger.note(kind, key, state, reason)
        self._observer.record(step_record(kind, key, state))

    def queue(self, kind: str, keys: Sequence[str], most: int, lost: datetime) -> list[str]:
        """As the ledger."""
        marked = self._ledger.queue(kind, keys, most, lost)
        for key in marked:
            self._observer.record(step_record(kind, key, "queued"))
        return marked

    def abandon(self, reason: str) -> int:
        """As the ledger."""
        return self._ledger.abandon(reason)
