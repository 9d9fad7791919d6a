"""The changes of a rollout: a candidate that is tried beside the champion, step by step."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ROLLOUT_ENDED = frozenset({"full", "rolled_back", "superseded"})


RolloutState = Literal["shadow", "canary", "full", "rolled_back", "superseded"]


@dataclass(frozen=True, slots=True)
class Rollout:
    """One change of a rollout in an environment; numbers are gap-free from 1, each written by one writer.

    `base` is the generation of the champion; a rollout whose base is not the current generation is over.
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
    def is_active(self) -> bool:
        """Whether the candidate is still being tried."""
        return self.state not in ROLLOUT_ENDED
