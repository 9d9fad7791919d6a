"""The training profiles: how much work a run spends on each candidate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from shared.training.options.run_options import RunOptions

# Trials at a time, on any number of cores.
GROUP = 4


@dataclass(frozen=True, slots=True)
class Effort:
    """How much a profile spends.

    Trees of each candidate; trials, seconds, trials without gain, the score that is enough, and trials at a time of the
    tuning; folds of the last comparison. Candidates that validation cannot tell apart are cross-validated: with `quick`
    on two folds, else on as many as their rows need, and of texts with more finalists.
    """

    trees: int
    learning_rate: float
    trials: int = 0
    seconds: float = 0.0
    patience: int = 10
    folds: int = 0
    quick: bool = False
    enough: float | None = None
    concurrency: int = GROUP

    def within(self, options: RunOptions) -> Effort:
        """The same effort with these limits; who limits a search that the profile leaves out wants one."""
        searched = self if self.trials or not (options.trials or options.minutes) else replace(self, **_SEARCH)
        given = {
            "trials": options.trials,
            "seconds": None if options.minutes is None else 60 * options.minutes,
            "patience": options.patience,
            "enough": options.metric_reached,
            "concurrency": options.concurrency,
        }
        return replace(searched, **{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]  # each of its field


_SEARCH: dict[str, Any] = {"trials": 24, "seconds": 150}
PROFILES: Mapping[str, Effort] = {
    "demo": Effort(40, 0.15, quick=True),
    "default": Effort(200, 0.04, **_SEARCH, folds=3),
}
