"""What is said about a model, as one JSON object: `evaluation.json` of a model version."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from model_training.estimators.candidates import Plan, Rows
from model_training.estimators.families import is_text
from model_training.evaluation.calibration import calibration
from model_training.evaluation.contributions import contributions
from model_training.evaluation.curves import confusion, confusions, precision_recall, roc, truths
from model_training.evaluation.importance import permutation
from model_training.evaluation.limits import limits
from model_training.evaluation.residuals import residuals
from model_training.evaluation.slices import slices
from model_training.evaluation.thresholds import thresholds
from model_training.evaluation.words import top_words
from model_training.export.graph import run
from model_training.search.candidate_ranking import Entrant
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import METRICS, REGRESSION

if TYPE_CHECKING:
    from model_training.steps.evaluate import Evaluation
    from model_training.steps.prepare import Prepared

SCHEMA = 1
POINTS = 200
# A label is predicted when it is more likely than not: of two classes the one with the larger probability.
THRESHOLD = 0.5


def facts_of(prepared: Prepared, best: Entrant, judged: Evaluation, plan: Plan) -> dict[str, Any]:
    """What can be said of the best candidate's graph on the test rows; equal inputs give equal facts."""
    scenario, parts = prepared.scenario, prepared.parts
    task, metric, labels = scenario.task, scenario.metric, prepared.contract.labels
    test, held = (prepared.rows.take(rows) for rows in (parts.test, parts.validation))
    answers, judge = run(best.onnx, test.X), BootstrapComparison(task, metric, test.y, plan.seed)
    frame = prepared.frame.take(pa.array(parts.test))
    plan.report(f"{best.name}: slices, calibration and importance", 1.0)
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
        "comparisons": list(judged.comparisons),
        "absent": dict(judged.absent),
        "slices": slices(frame, scenario.slices, answers, judge, time=scenario.time),
        "calibration": calibration(task, test.y, answers, labels),
        "thresholds": _thresholds(held, run(best.onnx, held.X), test, answers),
        **_errors(test, answers, plan.seed),
        **_explained(prepared, best, test.X, judge, plan),
    }
    return found | {"limits": limits(found)}


def _metrics(judged: Evaluation, judge: BootstrapComparison, answers: np.ndarray) -> dict[str, Any]:
    """Each metric of the task beside the baseline, with its interval."""
    names = REGRESSION if judge.task == "regression" else METRICS
    found = {}
    for name in names:
        if name not in judged.metrics:
            continue
        interval = BootstrapComparison(judge.task, name, judge.actual, judge.seed).interval(answers)
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


def _thresholds(held: Rows, held_answers: np.ndarray, test: Rows, answers: np.ndarray) -> Mapping[str, Any]:
    return thresholds(test.task, (held.y, held_answers), (test.y, answers), test.contract.labels, THRESHOLD)


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
    prepared: Prepared, best: Entrant, X: np.ndarray, judge: BootstrapComparison, plan: Plan
) -> dict[str, Any]:
    """`importance` and `contributions` of inputs, or the `words` of texts; `unexplained` says why there is nothing."""
    nothing: dict[str, Any] = {"importance": [], "contributions": [], "words": {}, "unexplained": ""}
    if is_text(prepared.rows):
        words = top_words(best.onnx, prepared.contract.labels)
        reason = "" if words else f"{best.name} has no single weight for each word and class that could be shown."
        return {**nothing, "words": words, "unexplained": reason}
    try:
        importance = permutation(best.onnx, X, judge, prepared.contract.names)
    except ValueError as error:
        return {**nothing, "unexplained": f"The drawn test rows cannot show it: {error}."}
    trained = prepared.rows.take(prepared.parts.train)
    moved = contributions(best.recipe, trained, X, plan)
    return {**nothing, "importance": importance, "contributions": moved}
