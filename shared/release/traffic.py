"""Traffic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.serving.deployment import Deployment
from shared.serving.rollout import Rollout


@dataclass(frozen=True, slots=True)
class Traffic:
    """Who answers: percent of the requests by version (together 100, or empty when nothing serves).

    `mirror`: percent of the requests that a version is asked beside, without its answer being returned.
    """

    shares: Mapping[int, int] = field(default_factory=dict)
    mirror: Mapping[int, int] = field(default_factory=dict)

    @property
    def versions(self) -> frozenset[int]:
        """Every version that is asked."""
        return frozenset((*self.shares, *self.mirror))

    def meets(self, wanted: Traffic) -> bool:
        """Whether this is what is wanted: the same shares, and the same versions asked beside.

        A target may be unable to mirror as many requests as wanted; fewer will do, none will not.
        """
        same = self.shares == wanted.shares and self.mirror.keys() == wanted.mirror.keys()
        return same and all(0 < share <= wanted.mirror[version] for version, share in self.mirror.items())


def traffic_of(current: Deployment | None, rollout: Rollout | None) -> Traffic:
    """The traffic that a pointer and the newest change of a rollout ask for."""
    if current is None:
        return Traffic()
    if rollout is None or not rollout.is_active or rollout.base != current.generation:
        return Traffic({current.version: 100})
    if rollout.state == "shadow":
        return Traffic({current.version: 100}, {rollout.version: 100})
    return Traffic({current.version: 100 - rollout.share, rollout.version: rollout.share})
