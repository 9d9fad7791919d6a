"""A scoring request after the model answered: what the caller gets, and what metrics and the prediction log need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from shared.serving.strange_values import NOTHING, StrangeValues

if TYPE_CHECKING:
    import numpy as np

Rows = Sequence[Mapping[str, Any]]


class ScoredRequest(Struct, frozen=True, gc=False):
    """The response as JSON data, the scored rows, and the model's answers (rows, labels); None when none was scored.

    `strange` is what the model did not learn from.

    A dataclass takes five times as long to make, and every request makes one.
    """

    response: Any
    rows: Rows
    answers: np.ndarray | None
    strange: StrangeValues = NOTHING
