"""How far the chosen candidate leads the simplest one, on rows that neither was fitted on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np

from model_training.estimators.candidates import Plan
from model_training.estimators.estimators import PROFILES, REFERENCES
from model_training.estimators.families import fit_recipe
from model_training.search.candidate_ranking import Entrant
from model_training.steps.prepare import Prepared
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import LARGER_IS_BETTER


def comparisons(prepared: Prepared, best: Entrant, found: Sequence[Entrant], plan: Plan) -> list[dict[str, Any]]:
    """The paired 95 % interval of the lead; empty when nothing simpler competed, or the rows cannot show the metric.

    On the test rows. Rows in no order say more: where the profile has folds, each third of all rows is answered by
    candidates of the same recipe that were fitted on the others.
    """
    others = {entrant.name: entrant for entrant in found if entrant.onnx and entrant.name != best.name}
    simple = next((others[name] for name in REFERENCES if name in others), None)
    if simple is None:
        return []
    folds = PROFILES[plan.profile].folds if prepared.parts.kind == "random" else 0
    try:
        low, high, rows = (
            _by_folds(prepared, (best, simple), plan, folds) if folds else _on_test(prepared, best, simple, plan)
        )
    except ValueError:
        return []
    metric = prepared.scenario.metric
    ahead = low > 0 if LARGER_IS_BETTER[metric] else high < 0
    told = {"best": best.name, "other": simple.name, "metric": metric, "rows": rows, "folds": folds}
    return [told | {f"{metric}_difference_interval": [low, high], "clearly_better": ahead}]


def _on_test(prepared: Prepared, best: Entrant, simple: Entrant, plan: Plan) -> tuple[float, float, int]:
    test = prepared.rows.take(prepared.parts.test)
    judge = BootstrapComparison(test.task, prepared.scenario.metric, test.y, plan.seed)
    return *judge.lead(best.graph.predict(test.X), simple.graph.predict(test.X)), len(test.y)


def _by_folds(prepared: Prepared, pair: Sequence[Entrant], plan: Plan, folds: int) -> tuple[float, float, int]:
    rows, quiet = prepared.rows, replace(plan, report=_nothing)
    fold = np.random.default_rng(plan.seed).permutation(len(rows.y)) % folds
    width = len(rows.contract.labels)
    answers = [np.zeros((len(rows.y), width)) for _ in pair]
    for number in range(folds):
        plan.report(f"comparing {pair[0].name} with {pair[1].name}, fold {number + 1} of {folds}", number / folds)
        fitted, judged = rows.take(np.flatnonzero(fold != number)), fold == number
        for entrant, answer in zip(pair, answers, strict=True):
            answer[judged] = fit_recipe(entrant.recipe, fitted, quiet).predict(rows.X[judged])
    judge = BootstrapComparison(rows.task, prepared.scenario.metric, rows.y, plan.seed)
    return *judge.lead(*answers), len(rows.y)


def _nothing(*_told: object, **_facts: object) -> None:
    """Fits inside a comparison are not news."""
