"""Rows that are encoded once give the models of rows that are encoded for each fit."""

from __future__ import annotations

import numpy as np
import pytest

from model_training.data.rows import Rows
from model_training.estimators.estimator import Goal
from model_training.estimators.kinds import ONE_HOT, fits
from model_training.estimators.profiles import Effort
from model_training.estimators.tabular import encode_for, fit_encoded, fit_pipeline
from model_training.export.preprocess import fit_preprocess
from shared.core.scenario import Task
from shared.training.input_contract import Feature, InputContract

_EFFORT = Effort(5, 0.2)
_CASES: list[tuple[Task, str]] = [
    *(("binary", name) for name in fits("binary")),
    ("multilabel", "lightgbm"),
    ("regression", "lightgbm"),
]
_LABELS: dict[Task, tuple[str, ...]] = {"binary": ("no", "yes"), "multilabel": ("a", "b"), "regression": ()}


def _rows(task: Task) -> Rows:
    random = np.random.default_rng(3)
    X = random.normal(size=(120, 3)).astype(np.float32)
    X[:, 2] = random.integers(0, 3, 120)
    X[::9, 0] = np.nan
    y = {
        "binary": (X[:, 1] > 0).astype(np.int64),
        "multilabel": np.column_stack([X[:, 1] > 0, X[:, 2] > 1]).astype(np.int64),
        "regression": X[:, 1] * 3 + 7,
    }[task]
    features = (Feature("a", "number"), Feature("b", "number"), Feature("c", "category", ("x", "y", "z")))
    return Rows(X, y, InputContract(features, _LABELS[task]), task)


def _plainly(name: str, rows: Rows) -> np.ndarray:
    """What the estimators answer that are fitted on these rows, written down without the classes of candidates."""
    preprocess = fit_preprocess(rows.X, rows.contract, one_hot=name in ONE_HOT)
    Z, fit = preprocess.apply(rows.X), fits(rows.task)[name]
    if rows.task == "regression":
        scale, offset = float(np.float32(rows.y.std())), float(np.float32(rows.y.mean()))
        return fit(Z, (rows.y - offset) / scale, Goal(0, _EFFORT, 1), {}).predict(Z) * scale + offset
    columns = rows.y.T if rows.task == "multilabel" else [rows.y]
    answers = [fit(Z, column, Goal(2, _EFFORT, 1), {}).predict(Z) for column in columns]
    return answers[0] if rows.task == "binary" else np.column_stack([one[:, 1] for one in answers])


@pytest.mark.parametrize(("task", "name"), _CASES)
def test_a_candidate_fitted_on_encoded_rows_is_the_same(task: Task, name: str) -> None:
    """Bit for bit, also when it is fitted a second time on rows that nothing can write to."""
    rows = _rows(task)
    plain = _plainly(name, rows)
    assert np.array_equal(fit_pipeline(name, rows, _EFFORT, 1, {}).predict(rows.X), plain)
    encoded = encode_for(name, rows)
    encoded.Z.setflags(write=False)
    for _ in range(2):
        fitted = fit_encoded(encoded, _EFFORT, 1, {})
        assert np.array_equal(fitted.answers(encoded.preprocess.apply(rows.X)), plain)
