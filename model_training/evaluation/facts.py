"""What is said about a model, as one JSON object: `evaluation.json` of a model version."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from model_training.data.rows import Prepared, Rows
from model_training.estimators.candidates import FitPlan, Recipe
from model_training.estimators.families import is_text
from model_training.evaluation.calibration import calibration
from model_training.evaluation.contributions import contributions
from model_training.evaluation.curves import confusion, confusions, precision_recall, roc, truths
from model_training.evaluation.importance import permutation
from model_training.evaluation.limits import limits
from model_training.evaluation.record import Evaluation
from model_training.evaluation.residuals import residuals
from model_training.evaluation.slices import slices
from model_training.evaluation.words import top_words
from model_training.export.graph import run
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import METRICS, REGRESSION, at_decisions

SCHEMA = 1
POINTS = 200


def facts_of(prepared: Prepared, recipe: Recipe, onnx: bytes, judged: Evaluation, plan: FitPlan) -> dict[str, Any]:
    """The facts about a candidate's graph on the test rows; equal inputs give equal facts."""
    scenario, parts = prepared.scenario, prepared.parts
    task, metric, labels = scenario.task, scenario.metric, prepared.contract.labels
    test = prepared.rows.take(parts.test)
    answers, judge = run(onnx, test.X), BootstrapComparison(task, metric, test.y, plan.seed)
    frame = prepared.frame.take(pa.array(parts.test))
    plan.report(f"{recipe.name}: slices, calibration and importance", 1.0)
    found: dict[str, Any] = {
        "schema": SCHEMA,
        "task": task,
        "metric": metric,
        "labels": list(labels),
        "split": parts.kind,
        "rows": parts.sizes,
        "metrics": _metrics(judged, judge, answers),
        "label_metrics": _of_labels(judged, labels),
        **_elsewhere(prepared, judged),
        "comparisons": [comparison.to_json() for comparison in judged.comparisons],
        "absent": dict(judged.absent),
        "slices": slices(frame, scenario.slices, answers, judge, time=scenario.time),
        "calibration": calibration(task, test.y, answers, labels),
        "thresholds": {label: dict(chosen) for label, chosen in judged.decisions.items()},
        **_errors(test, answers, plan.seed),
        **_explained(prepared, recipe, onnx, judge, plan),
    }
    return found | {"limits": limits(found)}


def _metrics(judged: Evaluation, judge: BootstrapComparison, answers: np.ndarray) -> dict[str, Any]:
    """Each metric of the task beside the baseline, with its interval."""
    names = REGRESSION if judge.task == "regression" else METRICS
    found = {}
    for name in names:
        if name not in judged.metrics:
            continue
        seen = at_decisions(judge.task, name, answers, judged.served)
        interval = BootstrapComparison(judge.task, name, judge.actual, judge.seed).interval(seen)
        value, baseline = judged.metrics[name], judged.baseline[name]
        found[name] = {"value": value, "baseline": baseline, "interval": list(interval)}
    return found


def _of_labels(judged: Evaluation, labels: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """The metrics of each of several labels on its own."""
    named = {label: {name: judged.metrics.get(f"{name}_{label}") for name in METRICS} for label in labels}
    told = {label: {name: value for name, value in one.items() if value is not None} for label, one in named.items()}
    return {label: one for label, one in told.items() if one}


def _elsewhere(prepared: Prepared, judged: Evaluation) -> dict[str, Any]:
    """The primary metric on the other kind of split, and with the columns that leak the answer."""
    metric, own = prepared.scenario.metric, prepared.parts.kind
    kinds = {kind: judged.metrics.get(f"{metric}_{kind}") for kind in ("random", "time", "given") if kind != own}
    return {
        "splits": {kind: value for kind, value in kinds.items() if value is not None},
        "with_leakage": judged.metrics.get(f"{metric}_with_leakage"),
        "leakage": list(prepared.scenario.leakage),
    }


def _errors(test: Rows, answers: np.ndarray, seed: int) -> dict[str, Any]:
    """Confusion and curves of labels; residuals of numbers."""
    labels = test.contract.labels
    if test.task == "regression":
        return {"residuals": residuals(test.y, answers[:, 0], seed)}
    pairs = truths(test.task, test.y, answers, labels)
    drawn = {
        "roc": {label: roc(*pair, POINTS) for label, pair in pairs.items()},
        "precision_recall": {label: precision_recall(*pair, POINTS) for label, pair in pairs.items()},
        "shares": {label: float(truth.mean()) for label, (truth, _) in pairs.items()},
    }
    if test.task == "multilabel":
        return {"confusions": confusions(test.y, answers, labels), **drawn}
    return {"confusion": confusion(test.y, answers.argmax(axis=1), len(labels)), **drawn}


def _explained(
    prepared: Prepared, recipe: Recipe, onnx: bytes, judge: BootstrapComparison, plan: FitPlan
) -> dict[str, Any]:
    """`importance` and `contributions` of inputs, or the `words` of texts; `unexplained` says why there is nothing."""
    nothing: dict[str, Any] = {"importance": [], "contributions": [], "words": {}, "unexplained": ""}
    if is_text(prepared.rows):
        words = top_words(onnx, prepared.contract.labels)
        reason = "" if words else f"{recipe.name} has no single weight for each word and class that could be shown."
        return {**nothing, "words": words, "unexplained": reason}
    X = prepared.rows.take(prepared.parts.test).X
    try:
        importance = permutation(onnx, X, judge, prepared.contract.names)
    except ValueError as error:
        return {**nothing, "unexplained": f"The drawn test rows cannot show it: {error}."}
    trained = prepared.rows.take(prepared.parts.train)
    moved = contributions(recipe, trained, X, plan)
    return {**nothing, "importance": importance, "contributions": moved}
