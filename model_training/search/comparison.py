"""How far the chosen candidate leads the simplest one, on rows that neither was fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from model_training.data.rows import Prepared
from model_training.estimators.candidates import FitPlan
from model_training.estimators.families import fit_recipe
from model_training.estimators.kinds import REFERENCES
from model_training.estimators.profiles import PROFILES
from model_training.evaluation.record import Comparison
from model_training.search.candidate_ranking import ScoredCandidate
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import LARGER_IS_BETTER


@dataclass(frozen=True, slots=True)
class _Lead:
    """The 95 % interval of the lead, and on how many rows it was measured."""

    low: float
    high: float
    rows: int


def compare_with_simplest(
    prepared: Prepared, best: ScoredCandidate, candidates: Sequence[ScoredCandidate], plan: FitPlan
) -> list[Comparison]:
    """The lead of the best over the simplest candidate; empty when nothing simpler competed or the rows show no lead.

    The test rows decide. Where rows have no order in time and the profile has folds, all rows decide: candidates of
    the same recipes answer each fold after they were fitted on the other folds.
    """
    others = {each.name: each for each in candidates if each.onnx and each.name != best.name}
    simplest = next((others[name] for name in REFERENCES if name in others), None)
    if simplest is None:
        return []
    folds = PROFILES[plan.profile].folds if prepared.parts.kind == "random" else 0
    try:
        lead = _by_folds(prepared, (best, simplest), plan, folds) if folds else _on_test(prepared, best, simplest, plan)
    except ValueError:
        return []
    metric = prepared.scenario.metric
    clearly_better = lead.low > 0 if LARGER_IS_BETTER[metric] else lead.high < 0
    return [Comparison(best.name, simplest.name, metric, lead.rows, folds, (lead.low, lead.high), clearly_better)]


def _on_test(prepared: Prepared, best: ScoredCandidate, simplest: ScoredCandidate, plan: FitPlan) -> _Lead:
    test = prepared.rows.take(prepared.parts.test)
    bootstrap = BootstrapComparison(test.task, prepared.scenario.metric, test.y, plan.seed)
    answers = [each.graph.predict(test.X) for each in (best, simplest)]
    return _Lead(*bootstrap.lead(*answers), len(test.y))


def _by_folds(prepared: Prepared, pair: Sequence[ScoredCandidate], plan: FitPlan, folds: int) -> _Lead:
    rows, quiet = prepared.rows, plan.quiet()
    fold = np.random.default_rng(plan.seed).permutation(len(rows.y)) % folds
    width = len(rows.contract.labels)
    answers = [np.zeros((len(rows.y), width)) for _ in pair]
    for number in range(folds):
        plan.report(f"comparing {pair[0].name} with {pair[1].name}, fold {number + 1} of {folds}", number / folds)
        training, judged = (rows.take(np.flatnonzero(part)) for part in (fold != number, fold == number))
        for candidate, answer in zip(pair, answers, strict=True):
            answer[fold == number] = fit_recipe(candidate.recipe, training, quiet).predict(judged.X)
    judging = np.setdiff1d(np.arange(len(rows.y)), prepared.learn_only)
    bootstrap = BootstrapComparison(rows.task, prepared.scenario.metric, rows.y[judging], plan.seed)
    return _Lead(*bootstrap.lead(*(answer[judging] for answer in answers)), len(judging))
