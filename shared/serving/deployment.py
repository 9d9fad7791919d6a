"""One generation of what serves a scenario."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# What the last environment of a release is called unless settings say otherwise.
PRODUCTION = "prod"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One generation of what serves a scenario in an environment: gap-free numbers from 1, each by one writer.

    `override`: people put it into service although its gate had not passed.
    """

    scenario: str
    generation: int
    model: str
    version: int
    sha256: str
    at: datetime
    by: str
    reason: str
    environment: str = PRODUCTION
    override: bool = False

    @property
    def model_id(self) -> str:
        """`name:version` of what serves."""
        return f"{self.model}:{self.version}"
