"""The facts about a model, as one JSON object: `evaluation.json` of a model version."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa

from model_training.data.rows import Prepared, Rows
from model_training.estimators.candidates import FitPlan, Recipe
from model_training.estimators.families import is_text
from model_training.evaluation.calibration import calibration_of
from model_training.evaluation.contributions import mean_contributions
from model_training.evaluation.curves import confusion, confusions, precision_recall, roc, truths
from model_training.evaluation.importance import permutation
from model_training.evaluation.limits import known_limits
from model_training.evaluation.record import Evaluation
from model_training.evaluation.residuals import residual_facts
from model_training.evaluation.slices import score_slices
from model_training.evaluation.words import top_words
from model_training.export.graph import run
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import METRICS, REGRESSION, at_decisions

SCHEMA = 1
POINTS = 200


def facts_of(prepared: Prepared, recipe: Recipe, onnx: bytes, evaluation: Evaluation, plan: FitPlan) -> dict[str, Any]:
    """The facts about a candidate's graph on the test rows; equal inputs give equal facts."""
    scenario, parts = prepared.scenario, prepared.parts
    task, metric, labels = scenario.task, scenario.metric, prepared.contract.labels
    test = prepared.rows.take(parts.test)
    answers, bootstrap = run(onnx, test.X), BootstrapComparison(task, metric, test.y, plan.seed)
    slices = [name for name in scenario.slices if name in prepared.raw.names]
    frame = prepared.raw.read(slices).take(pa.array(parts.test))
    plan.report(f"{recipe.name}: slices, calibration and importance", 1.0)
    facts: dict[str, Any] = {
        "schema": SCHEMA,
        "task": task,
        "metric": metric,
        "labels": list(labels),
        "split": parts.kind,
        "rows": parts.sizes,
        "metrics": _metrics(evaluation, bootstrap, answers),
        "label_metrics": _of_labels(evaluation, labels),
        **_variants(prepared, evaluation),
        "comparisons": [comparison.to_json() for comparison in evaluation.comparisons],
        "absent": dict(evaluation.absent),
        "slices": score_slices(frame, scenario.slices, answers, bootstrap, time=scenario.time),
        "calibration": calibration_of(task, test.y, answers, labels),
        "thresholds": {label: dict(chosen) for label, chosen in evaluation.decisions.items()},
        **_errors(test, answers, plan.seed),
        **_explained(prepared, recipe, onnx, bootstrap, plan),
    }
    return facts | {"limits": known_limits(facts)}


def _metrics(evaluation: Evaluation, bootstrap: BootstrapComparison, answers: np.ndarray) -> dict[str, Any]:
    """Each metric of the task beside the baseline, with its interval."""
    names = REGRESSION if bootstrap.task == "regression" else METRICS
    metrics = {}
    for name in names:
        if name not in evaluation.metrics:
            continue
        decided = at_decisions(bootstrap.task, name, answers, evaluation.served)
        interval = BootstrapComparison(bootstrap.task, name, bootstrap.actual, bootstrap.seed).interval(decided)
        value, baseline = evaluation.metrics[name], evaluation.baseline[name]
        metrics[name] = {"value": value, "baseline": baseline, "interval": list(interval)}
    return metrics


def _of_labels(evaluation: Evaluation, labels: tuple[str, ...]) -> dict[str, dict[str, float]]:
    """The metrics of each of several labels on its own."""
    all_labels = {label: _label_metrics(evaluation, label) for label in labels}
    return {label: metrics for label, metrics in all_labels.items() if metrics}


def _label_metrics(evaluation: Evaluation, label: str) -> dict[str, float]:
    names = {name: f"{name}_{label}" for name in METRICS}
    return {name: evaluation.metrics[full] for name, full in names.items() if full in evaluation.metrics}


def _variants(prepared: Prepared, evaluation: Evaluation) -> dict[str, Any]:
    """The primary metric on the other kind of split, and with the columns that leak the answer."""
    metric, own = prepared.scenario.metric, prepared.parts.kind
    kinds = {kind: evaluation.metrics.get(f"{metric}_{kind}") for kind in ("random", "time", "given") if kind != own}
    return {
        "splits": {kind: value for kind, value in kinds.items() if value is not None},
        "with_leakage": evaluation.metrics.get(f"{metric}_with_leakage"),
        "leakage": list(prepared.scenario.leakage),
    }


def _errors(test: Rows, answers: np.ndarray, seed: int) -> dict[str, Any]:
    """Confusion and curves of labels; residuals of numbers."""
    labels = test.contract.labels
    if test.task == "regression":
        return {"residuals": residual_facts(test.y, answers[:, 0], seed)}
    pairs = truths(test.task, test.y, answers, labels)
    points = {
        "roc": {label: roc(*pair, POINTS) for label, pair in pairs.items()},
        "precision_recall": {label: precision_recall(*pair, POINTS) for label, pair in pairs.items()},
        "shares": {label: float(truth.mean()) for label, (truth, _) in pairs.items()},
    }
    if test.task == "multilabel":
        return {"confusions": confusions(test.y, answers, labels), **points}
    return {"confusion": confusion(test.y, answers.argmax(axis=1), len(labels)), **points}


def _explained(
    prepared: Prepared, recipe: Recipe, onnx: bytes, bootstrap: BootstrapComparison, plan: FitPlan
) -> dict[str, Any]:
    """`importance` and `contributions` of inputs, or the `words` of texts; `unexplained` says why there is nothing."""
    nothing: dict[str, Any] = {"importance": [], "contributions": [], "words": {}, "unexplained": ""}
    if is_text(prepared.rows):
        words = top_words(onnx, prepared.contract.labels)
        reason = "" if words else f"{recipe.name} has no single weight for each word and class that could be shown."
        return {**nothing, "words": words, "unexplained": reason}
    X = prepared.rows.take(prepared.parts.test).X
    try:
        importance = permutation(onnx, X, bootstrap, prepared.contract.names)
    except ValueError as error:
        return {**nothing, "unexplained": f"The drawn test rows cannot show it: {error}."}
    training = prepared.rows.take(prepared.parts.train)
    contributions = mean_contributions(recipe, training, X, plan)
    return {**nothing, "importance": importance, "contributions": contributions}
