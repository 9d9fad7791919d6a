"""A request for approval, bound to one model version, its bytes, its certificate and an environment."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

ApprovalState = Literal["open", "approved", "rejected", "expired", "used"]


@dataclass(frozen=True, slots=True)
class Approval:
    """A request for approval and the decision on it; the id is the digest of the facts it is bound to."""

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
    def digest(self) -> str:
        """The id that these facts have; a request with another id was altered."""
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
    def is_unused(self) -> bool:
        """Whether it can still be decided or used."""
        return self.state in ("open", "approved")

    @property
    def model(self) -> str:
        """`name:version` of the model to be approved."""
        return f"{self.scenario}:{self.version}"

    def with_id(self) -> Approval:
        """The same request with its id."""
        return replace(self, id=self.digest)


def standing_request(requests: Sequence[Approval], *, once: bool) -> Approval | None:
    """Of the requests for the same, oldest first, the one that stands.

    That is the last that can still be decided or used; without one, and `once`, the last. None: another may be made.
    """
    unused = [request for request in requests if request.is_unused]
    return next(reversed(unused or (requests if once else ())), None)
