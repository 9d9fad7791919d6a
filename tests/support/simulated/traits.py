"""What an installation of a seed is like: who approves, how versions go live, what is large, streamed or removed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache

from world import POINTS

from shared.core.policies import Retention
from shared.core.scenario import Scenario

NAME, STREAM = POINTS.name, "pulses"
# A window of more rows is scored in shards of so many.
LARGE, SHARD_ROWS = 4, 3
_DAY = Retention(incoming=1, scoring=1, actuals=1, quarantine=1, served=1, datasets=1, windows=1, journal=2)


@dataclass(frozen=True, slots=True)
class Traits:
    """Every installation has some of them, so that no life costs as much as all."""

    approvals: bool
    steps: bool
    shards: bool
    stream: bool
    retention: bool

    @classmethod
    def of(cls, seed: int) -> Traits:
        """Those of that seed."""
        return cls(seed % 2 == 1, seed % 3 == 0, seed % 4 == 1, seed % 5 == 2, seed % 4 == 3)

    @property
    def environ(self) -> Mapping[str, str]:
        """Its settings."""
        return {
            "APPROVALS": "prod" if self.approvals else "none",
            "ROLLOUT": "0:5,50:5" if self.steps else "full",
            "HEALTH_RULES": "rows:20",
            # What was lost while all rest is found soon enough for a life.
            "IDLE_SCHEDULE": "0 */10 * * * *",
            **({"SCORER_ROWS": str(LARGE)} if self.shards else {}),
        }

    @property
    def scenarios(self) -> Mapping[str, Scenario]:
        """Points, whose ids and colors are personal; where there is a stream, also a scenario that is read from it."""
        return _scenarios(self)


@cache
def _scenarios(traits: Traits) -> Mapping[str, Scenario]:
    points = replace(POINTS, personal=("id", "color"))
    if traits.retention:
        points = replace(points, retention=_DAY)
    if not traits.stream:
        return {NAME: points}
    batch = replace(points.batch, source="telemetry", lag_seconds=60)
    return {NAME: points, STREAM: replace(points, name=STREAM, batch=batch)}
