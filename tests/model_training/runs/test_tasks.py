"""The same engine serves several labels, numbers and text: one graph each, with metrics that fit the task."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from model_training.data.rows import Prepared
from model_training.estimators.candidates import Ensemble, FitPlan
from model_training.estimators.families import fit_candidates
from model_training.estimators.kinds import fits
from model_training.export.graph import run
from model_training.export.parity import compare
from model_training.runs.training import fit
from model_training.scenarios import SCENARIOS
from model_training.steps.prepare import prepare_rows
from shared.core.errors import Quarantined, Refused
from shared.core.scenario import Bar, Column, GeneratorOptions, Scenario, Split, Table

ALARMS = Scenario(
    name="alarms",
    title="Which alarms will ring?",
    tables=(
        Table(
            "rows",
            (
                Column("x", "float"),
                Column("kind", "text"),
                *(Column(name, "int") for name in ("hot", "wet", "dark")),
            ),
        ),
    ),
    label_table="rows",
    target="",
    numeric=("x",),
    categorical=("kind",),
    task="multilabel",
    labels=("hot", "wet", "dark"),
    candidates=("logistic", "lightgbm"),
)
PRICES = replace(
    ALARMS,
    name="prices",
    tables=(Table("rows", (Column("x", "float"), Column("kind", "text"), Column("price", "float"))),),
    target="price",
    task="regression",
    labels=("price",),
    metric="rmse",
    bar=Bar("r2", 0.5),
    candidates=("ridge", "lightgbm"),
)


def _quiet(*_told: object, **_facts: object) -> None:
    """Nobody watches."""


def _rows(count: int = 1_200, seed: int = 1) -> pa.Table:
    random = np.random.default_rng(seed)
    x, kind = random.normal(size=count), random.integers(0, 2, count)
    labels = {
        name: (x * sign + random.normal(0, 0.5, count) > 0.7).astype(int) for name, sign in (("hot", 1), ("wet", -1))
    }
    dark = (kind + random.normal(0, 0.3, count) > 0.8).astype(int)
    price = 250_000 + 40_000 * x + 30_000 * np.abs(x) * kind + random.normal(0, 5_000, count)
    named = np.array(["house", "flat"])[kind]
    return pa.table({"x": x, "kind": named, **labels, "dark": dark, "price": price})


def _prepared(scenario: Scenario) -> Prepared:
    return prepare_rows({"rows": _rows()}, scenario, 1)


def test_several_labels_are_one_graph_with_metrics_of_each() -> None:
    """One artefact answers all labels; each has its own metrics beside the mean, and so has the baseline."""
    made = fit({"rows": _rows()}, ALARMS, "demo", 1, _quiet)
    metrics = made.manifest["metrics"]
    each = [metrics[f"auc_{label}"] for label in ALARMS.labels]
    assert metrics["auc"] == pytest.approx(np.mean(each))
    assert min(each) > 0.85
    assert {f"average_precision_{label}" for label in ALARMS.labels} < set(metrics)
    assert made.manifest["baseline"]["auc"] == 0.5
    low, high = made.manifest["interval"]["auc"]
    assert low < metrics["auc"] < high
    assert run(made.onnx, np.zeros((5, 2), np.float32)).shape == (5, 3)


def test_a_label_that_cannot_be_judged_has_no_metric_and_says_why() -> None:
    """It never rings in the test part: the mean is over the others, and the manifest names what is absent."""
    rows = _rows()
    dark = rows["dark"].to_numpy().copy()
    dark[1_000:] = 0
    changed = rows.set_column(rows.column_names.index("dark"), "dark", pa.array(dark))
    made = fit({"rows": changed}, replace(ALARMS, split=Split("time")), "demo", 1, _quiet)
    assert "auc_dark" not in made.manifest["metrics"]
    assert made.manifest["absent"]["auc_dark"] == "dark is 0 in all 180 rows of the test part."
    assert made.manifest["metrics"]["auc"] == pytest.approx(
        np.mean([made.manifest["metrics"][f"auc_{label}"] for label in ("hot", "wet")])
    )


def test_a_label_that_cannot_be_learnt_is_refused() -> None:
    """It never rings in the training part: no model of it is made up."""
    rows = _rows()
    silent = rows.set_column(rows.column_names.index("dark"), "dark", pa.array([0] * rows.num_rows))
    with pytest.raises(Quarantined, match="label 'dark' is 0 in all 907 rows"):
        prepare_rows({"rows": silent}, ALARMS, 1)


def test_numbers_are_answered_in_their_unit() -> None:
    """Errors are in the unit of the prices and far below those of the mean; smaller wins."""
    made = fit({"rows": _rows()}, PRICES, "demo", 1, _quiet)
    metrics, baseline = made.manifest["metrics"], made.manifest["baseline"]
    assert metrics["rmse"] < 12_000 < baseline["rmse"]
    assert metrics["r2"] > 0.9
    assert baseline["r2"] < 0.01
    assert made.manifest["algorithm"] in ("lightgbm", "ensemble")
    scores = [one["score"] for one in made.manifest["candidates"] if one["fitted_rows"] == 840]
    assert scores == sorted(scores)
    (told,) = made.manifest["comparisons"]
    assert told["other"] == "ridge"
    assert told["rmse_difference_interval"][1] < 0
    assert told["clearly_better"]
    answers = np.array(made.manifest["golden"]["probabilities"])
    assert answers.shape == (20, 1)
    assert 100_000 < answers.min() < answers.max() < 500_000


@pytest.mark.parametrize("scenario", [ALARMS, PRICES], ids=lambda one: one.task)
def test_every_candidate_of_every_task_exports_exactly(scenario: Scenario) -> None:
    """Each kind, and their vote, becomes a graph that answers like its framework; also missing and unknown values."""
    ready = _prepared(scenario)
    odd = ready.X.copy()
    odd[::3, 0], odd[::4, 1] = np.nan, -1
    rows = ready.rows.take(ready.parts.train)
    fitted = fit_candidates(tuple(fits(scenario.task)), rows, FitPlan("demo", 1, _quiet))
    for candidate in (*fitted, Ensemble(fitted)):
        onnx = candidate.to_onnx()
        assert compare(candidate.predict(odd), onnx, odd, scenario.task).problem == "", candidate.name
        assert candidate.to_onnx() == onnx


def test_a_vote_is_the_mean_of_its_members() -> None:
    """The one graph of the vote answers the mean of what the members' graphs answer."""
    ready = _prepared(ALARMS)
    members = fit_candidates(("logistic", "lightgbm"), ready.rows, FitPlan("demo", 1, _quiet))
    alone = [run(member.to_onnx(), ready.X) for member in members]
    assert np.abs(run(Ensemble(members).to_onnx(), ready.X) - np.mean(alone, axis=0)).max() < 1e-6


def test_texts_go_the_same_way() -> None:
    """Fifteen candidates are tracked; what cannot be a graph is named with its reason; the split is the given one."""
    scenario = SCENARIOS["text_classification"]
    assert scenario.generate is not None
    made = fit(scenario.generate(600, 1, GeneratorOptions()), scenario, "demo", 1, _quiet)
    lines: dict[str, Any] = {one["name"]: one for one in made.manifest["candidates"]}
    assert set(lines) >= set(scenario.candidates) - {"deep"}
    assert not lines["knn"]["deployable"]
    assert "training texts" in lines["knn"]["reason"]
    assert made.manifest["split"]["kind"] == "given"
    assert made.manifest["metrics"]["accuracy"] == made.manifest["metrics"]["accuracy_given"] > 0.6
    assert made.manifest["opset"][""] == 20


def test_a_candidate_of_another_task_is_refused_with_those_that_fit() -> None:
    """Numbers have no logistic regression; the sentence lists what they have."""
    with pytest.raises(Refused, match=r"lists the candidate 'logistic'; accepted for regression: .*ridge"):
        fit({"rows": _rows()}, replace(PRICES, candidates=("logistic",)), "demo", 1, _quiet)


def test_a_number_that_is_none_is_named_with_its_row() -> None:
    """An infinite price is not a price."""
    rows = _rows()
    prices = rows["price"].to_numpy().copy()
    prices[6] = np.inf
    with pytest.raises(Quarantined, match="Column 'price', row 7: inf is not accepted"):
        prepare_rows({"rows": rows.set_column(rows.column_names.index("price"), "price", pa.array(prices))}, PRICES, 1)
