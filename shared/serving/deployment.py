"""The deployment pointer's generations: which model version serves a scenario in an environment."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

# The name of the last environment unless settings say otherwise.
PRODUCTION = "prod"


@dataclass(frozen=True, slots=True)
class Deployment:
    """One generation: the model version that serves a scenario in an environment; numbers are gap-free from 1.

    `override`: people put it into service although its gate had not passed. `restores`: the generation that a rollback
    brought back by this one; 0 when it is no rollback.
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
    restores: int = 0

    @property
    def model_id(self) -> str:
        """`name:version` of the model that serves."""
        return f"{self.model}:{self.version}"

    def pinned(self) -> dict[str, Any]:
        """JSON values, as plans and corrections keep it; hosts of earlier versions read them and know no `restores`."""
        values = {**asdict(self), "at": self.at.isoformat()}
        del values["restores"]
        return values
