"""What candidates answer to rows that they were not fitted on: every row is answered by fits on other folds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from model_training.data.answers import answers_of
from model_training.data.folds import Fold, fold_rows
from model_training.data.rows import Prepared, Rows
from model_training.estimators.candidates import FitPlan, Recipe
from model_training.estimators.estimator import Parameters
from model_training.estimators.families import fit_candidates, is_text
from model_training.estimators.profiles import PROFILES
from model_training.runtime.threads import run_parallel
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import score

_DRAWS = 1_000
# Folds of at most so many rows, and of more; what few rows say is repeated.
_FEW, _VERY_FEW = 10_000, 5_000


@dataclass(frozen=True, slots=True)
class OutOfFold:
    """Answers (rows, columns) of each candidate; `rows` are row numbers, each stands there once for each repeat.

    An answer is NaN where a label did not vary in the rows of the fit.
    """

    rows: np.ndarray
    answers: Mapping[str, np.ndarray]

    def of(self, recipe: Recipe) -> np.ndarray:
        """The recipe's answers: of a vote the mean of its members'."""
        return np.asarray(np.mean([self.answers[name] for name in recipe.fits], axis=0))


@dataclass(frozen=True, slots=True)
class FoldScores:
    """Scores and leads of recipes on the rows of all folds."""

    prepared: Prepared
    found: OutOfFold
    seed: int

    def score(self, recipe: Recipe) -> float:
        """The metric of the recipe's answers."""
        return score(self.prepared.scenario.task, self.prepared.scenario.metric, self._actual, self._answers(recipe))

    def lead(self, recipe: Recipe, other: Recipe) -> tuple[float, float]:
        """The paired 95 % interval of how much the recipe's metric lies above the other's."""
        task, metric = self.prepared.scenario.task, self.prepared.scenario.metric
        comparison = BootstrapComparison(task, metric, self._actual, self.seed, self.found.rows, _DRAWS)
        return comparison.lead(self._answers(recipe), self._answers(other))

    @property
    def _actual(self) -> np.ndarray:
        return np.asarray(self.prepared.y[self.found.rows])

    def _answers(self, recipe: Recipe) -> np.ndarray:
        # No fit knew the label there: all recipes answer 0 alike.
        return np.asarray(np.nan_to_num(self.found.of(recipe), nan=0.0))


def cross_validate(
    prepared: Prepared, names: Sequence[str], parameters: Mapping[str, Parameters], plan: FitPlan
) -> OutOfFold:
    """The named candidates' answers to the rows that train or choose; no rows where no fold can be fitted.

    Rows that only learn are in the fits and are not answered.
    """
    answers, split = answers_of(prepared.frame, prepared.scenario), prepared.scenario.split
    folds, repeats = _sizes(prepared, plan)
    dealt = fold_rows(answers, prepared.parts, split, folds=folds, repeats=repeats, seed=plan.seed)
    found = [Fold(fold.fit, np.setdiff1d(fold.judged, prepared.learn_only)) for fold in dealt]
    found = [fold for fold in found if len(fold.judged)]
    plan.report(f"cross-validating {', '.join(names)} on {len(found)} folds", 0.5)
    rows = np.concatenate([fold.judged for fold in found]) if found else np.empty(0, dtype=np.int64)
    pieces = _answers(prepared.rows, found, names, parameters, plan.quiet())
    width = len(prepared.contract.labels)
    empty = np.empty((0, width), dtype=np.float32)
    return OutOfFold(rows, {name: np.concatenate([empty, *(piece[name] for piece in pieces)]) for name in names})


def _sizes(prepared: Prepared, plan: FitPlan) -> tuple[int, int]:
    """How many folds, and how often."""
    rows = len(prepared.parts.train) + len(prepared.parts.validation)
    if PROFILES[plan.profile].quick:
        return 2, 1
    if rows > _FEW:
        return 3, 1
    return 5, 2 if rows <= _VERY_FEW else 1


def _answers(
    rows: Rows, folds: Sequence[Fold], names: Sequence[str], parameters: Mapping[str, Parameters], plan: FitPlan
) -> list[dict[str, np.ndarray]]:
    """The answers of each fold by candidate."""
    if is_text(rows):
        # Text candidates share one matrix and are fitted in parallel.
        return [_answered(rows, fold, names, parameters, plan) for fold in folds]
    jobs = [partial(_answered, rows, fold, (name,), parameters, plan) for fold in folds for name in names]
    done = run_parallel(jobs)
    grouped = [done[first : first + len(names)] for first in range(0, len(done), len(names))]
    return [{name: piece for one in group for name, piece in one.items()} for group in grouped]


def _answered(
    rows: Rows, fold: Fold, names: Sequence[str], parameters: Mapping[str, Parameters], plan: FitPlan
) -> dict[str, np.ndarray]:
    training, judged = rows.take(fold.fit), rows.take(fold.judged)
    varying = _varying(training)
    if varying is not None:
        training = replace(training, y=training.y[:, varying])
    fitted = fit_candidates(names, training, plan, parameters)
    X = judged.X
    return {each.name: _spread(each.predict(X), varying) for each in fitted}


def _varying(rows: Rows) -> np.ndarray | None:
    """Which of several labels vary in these rows; None for other tasks."""
    return np.asarray((rows.y != rows.y[0]).any(axis=0)) if rows.task == "multilabel" else None


def _spread(answers: np.ndarray, varying: np.ndarray | None) -> np.ndarray:
    """The answers in the columns of their labels, NaN in the others."""
    if varying is None:
        return answers.astype(np.float32)
    spread = np.full((len(answers), len(varying)), np.nan, dtype=np.float32)
    spread[:, varying] = answers
    return spread
