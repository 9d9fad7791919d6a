"""Which candidate is registered where validation rows cannot tell candidates apart: the best on all folds."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cmp_to_key

import numpy as np

from model_training.data.rows import Rows
from model_training.estimators.candidates import Recipe
from model_training.estimators.kinds import simplicity
from model_training.search.candidate_ranking import ScoredCandidate, ranked
from model_training.search.cross_validation import FoldScores
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import better

_DRAWS = 1_000
# Two candidates tie when the interval of the lead contains 0 and the lead is below this share of the best score.
TIE = 0.001


def unseparated(candidates: Sequence[ScoredCandidate], held: Rows, metric: str, seed: int) -> list[ScoredCandidate]:
    """The best deployable candidate, and those whose paired interval against it contains 0; best first."""
    deployable = ranked([each for each in candidates if not each.problem], metric)
    if not deployable:
        return []
    best, *others = deployable
    comparison = BootstrapComparison(held.task, metric, held.y, seed, draws=_DRAWS)
    X = held.X
    answers = best.graph.predict(X)
    return [best, *(each for each in others if _may_be_equal(comparison, answers, each.graph.predict(X)))]


def by_folds(recipes: Sequence[Recipe], scores: FoldScores) -> list[tuple[Recipe, float]]:
    """Recipes with their scores on all folds, best first; of those that tie with the best the simplest comes first."""
    metric, known = scores.prepared.scenario.metric, [(recipe, scores.score(recipe)) for recipe in recipes]

    def order(left: tuple[Recipe, float], right: tuple[Recipe, float]) -> int:
        return -1 if better(metric, left[1], right[1]) else int(better(metric, right[1], left[1]))

    ordered = sorted(known, key=cmp_to_key(order))
    tied = [each for each in ordered if _tie(ordered[0], each, scores)]
    first = min(tied, key=lambda each: simplicity(each[0].name, each[0].members))
    return [first, *(each for each in ordered if each is not first)]


def _tie(best: tuple[Recipe, float], other: tuple[Recipe, float], scores: FoldScores) -> bool:
    if abs(best[1] - other[1]) > TIE * abs(best[1]):
        return False
    low, high = scores.lead(best[0], other[0])
    return low <= 0 <= high


def _may_be_equal(comparison: BootstrapComparison, answers: np.ndarray, others: np.ndarray) -> bool:
    """Whether these rows leave open which of the two is better."""
    try:
        low, high = comparison.lead(answers, others)
    except ValueError:
        return True
    return low <= 0 <= high
