"""Release policies: environments, approvals, and a rollout in steps with health rules."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from shared.serving.deployment import PRODUCTION


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a rollout: the share of requests in percent (0: a shadow, answers not returned), and the minutes."""

    share: int
    minutes: float


@dataclass(frozen=True, slots=True)
class HealthRules:
    """The limits for a candidate; with fewer than `rows` answered rows the step continues unjudged."""

    rows: int = 100
    error_share: float = 0.02
    latency_ms: float = 500.0
    # Accepted multiple of the champion's latency, at the 95th percentile.
    slower: float = 3.0
    # Accepted population stability index between the answers of candidate and champion.
    shift: float = 0.25
    # How long errors and latency are judged after full service, by the champion's last figures; 0: not at all.
    after_minutes: float = 30.0


@dataclass(frozen=True, slots=True)
class Policy:
    """How versions of one scenario are released. The default is safe: a person approves prod."""

    environments: tuple[str, ...] = ("preprod", PRODUCTION)
    approvals: frozenset[str] = frozenset({PRODUCTION})
    approval_hours: float = 72.0
    approve_own: bool = False
    steps: tuple[Step, ...] = (Step(0, 10), Step(10, 10), Step(50, 10))
    health: HealthRules = HealthRules()
    # How many windows another model scores hidden, so that late labels compare the two; 0: none.
    trial_windows: int = 10

    @property
    def last(self) -> str:
        """The environment whose answers count; batch and real-time follow its pointer."""
        return self.environments[-1]

    @property
    def expiry(self) -> timedelta:
        """How long a request for approval stays open."""
        return timedelta(hours=self.approval_hours)


@dataclass(frozen=True, slots=True)
class Policies:
    """The policy of each scenario: its own, or the default."""

    default: Policy = Policy()
    own: Mapping[str, Policy] = field(default_factory=dict)

    def of(self, scenario: str) -> Policy:
        """The policy of that scenario."""
        return self.own.get(scenario, self.default)

    def last(self, scenario: str) -> str:
        """The scenario's last environment."""
        return self.of(scenario).last
