"""One answered row as monitoring reads it: who answered, what, and the inputs that tell about nobody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

# What is kept of a text in its place: its size.
TEXT_STATISTICS = ("characters", "words")


@dataclass(frozen=True, slots=True)
class ServedRow:
    """An answered row. `features` are by name, in the order of the model's contract; `kinds` say which are numbers."""

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
