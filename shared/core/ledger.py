"""Ledger."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

# How work ends. Everything that was accepted reaches exactly one of FINAL.
FINAL = frozenset(
    {"done", "duplicate", "superseded", "quarantined", "refused", "waiting", "ignored", "gone", "conflict", "failed"}
)


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to act once on (kind, key) until `expires`; `token` proves who holds it, `attempt` counts from 1."""

    kind: str
    key: str
    token: str
    expires: datetime
    attempt: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the ledger: what happened to (kind, key), and why."""

    kind: str
    key: str
    state: str
    reason: str
    at: datetime
    attempts: int = 0
    repeats: int = 0
    expires: datetime | None = None
    message: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a piece of work ended: a final state, the sentence that says why, and facts a program can read."""

    state: str
    reason: str
    detail: Mapping[str, Any] = field(default_factory=dict)
