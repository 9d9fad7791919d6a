"""The evaluation of a model, as the steps hand it on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Metrics by name on the declared test part, their baseline, 95 % intervals and how the model errs.

    `comparisons`: how far it leads the simplest candidate. `absent`: why a label has no metric.
    """

    metrics: Mapping[str, float]
    baseline: Mapping[str, float]
    interval: Mapping[str, Sequence[float]]
    comparisons: Sequence[Mapping[str, Any]]
    absent: Mapping[str, str]
    curves: Mapping[str, Any]
