"""What a model is said to look at is what it does look at."""

from __future__ import annotations

import numpy as np
import pytest
from world import logistic

from model_training.data.rows import Rows
from model_training.estimators.candidates import FitPlan, Recipe
from model_training.estimators.families import fit_candidates
from model_training.evaluation.contributions import mean_contributions
from model_training.evaluation.importance import permutation
from model_training.evaluation.residuals import residual_facts
from model_training.evaluation.words import top_words
from shared.training.input_contract import Feature, InputContract
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import roc_auc

NAMES = ("strong", "noise", "weak")


def _quiet(*_told: object, **_facts: object) -> None:
    """Nobody watches."""


PLAN = FitPlan("demo", 1, _quiet)


def _rows(task: str = "binary", rows: int = 1_500) -> Rows:
    random = np.random.default_rng(8)
    X = random.normal(size=(rows, 3)).astype(np.float32)
    number = 3 * X[:, 0] + 0.8 * X[:, 2] + random.normal(size=rows)
    contract = InputContract(
        tuple(Feature(name, "number") for name in NAMES), ("y",) if task == "regression" else ("0", "1")
    )
    answers = {
        "binary": (number > 0).astype(np.int64),
        "multilabel": np.column_stack([number > 0, number < 1]).astype(np.int64),
        "regression": 10 * number,
    }
    return Rows(X, answers[task], contract, task)  # type: ignore[arg-type]  # one of the tasks


@pytest.mark.parametrize(("task", "metric"), [("binary", "auc"), ("multilabel", "log_loss"), ("regression", "rmse")])
def test_the_input_that_decides_is_first(task: str, metric: str) -> None:
    """Whether larger or smaller is better, shuffling what decides makes it much worse, and noise hardly any."""
    rows = _rows(task)
    (model,) = fit_candidates(("lightgbm",), rows, PLAN)
    judge = BootstrapComparison(rows.task, metric, rows.y, 1)
    found = permutation(model.to_onnx(), rows.X, judge, NAMES)
    assert [one["input"] for one in found] == ["strong", "weak", "noise"]
    assert found[0]["from"] <= found[0]["loss"] <= found[0]["to"]
    assert found[0]["loss"] > 10 * abs(found[2]["loss"])
    assert found == permutation(model.to_onnx(), rows.X, judge, NAMES)


def test_many_inputs_go_through_the_graph_in_turns() -> None:
    """Of so many inputs that not all are shuffled at once, the one that decides is found among the last."""
    random = np.random.default_rng(2)
    X = random.normal(size=(1_000, 70)).astype(np.float32)
    names = tuple(f"x{number}" for number in range(70))
    contract = InputContract(tuple(Feature(name, "number") for name in names), ("0", "1"))
    rows = Rows(X, (X[:, 66] > 0).astype(np.int64), contract, "binary")
    (model,) = fit_candidates(("logistic",), rows, PLAN)
    found = permutation(model.to_onnx(), X, BootstrapComparison("binary", "auc", rows.y, 1), names)
    assert found[0]["input"] == "x66"
    assert sorted(one["input"] for one in found) == sorted(names)
    assert found[0]["loss"] > 0.3 > 10 * abs(found[1]["loss"])


def test_a_loss_is_the_metric_that_was_lost() -> None:
    """A model of one input that is shuffled knows nothing: it loses what it had above chance."""
    rows = _rows()
    alone = Rows(rows.X[:, :1], rows.y, InputContract((Feature("strong", "number"),), ("0", "1")), "binary")
    (model,) = fit_candidates(("logistic",), alone, PLAN)
    (one,) = permutation(model.to_onnx(), alone.X, BootstrapComparison("binary", "auc", alone.y, 1), ("strong",))
    own = roc_auc(alone.y == 1, model.predict(alone.X)[:, 1])
    assert one["loss"] == pytest.approx(own - 0.5, abs=0.04)


def test_an_input_keeps_its_own_values() -> None:
    """Shuffling one that is the same in all rows loses nothing, although the model does look at it."""
    X = _rows().X[:, :2].copy()
    X[:, 1] = 5.0
    judge = BootstrapComparison("binary", "auc", (X[:, 0] > 0).astype(np.int64), 1)
    assert permutation(logistic(0.5), X, judge, ("x", "same"))[1] == {
        "input": "same",
        "loss": 0.0,
        "from": 0.0,
        "to": 0.0,
    }


@pytest.mark.parametrize("task", ["binary", "multilabel", "regression"])
def test_contributions_are_those_of_the_trees(task: str) -> None:
    """Shapley values of the booster itself, in the answer's unit for numbers."""
    rows = _rows(task)
    found = mean_contributions(Recipe("lightgbm"), rows, rows.X, PLAN)
    assert [one["input"] for one in found] == ["strong", "weak", "noise"]
    if task == "regression":
        # The mean absolute deviation of thirty times a standard normal number is 24.
        assert found[0]["contribution"] == pytest.approx(24, rel=0.15)


def test_contributions_of_other_models_are_not_made_up() -> None:
    """Of an ensemble its LightGBM member is explained; without one there is nothing."""
    rows = _rows()
    assert mean_contributions(Recipe("logistic"), rows, rows.X, PLAN) == []
    member = mean_contributions(Recipe("ensemble", ("logistic", "lightgbm")), rows, rows.X, PLAN)
    assert member == mean_contributions(Recipe("lightgbm"), rows, rows.X, PLAN)


def test_words_speak_for_their_class() -> None:
    """The weights are read from the graph; a forest has none for single words."""
    random = np.random.default_rng(0)
    kinds = {0: ("orbit", "moon"), 1: ("goal", "match")}
    y = np.arange(80) % 2
    texts = [" ".join(random.choice([*kinds[int(label)], "the", "day"], 6)) for label in y]
    X = np.array(texts, dtype=object).reshape(-1, 1)
    contract = InputContract((Feature("text", "text"),), ("space", "sport"))
    ridge, forest = fit_candidates(("ridge", "random_forest"), Rows(X, y, contract, "multiclass"), PLAN)
    found = top_words(ridge.to_onnx(), ("space", "sport"))
    assert {one["word"] for one in found["space"][:2]} == {"orbit", "moon"}
    assert {one["word"] for one in found["sport"][:2]} == {"goal", "match"}
    assert found["space"][0]["weight"] > 0
    assert top_words(forest.to_onnx(), ("space", "sport")) == {}


def test_residuals_by_hand() -> None:
    """True minus predicted: mean, histogram and tenths count every row; points are drawn with the seed."""
    predicted = np.arange(1_000.0)
    actual = predicted + np.tile([1.0, 3.0], 500)
    told = residual_facts(actual, predicted, 1)
    assert told["mean"] == 2.0
    assert (told["quantiles"]["0.05"], told["quantiles"]["0.95"]) == (1.0, 3.0)
    assert sum(told["histogram"]["counts"]) == 1_000
    assert [one["rows"] for one in told["tenths"]] == [100] * 10
    assert told["tenths"][0] == {"rows": 100, "predicted": 49.5, "actual": 51.5}
    assert len(told["points"]) == 400
    assert all(true - said in (1.0, 3.0) for said, true in told["points"])
    assert told == residual_facts(actual, predicted, 1)
