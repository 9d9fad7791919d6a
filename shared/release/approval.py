"""Approval."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

ApprovalState = Literal["open", "approved", "rejected", "expired", "used"]


@dataclass(frozen=True, slots=True)
class Approval:
    """A request for approval and what became of it. The id is the digest of what it is bound to."""

    scenario: str
    version: int
    sha256: str
    environment: str
    certificate: str
    nonce: str
    expires: datetime
    requested_by: str
    requested_at: datetime
    why: str
    override: bool = False
    state: ApprovalState = "open"
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""
    id: str = ""

    @property
    def bound(self) -> str:
        """The id that these facts have: whoever alters one of them makes another request."""
        facts = {
            "scenario": self.scenario,
            "version": self.version,
            "sha256": self.sha256,
            "environment": self.environment,
            "certificate": self.certificate,
            "nonce": self.nonce,
            "expires": self.expires.isoformat(),
            "requested_by": self.requested_by,
            "override": self.override,
        }
        return hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()[:32]

    @property
    def live(self) -> bool:
        """Whether it can still be decided or used."""
        return self.state in ("open", "approved")

    @property
    def model(self) -> str:
        """`name:version` of what is to be approved."""
        return f"{self.scenario}:{self.version}"

    def sealed(self) -> Approval:
        """The same request with its id."""
        return replace(self, id=self.bound)
