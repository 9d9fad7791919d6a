"""One answered request on its way to the prediction log: what its rows are made of when they are written."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from msgspec import Struct, structs

from shared.core.scenario import Scenario
from shared.serving.scored_request import Rows
from shared.training.input_contract import InputContract

if TYPE_CHECKING:
    import numpy as np

# The first rows of a long request are enough to see drift.
MAX_ROWS = 100


class LoggedRequest(Struct, frozen=True, gc=False):
    """A request as it was answered; `answers` (rows, labels) are those of its first rows. Nothing is copied.

    `key` names the entity where the caller did, `request` the request. `size`: its bytes, about what it holds.
    """

    scenario: Scenario
    contract: InputContract
    thresholds: tuple[float, ...]
    model: str
    generation: int
    rows: Rows
    answers: np.ndarray
    at: datetime
    request: str
    key: str = ""
    size: int = 0

    def __len__(self) -> int:
        """How many of its rows are logged."""
        return len(self.answers)

    def first(self, count: int) -> LoggedRequest:
        """The same with at most so many rows."""
        return self if count >= len(self) else structs.replace(self, answers=self.answers[:count])
