"""How well a quick baseline predicts, and each column alone: rows are judged that were not learned from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from local.authoring.answers import Answer
from local.authoring.columns import Named
from model_training.runtime.threads import run_parallel
from shared.training.metrics import score

# More rows change a baseline's score in the third digit.
_ROWS = 5_000
_FOLDS, _TRAINED = 3, 0.7
_SEED = 0
# The most categories that the baseline takes as categories.
_CATEGORIES = 200


@dataclass(frozen=True, slots=True)
class Examples:
    """Inputs as numbers (missing: NaN), texts, what is true of each row, and the folds that judge."""

    inputs: dict[str, np.ndarray]
    categories: frozenset[str]
    truth: np.ndarray
    answer: Answer
    folds: tuple[tuple[np.ndarray, np.ndarray], ...]
    texts: dict[str, np.ndarray]

    @property
    def metric(self) -> str:
        """The metric of the bar: AUC of classes, R² of numbers."""
        return "r2" if self.answer.task == "regression" else "auc"

    @property
    def chance(self) -> float:
        """What the metric is for whoever knows nothing."""
        return 0.0 if self.answer.task == "regression" else 0.5


def examples(rows: pa.Table, names: Sequence[str], named: Named, answer: Answer, groups: str) -> Examples:
    """At most 5 000 rows as numbers; folds keep a group together, and a time split judges the latest rows."""
    taken = _sampled(rows, named.time)
    texts = frozenset(name for name in names if pa.types.is_string(taken.column(name).type))
    inputs = {name: _numbers(taken.column(name)) for name in names}
    words = {name: np.array([text or "" for text in taken.column(name).to_pylist()], object) for name in texts}
    truth = _truth(taken, named.targets, answer)
    return Examples(inputs, texts, truth, answer, tuple(_folds(truth, answer, taken, groups, named.time)), words)


def baseline(data: Examples, names: Sequence[str]) -> float | None:
    """The score of a small boosted model on these inputs; None when these rows cannot show one."""
    from sklearn.ensemble import HistGradientBoostingClassifier, HistGradientBoostingRegressor

    few = [name in data.categories and np.nanmax(data.inputs[name], initial=0) < _CATEGORIES for name in names]
    options = {"max_iter": 40, "random_state": _SEED, "categorical_features": few, "early_stopping": False}
    regression = data.answer.task == "regression"
    kind: Any = HistGradientBoostingRegressor if regression else HistGradientBoostingClassifier
    # One thread: on a busy machine several wait for each other.
    return run_parallel([lambda: _judged(data, _matrix(data, names), lambda: kind(**options))])[0]


def of_words(data: Examples, name: str) -> float | None:
    """The score of a linear model of the words of this text; None when these rows cannot show one."""
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression, Ridge
    from sklearn.pipeline import make_pipeline

    model: Any = Ridge if data.answer.task == "regression" else LogisticRegression
    return _judged(data, data.texts[name], lambda: make_pipeline(TfidfVectorizer(min_df=2), model()))


def alone(data: Examples, name: str) -> float | None:
    """The score of a small tree on this column alone; None when these rows cannot show one."""
    from sklearn.tree import DecisionTreeClassifier, DecisionTreeRegressor

    kind: Any = DecisionTreeRegressor if data.answer.task == "regression" else DecisionTreeClassifier
    return _judged(data, _matrix(data, [name]), lambda: kind(max_depth=8, min_samples_leaf=5, random_state=_SEED))


def _matrix(data: Examples, names: Sequence[str]) -> np.ndarray:
    return np.column_stack([data.inputs[name] for name in names])


def _judged(data: Examples, matrix: np.ndarray, make: Any) -> float | None:
    try:
        parts = [(data.truth[test], _answers(data, matrix, train, test, make)) for train, test in data.folds]
        actual = np.concatenate([truth for truth, _ in parts])
        return score(data.answer.task, data.metric, actual, np.concatenate([answers for _, answers in parts]))
    except ValueError:
        # A part without a class shows nothing.
        return None


def _answers(data: Examples, matrix: np.ndarray, train: np.ndarray, test: np.ndarray, make: Any) -> np.ndarray:
    if data.answer.task == "regression":
        return np.asarray(make().fit(matrix[train], data.truth[train]).predict(matrix[test]))
    if data.answer.task != "multilabel":
        fitted = make().fit(matrix[train], data.truth[train])
        return _probabilities(fitted, matrix[test], len(data.answer.labels))
    fits = [make().fit(matrix[train], column[train]) for column in data.truth.T]
    return np.column_stack([_probabilities(fitted, matrix[test], 2)[:, 1] for fitted in fits])


def _probabilities(fitted: Any, rows: np.ndarray, classes: int) -> np.ndarray:
    """A column for each class, also for one that the model never saw."""
    answers = np.zeros((len(rows), classes))
    answers[:, fitted.classes_] = fitted.predict_proba(rows)
    return answers


def _sampled(rows: pa.Table, time: str) -> pa.Table:
    ordered = rows.sort_by(time) if time else rows
    if rows.num_rows <= _ROWS:
        return ordered
    taken = np.random.default_rng(_SEED).choice(rows.num_rows, _ROWS, replace=False)
    return ordered.take(pa.array(np.sort(taken)))


def _numbers(values: pa.ChunkedArray) -> np.ndarray:
    if pa.types.is_string(values.type):
        codes = values.combine_chunks().dictionary_encode().indices
        return np.asarray(codes.cast(pa.float64()).to_numpy(zero_copy_only=False))
    return np.asarray(values.cast(pa.float64(), safe=False).to_numpy())


def _truth(rows: pa.Table, targets: Sequence[str], answer: Answer) -> np.ndarray:
    if answer.task == "multilabel":
        return np.column_stack([rows.column(name).to_numpy() for name in targets])
    values = rows.column(targets[0])
    if answer.task == "regression":
        return _numbers(values)
    positions = {label: position for position, label in enumerate(answer.labels)}
    return np.array([positions[str(value)] for value in values.to_pylist()])


def _folds(
    truth: np.ndarray, answer: Answer, rows: pa.Table, groups: str, time: str
) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    from sklearn.model_selection import GroupKFold, KFold, StratifiedKFold

    if time:
        cut = int(rows.num_rows * _TRAINED)
        yield np.arange(cut), np.arange(cut, rows.num_rows)
    elif groups:
        yield from GroupKFold(_FOLDS).split(truth, groups=_numbers(rows.column(groups)))
    elif answer.task in ("binary", "multiclass"):
        yield from StratifiedKFold(_FOLDS, shuffle=True, random_state=_SEED).split(truth, truth)
    else:
        yield from KFold(_FOLDS, shuffle=True, random_state=_SEED).split(truth)
