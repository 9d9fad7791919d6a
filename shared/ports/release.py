"""State of releases: approvals, rollouts and health."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from shared.domain.release import Approval, Health, Rollout


class Approvals(Protocol):
    """Requests for approval. Each is decided once and used once."""

    def request(self, approval: Approval) -> Approval:
        """Keep it; while one for the same version, sha256, environment and certificate is undecided or unused, that."""
        ...

    def find(self, approval_id: str) -> Approval | None:
        """The request, or None."""
        ...

    def list(self, scenario: str | None = None) -> Sequence[Approval]:
        """All requests, oldest first."""
        ...

    def decide(self, decided: Approval) -> Approval:
        """Close an open request; returns how it stands, which is another's decision when that came first."""
        ...


class Rollouts(Protocol):
    """Candidates that are being tried in an environment, as gap-free changes."""

    def current(self, scenario: str, environment: str) -> Rollout | None:
        """The newest change, or None."""
        ...

    def write(self, rollout: Rollout, approval: str = "") -> Rollout:
        """Write change n when n - 1 is current; Conflict otherwise. Uses up the approval in the same transaction."""
        ...

    def list(self, scenario: str | None = None) -> Sequence[Rollout]:
        """All changes, oldest first."""
        ...


class HealthStore(Protocol):
    """What processes saw of the versions that answer, minute by minute."""

    def keep(self, seen: Sequence[Health]) -> None:
        """Store each; the same process and minute again replaces what it said before."""
        ...

    def since(self, scenario: str, environment: str, start: datetime) -> Sequence[Health]:
        """What was seen in minutes that begin at `start` or later."""
        ...
