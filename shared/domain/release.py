"""How a model version reaches those who ask: environments, approvals, and a rollout in steps with health rules."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Literal

from shared.domain.records import PRODUCTION

ROLLOUT_ENDED = frozenset({"full", "rolled_back", "superseded"})
RolloutState = Literal["shadow", "canary", "full", "rolled_back", "superseded"]
ApprovalState = Literal["open", "approved", "rejected", "expired", "used"]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a rollout: the share of requests in percent (0: a shadow, scored and not returned), and how long."""

    share: int
    minutes: float


@dataclass(frozen=True, slots=True)
class HealthRules:
    """What a candidate may not exceed; below `rows` answered rows nothing is judged, and the step goes on."""

    rows: int = 100
    error_share: float = 0.02
    latency_ms: float = 500.0
    # How many times as slow as the champion, at the 95th percentile.
    slower: float = 3.0
    # Population stability index between the answers of candidate and champion.
    shift: float = 0.25
    # How long errors and latency are judged after full service, by the champion's last figures; 0: not at all.
    after_minutes: float = 30.0


@dataclass(frozen=True, slots=True)
class Policy:
    """How versions of one scenario are released. Safe unless settings say otherwise: a person approves prod."""

    environments: tuple[str, ...] = ("preprod", PRODUCTION)
    approvals: frozenset[str] = frozenset({PRODUCTION})
    approval_hours: float = 72.0
    approve_own: bool = False
    steps: tuple[Step, ...] = (Step(0, 10), Step(10, 10), Step(50, 10))
    health: HealthRules = HealthRules()

    @property
    def last(self) -> str:
        """The environment whose answers count; batch and real-time follow its pointer."""
        return self.environments[-1]

    @property
    def expiry(self) -> timedelta:
        """How long a request for approval stands."""
        return timedelta(hours=self.approval_hours)


@dataclass(frozen=True, slots=True)
class Policies:
    """The policy of each scenario: its own, or the one for all."""

    default: Policy = Policy()
    own: Mapping[str, Policy] = field(default_factory=dict)

    def of(self, scenario: str) -> Policy:
        """The policy of that scenario."""
        return self.own.get(scenario, self.default)

    def last(self, scenario: str) -> str:
        """The scenario's last environment."""
        return self.of(scenario).last


@dataclass(frozen=True, slots=True)
class Rollout:
    """One change of a rollout in an environment: gap-free numbers from 1, each written by one writer.

    `base` is the generation that answers beside it; a rollout whose base is not the current generation is over.
    """

    scenario: str
    environment: str
    number: int
    version: int
    sha256: str
    base: int
    state: RolloutState
    step: int
    share: int
    at: datetime
    by: str
    reason: str

    @property
    def model(self) -> str:
        """`name:version` of the candidate."""
        return f"{self.scenario}:{self.version}"

    @property
    def going_on(self) -> bool:
        """Whether the candidate is being tried."""
        return self.state not in ROLLOUT_ENDED


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
    def model(self) -> str:
        """`name:version` of what is to be approved."""
        return f"{self.scenario}:{self.version}"

    def sealed(self) -> Approval:
        """The same request with its id."""
        return replace(self, id=self.bound)


@dataclass(frozen=True, slots=True)
class Health:
    """What one process saw of one version in one minute; several processes and minutes add up."""

    scenario: str
    environment: str
    generation: int
    version: int
    role: Literal["champion", "canary", "shadow"]
    minute: datetime
    instance: str
    requests: int
    rows: int
    errors: int
    latency: tuple[int, ...]
    answers: tuple[int, ...]
