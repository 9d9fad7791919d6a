"""Step: the chosen model on rows it never saw, beside what simpler answers and other splits would have scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from model_training.data.answers import answers_of
from model_training.data.rows import Prepared, Rows, encode_columns
from model_training.data.split import Parts, missing_labels
from model_training.estimators.candidates import FitPlan, Recipe
from model_training.estimators.families import fit_recipe
from model_training.evaluation.curves import curve_points
from model_training.evaluation.facts import facts_of
from model_training.evaluation.record import Evaluation, served_thresholds
from model_training.export.graph import run
from model_training.runtime.json_files import read_json, write_json
from model_training.search import candidate_ranking
from model_training.search.candidate_ranking import ScoredCandidate
from model_training.search.comparison import compare_with_simplest
from model_training.steps import prepare, train
from model_training.steps.command import start
from model_training.steps.context import StepContext
from model_training.steps.prepare import contract_of
from shared.core.scenario import Task
from shared.core.wording import all_of
from shared.training.decisions.thresholds import judge_thresholds
from shared.training.decisions.unseen_answers import UnseenAnswers
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import METRICS, REGRESSION, at_decisions, score, scores

NAME = "evaluate"
NEEDS = ("prepare", "train")
FACTS = "facts.json"


def run_step(context: StepContext) -> None:
    """Write `evaluation.json`, and `facts.json`: slices, calibration, curves, what the model looks at."""
    prepared = prepare.load(context.inputs["prepare"], context.spec.scenario)
    candidates = candidate_ranking.load(context.inputs["train"])
    unseen = train.load_unseen(context.inputs["train"])
    evaluation = evaluate_best(prepared, candidates, unseen, context.plan)
    write_json(context.out / "evaluation.json", evaluation.to_json())
    best = train.best_deployable(candidates)
    write_json(context.out / FACTS, facts_of(prepared, best.recipe, best.onnx, evaluation, context.plan))


def load(folder: Path) -> Evaluation:
    """The evaluation that `run_step` wrote."""
    return Evaluation.from_json(read_json(folder / "evaluation.json"))


def evaluate_best(
    prepared: Prepared, candidates: Sequence[ScoredCandidate], unseen: UnseenAnswers, plan: FitPlan
) -> Evaluation:
    """Judge the best deployable candidate by the answers of its graph.

    Besides: the primary metric, with its interval, of the same candidate fitted again on the other kind of split
    (`auc_time`, `auc_random`) and with the columns that leak the answer (`auc_with_leakage`).
    """
    best, test = train.best_deployable(candidates), prepared.rows.take(prepared.parts.test)
    task, primary, labels = prepared.scenario.task, prepared.scenario.metric, prepared.contract.labels
    answers, bootstrap = run(best.onnx, test.X), BootstrapComparison(task, primary, test.y, plan.seed)
    decisions = _thresholds(prepared, unseen, answers)
    served = served_thresholds(decisions)
    metrics = _known(task, test.y, answers, labels, served)
    known = {}
    if primary in metrics:
        metrics[f"{primary}_{prepared.parts.kind}"] = metrics[primary]
        known = {primary: bootstrap.interval(at_decisions(task, primary, answers, served))}
    variants = _refitted(prepared, best.recipe, plan)
    metrics |= {name: variant.value for name, variant in variants.items()}
    baseline = _known(task, test.y, np.tile(_constant_answer(prepared), (len(test.y), 1)), labels)
    plan.report(f"{best.name}: {score_in_words(primary, metrics)}", 1.0)
    return Evaluation(
        metrics,
        baseline,
        known | {name: variant.interval for name, variant in variants.items()},
        compare_with_simplest(prepared, best, candidates, plan),
        _absent(prepared, metrics),
        curve_points(task, test.y, answers, labels),
        decisions,
    )


def score_in_words(metric: str, metrics: Mapping[str, float]) -> str:
    """The metric on the test rows, or that they cannot show it."""
    return f"{metric} {metrics[metric]:.4f} on test" if metric in metrics else f"the test rows cannot show {metric}"


def _known(
    task: Task, actual: np.ndarray, answers: np.ndarray, labels: Sequence[str], served: Sequence[float] = ()
) -> dict[str, float]:
    """The metrics that these rows can show."""
    try:
        return dict(scores(task, actual, answers, labels, served))
    except ValueError:
        found = {}
        for name in REGRESSION if task == "regression" else METRICS:
            with suppress(ValueError):
                found[name] = score(task, name, actual, at_decisions(task, name, answers, served))
        return found


def _thresholds(prepared: Prepared, unseen: UnseenAnswers, answers: np.ndarray) -> Mapping[str, Mapping[str, Any]]:
    """The thresholds that the scenario's decisions choose on unseen rows, judged by the `answers` to test rows."""
    test, labels = prepared.rows.take(prepared.parts.test), prepared.contract.labels
    declared = {label: prepared.scenario.decision_of(label) for label in labels}
    return judge_thresholds(test.task, (unseen.actual, unseen.answers), (test.y, answers), labels, declared)


def _constant_answer(prepared: Prepared) -> np.ndarray:
    """The answer that is the same for every row: the training rows' shares of the classes, or their mean number."""
    train_y = prepared.y[prepared.parts.train]
    if prepared.scenario.task in ("multilabel", "regression"):
        return np.asarray(train_y.reshape(len(train_y), -1).mean(axis=0))
    return np.bincount(train_y, minlength=len(prepared.contract.labels)) / len(train_y)


def _absent(prepared: Prepared, metrics: Mapping[str, float]) -> dict[str, str]:
    """Why a metric is missing, or a label of several has none of its own."""
    missing = missing_labels(answers_of(prepared.frame, prepared.scenario), prepared.parts.test)
    names = REGRESSION if prepared.scenario.task == "regression" else METRICS
    absent = {metric: missing for metric in names if missing and metric not in metrics}
    if prepared.scenario.task != "multilabel":
        return absent
    y = prepared.y[prepared.parts.test]
    values = {label: int(y[0, position]) for position, label in enumerate(prepared.contract.labels)}
    return absent | {
        f"{metric}_{label}": f"{label} is {value} in {all_of(len(y), 'row')} of the test part."
        for metric in METRICS
        for label, value in values.items()
        if f"{metric}_{label}" not in metrics
    }


@dataclass(frozen=True, slots=True)
class _Score:
    """A score with its 95 % interval."""

    value: float
    interval: tuple[float, float]


def _refitted(prepared: Prepared, recipe: Recipe, plan: FitPlan) -> Mapping[str, _Score]:
    """The primary metric of the same candidate on the other split, and with the columns that leak the answer."""
    primary, cases = prepared.scenario.metric, {}
    if prepared.other is not None:
        cases[f"{primary}_{prepared.other.kind}"] = partial(_rows, prepared, prepared.other)
    if prepared.scenario.leakage:
        taken = {*prepared.contract.names, *prepared.scenario.leakage}
        declared = (*prepared.scenario.numeric, *prepared.scenario.categorical)
        names = tuple(name for name in declared if name in taken)
        cases[f"{primary}_with_leakage"] = partial(_rows, prepared, prepared.parts, names)
    variants = {}
    for number, (name, case) in enumerate(cases.items()):
        plan.report(f"fitting {recipe.name} again for {name}", number / (len(cases) + 1))
        rows, parts = case()
        candidate = fit_recipe(recipe, rows.take(parts.train), plan.quiet())
        test = rows.take(parts.test)
        answers = candidate.predict(test.X)
        with suppress(ValueError):
            interval = BootstrapComparison(rows.task, primary, test.y, plan.seed).interval(answers)
            variants[name] = _Score(score(rows.task, primary, test.y, answers), interval)
    return variants


def _rows(prepared: Prepared, parts: Parts, names: tuple[str, ...] | None = None) -> tuple[Rows, Parts]:
    """All rows under the contract of these features, and how they are cut."""
    if names is None:
        return prepared.rows, parts
    contract = contract_of(prepared.raw, prepared.scenario, parts, names)
    return Rows(encode_columns(prepared.raw, contract), prepared.y, contract, prepared.scenario.task), parts


if __name__ == "__main__":
    start(NAME, NEEDS, run_step)
