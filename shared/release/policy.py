"""How a model version reaches those who ask: environments, approvals, and a rollout in steps with health rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from shared.serving.deployment import PRODUCTION


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
