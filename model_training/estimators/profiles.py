"""The training profiles: how much work a run spends on each candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a profile spends.

    Trees of each candidate; trials, seconds and trials without gain of the tuning; folds of the last comparison. With
    `choose_by_folds` candidates that validation cannot tell apart are cross-validated.
    """

    trees: int
    learning_rate: float
    trials: int = 0
    seconds: float = 0.0
    patience: int = 10
    folds: int = 0
    choose_by_folds: bool = False


PROFILES: Mapping[str, Effort] = {
    "demo": Effort(40, 0.15),
    "default": Effort(200, 0.04, trials=24, seconds=150, folds=3, choose_by_folds=True),
}
