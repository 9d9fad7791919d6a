"""Rollout."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

ROLLOUT_ENDED = frozenset({"full", "rolled_back", "superseded"})


RolloutState = Literal["shadow", "canary", "full", "rolled_back", "superseded"]


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
