"""One row of the prediction log, as monitoring reads it: the model, its answer, and inputs without personal data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

# Of a text only these numbers are logged.
TEXT_STATISTICS = ("characters", "words")


@dataclass(frozen=True, slots=True)
class LoggedRow:
    """A logged row. `features` are by name, in the order of the model's contract; `kinds` say which are numbers.

    `row` is its number in the request, from 0.
    """

    scenario: str
    request_id: str
    at: datetime
    model: str
    generation: int
    entity_key: str
    prediction: str
    probability: float | None
    features: Mapping[str, float | str | None]
    kinds: Mapping[str, Literal["number", "category"]]
    row: int = 0
