"""The deployment pointer's generations: which model version serves a scenario in an environment."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

# The name of the last environment unless settings say otherwise.
PRODUCTION = "prod"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One generation: the model version that serves a scenario in an environment; numbers are gap-free from 1.

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
        """`name:version` of the model that serves."""
        return f"{self.model}:{self.version}"
