"""The chosen model on rows it never saw, beside what simpler answers and other splits would have scored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np

from model_training.split import Parts
from model_training.steps.explore import Rows, fit_pipeline
from model_training.steps.prepare import Prepared, contract_of
from model_training.threads import side_by_side
from shared.adapters.encoding import encode
from shared.domain.metrics import auc_interval, classification, prior

_BINARY = 2


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Metrics by name on the declared test part, their baseline, and 95 % intervals."""

    metrics: Mapping[str, float]
    baseline: Mapping[str, float]
    interval: Mapping[str, tuple[float, float]]


def evaluate(prepared: Prepared, probabilities: np.ndarray, name: str, profile: str, seed: int) -> Evaluation:
    """Judge `probabilities` (test rows, classes) of the candidate `name`.

    Besides: the primary metric of the same candidate fitted anew on the other kind of split (`auc_time`,
    `auc_random`) and with the columns that leak the answer (`auc_with_leakage`).
    """
    truth = prepared.y[prepared.parts.test]
    metrics = dict(classification(truth, probabilities))
    primary = prepared.scenario.metric
    metrics[f"{primary}_{prepared.parts.kind}"] = metrics[primary]
    metrics |= _refitted(prepared, name, profile, seed)
    shares = np.bincount(prepared.y[prepared.parts.train], minlength=len(prepared.contract.labels))
    interval = {}
    if probabilities.shape[1] == _BINARY:
        interval["auc"] = auc_interval(truth == 1, probabilities[:, 1], seed=seed)
    return Evaluation(metrics, prior(truth, shares / shares.sum()), interval)


def _refitted(prepared: Prepared, name: str, profile: str, seed: int) -> Mapping[str, float]:
    """The primary metric of the candidate under other circumstances."""
    primary, cases = prepared.scenario.metric, {}
    if prepared.other is not None:
        cases[f"{primary}_{prepared.other.kind}"] = partial(_rows, prepared, prepared.other)
    if prepared.scenario.leakage:
        names = (*prepared.scenario.numeric, *prepared.scenario.categorical)
        cases[f"{primary}_with_leakage"] = partial(_rows, prepared, prepared.parts, names)
    scores = side_by_side([partial(_score, case(), name, primary, profile, seed) for case in cases.values()])
    return dict(zip(cases, scores, strict=True))


def _rows(prepared: Prepared, parts: Parts, names: tuple[str, ...] | None = None) -> Rows:
    if names is None:
        return Rows(prepared.X, prepared.y, prepared.contract, parts)
    contract = contract_of(prepared.frame, prepared.scenario, parts, names)
    return Rows(encode(prepared.frame, contract), prepared.y, contract, parts)


def _score(rows: Rows, name: str, primary: str, profile: str, seed: int) -> float:
    pipeline = fit_pipeline(name, rows, profile, seed)
    judged = rows.parts.test
    return classification(rows.y[judged], pipeline.predict(rows.X[judged]))[primary]
