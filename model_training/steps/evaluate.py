"""Step: the chosen model on rows it never saw, beside what simpler answers and other splits would have scored."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from model_training.data.split import Parts, missing_labels
from model_training.estimators.candidates import Plan, Recipe, Rows
from model_training.estimators.families import fit_recipe
from model_training.evaluation.curves import curves
from model_training.evaluation.facts import facts_of
from model_training.export.graph import run
from model_training.search import candidate_ranking as contest
from model_training.search.candidate_ranking import Entrant
from model_training.search.comparison import comparisons
from model_training.steps import prepare, train
from model_training.steps.command import start
from model_training.steps.prepare import Prepared, contract_of
from model_training.steps.work import Work, read_json, write_json
from shared.core.scenario import Task
from shared.training.encoding import encode
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import METRICS, REGRESSION, score, scores

NAME = "evaluate"
NEEDS = ("prepare", "train")
FACTS = "facts.json"


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Metrics by name on the declared test part, their baseline, 95 % intervals and how the model errs.

    `comparisons`: how far it leads the simplest candidate. `absent`: why a label has no metric.
    """

    metrics: Mapping[str, float]
    baseline: Mapping[str, float]
    interval: Mapping[str, Sequence[float]]
    comparisons: Sequence[Mapping[str, Any]]
    absent: Mapping[str, str]
    curves: Mapping[str, Any]


def work(job: Work) -> None:
    """Write `evaluation.json`, and `facts.json`: slices, calibration, curves, what the model looks at."""
    prepared = prepare.load(job.inputs["prepare"], job.order.scenario)
    found = contest.load(job.inputs["train"])
    judged = evaluate(prepared, found, job.plan)
    write_json(job.out / "evaluation.json", asdict(judged))
    write_json(job.out / FACTS, facts_of(prepared, train.best(found), judged, job.plan))


def load(folder: Path) -> Evaluation:
    """What `work` wrote."""
    return Evaluation(**read_json(folder / "evaluation.json"))


def evaluate(prepared: Prepared, found: Sequence[Entrant], plan: Plan) -> Evaluation:
    """Judge the best of the found candidates as its graph answers.

    Besides: the primary metric, with its interval, of the same candidate fitted anew on the other kind of split
    (`auc_time`, `auc_random`) and with the columns that leak the answer (`auc_with_leakage`).
    """
    best, test = train.best(found), prepared.rows.take(prepared.parts.test)
    task, primary, labels = prepared.scenario.task, prepared.scenario.metric, prepared.contract.labels
    answers, judge = run(best.onnx, test.X), BootstrapComparison(task, primary, test.y, plan.seed)
    metrics = _known(task, test.y, answers, labels)
    known = {} if primary not in metrics else {primary: judge.interval(answers)}
    metrics |= {f"{primary}_{prepared.parts.kind}": metrics[primary]} if known else {}
    elsewhere = _refitted(prepared, best.recipe, plan)
    metrics |= {name: one.value for name, one in elsewhere.items()}
    baseline = _known(task, test.y, np.tile(_prior(prepared), (len(test.y), 1)), labels)
    plan.report(f"{best.name}: {shown_score(primary, metrics)}", 1.0)
    return Evaluation(
        metrics,
        baseline,
        {**known, **{name: one.interval for name, one in elsewhere.items()}},
        comparisons(prepared, best, found, plan),
        _absent(prepared, metrics),
        curves(task, test.y, answers, labels),
    )


def shown_score(metric: str, metrics: Mapping[str, float]) -> str:
    """The metric on the judging rows in words."""
    return f"{metric} {metrics[metric]:.4f} on test" if metric in metrics else f"the test rows cannot show {metric}"


def _known(task: Task, actual: np.ndarray, answers: np.ndarray, labels: Sequence[str]) -> dict[str, float]:
    """The metrics that these rows can show."""
    try:
        return dict(scores(task, actual, answers, labels))
    except ValueError:
        found = {}
        for name in REGRESSION if task == "regression" else METRICS:
            with suppress(ValueError):
                found[name] = score(task, name, actual, answers)
        return found


def _prior(prepared: Prepared) -> np.ndarray:
    """What answers every row the same from the training rows: shares of the classes or labels, or the mean number."""
    known = prepared.y[prepared.parts.train]
    if prepared.scenario.task in ("multilabel", "regression"):
        return np.asarray(known.reshape(len(known), -1).mean(axis=0))
    return np.bincount(known, minlength=len(prepared.contract.labels)) / len(known)


def _absent(prepared: Prepared, metrics: Mapping[str, float]) -> dict[str, str]:
    """Why a metric is missing, or a label of several has none of its own."""
    missing = missing_labels(prepared.answers, prepared.parts.test)
    names = REGRESSION if prepared.scenario.task == "regression" else METRICS
    absent = {metric: missing for metric in names if missing and metric not in metrics}
    if prepared.scenario.task != "multilabel":
        return absent
    y = prepared.y[prepared.parts.test]
    values = {label: int(y[0, position]) for position, label in enumerate(prepared.contract.labels)}
    return absent | {
        f"{metric}_{label}": f"{label} is {value} in all {len(y)} rows of the test part."
        for metric in METRICS
        for label, value in values.items()
        if f"{metric}_{label}" not in metrics
    }


@dataclass(frozen=True, slots=True)
class _Score:
    """A score with its 95 % interval."""

    value: float
    interval: tuple[float, float]


def _refitted(prepared: Prepared, recipe: Recipe, plan: Plan) -> Mapping[str, _Score]:
    """The primary metric of the candidate under other circumstances."""
    primary, cases = prepared.scenario.metric, {}
    if prepared.other is not None:
        cases[f"{primary}_{prepared.other.kind}"] = partial(_rows, prepared, prepared.other)
    if prepared.scenario.leakage:
        names = (*prepared.scenario.numeric, *prepared.scenario.categorical)
        cases[f"{primary}_with_leakage"] = partial(_rows, prepared, prepared.parts, names)
    found = {}
    for number, (name, case) in enumerate(cases.items()):
        plan.report(f"fitting {recipe.name} again for {name}", number / (len(cases) + 1))
        rows, parts = case()
        candidate = fit_recipe(recipe, rows.take(parts.train), replace(plan, report=_nothing))
        judged = rows.take(parts.test)
        answers = candidate.predict(judged.X)
        with suppress(ValueError):
            interval = BootstrapComparison(rows.task, primary, judged.y, plan.seed).interval(answers)
            found[name] = _Score(score(rows.task, primary, judged.y, answers), interval)
    return found


def _nothing(*_told: object, **_facts: object) -> None:
    """Fits inside a comparison are not news."""


def _rows(prepared: Prepared, parts: Parts, names: tuple[str, ...] | None = None) -> tuple[Rows, Parts]:
    """All rows under the contract of these features, and how they are cut."""
    if names is None:
        return prepared.rows, parts
    contract = contract_of(prepared.frame, prepared.scenario, parts, names)
    return Rows(encode(prepared.frame, contract), prepared.y, contract, prepared.scenario.task), parts


if __name__ == "__main__":
    start(NAME, NEEDS, work)
