"""Traffic: the share of the requests that each version answers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from shared.serving.deployment import Deployment
from shared.serving.rollout import Rollout


@dataclass(frozen=True, slots=True)
class Traffic:
    """Percent of the requests that each version answers: together 100, or empty when nothing serves.

    `mirror`: percent of the requests that a version gets as well, without its answer being returned.
    """

    shares: Mapping[int, int] = field(default_factory=dict)
    mirror: Mapping[int, int] = field(default_factory=dict)

    @property
    def versions(self) -> frozenset[int]:
        """Every version that gets requests."""
        return frozenset((*self.shares, *self.mirror))

    def meets(self, wanted: Traffic) -> bool:
        """Whether this traffic is the wanted one: the same shares, and the same versions in the mirror.

        An endpoint may be unable to mirror as many requests as wanted: fewer are enough, none are not.
        """
        same = self.shares == wanted.shares and self.mirror.keys() == wanted.mirror.keys()
        return same and all(0 < share <= wanted.mirror[version] for version, share in self.mirror.items())


def traffic_of(current: Deployment | None, rollout: Rollout | None) -> Traffic:
    """The traffic that a pointer and the newest change of a rollout call for."""
    if current is None:
        return Traffic()
    if rollout is None or not rollout.is_active or rollout.base != current.generation:
        return Traffic({current.version: 100})
    if rollout.state == "shadow":
        return Traffic({current.version: 100}, {rollout.version: 100})
    return Traffic({current.version: 100 - rollout.share, rollout.version: rollout.share})
