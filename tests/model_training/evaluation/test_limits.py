"""Limits follow from numbers: the sentence is there when they say so, and not otherwise."""

from __future__ import annotations

from typing import Any

from model_training.evaluation.limits import known_limits


def _facts(**changed: Any) -> dict[str, Any]:
    """A model without a fault."""
    line = {"value": 0.8, "baseline": 0.5, "interval": [0.75, 0.85]}
    good: dict[str, Any] = {
        "metric": "auc", "metrics": {"auc": line}, "splits": {"time": 0.78}, "with_leakage": None, "leakage": [],
        "slices": [{"column": "k", "value": "a", "rows": 90, "score": 0.79, "interval": [0.7, 0.86]}],
        "calibration": {"labels": {"yes": {"error": 0.02}}}, "comparisons": [], "absent": {},
        "rows": {"test": 1_000}, "split": "random",
    }  # fmt: skip
    return good | changed


def test_a_good_model_has_no_limits() -> None:
    """Nothing is said that the numbers do not say."""
    assert known_limits(_facts()) == []


def test_a_score_that_may_be_chance_comes_first() -> None:
    """The interval reaches the baseline, in whichever direction the metric improves."""
    chance = _facts(metrics={"auc": {"value": 0.52, "baseline": 0.5, "interval": [0.46, 0.58]}}, slices=[], splits={})
    assert known_limits(chance)[0].startswith("It is not clearly better than a constant answer: auc 0.520")
    error = {"metric": "rmse", "slices": [], "splits": {}}
    far = {"rmse": {"value": 3.0, "baseline": 9.0, "interval": [2.5, 3.5]}}
    near = {"rmse": {"value": 8.0, "baseline": 9.0, "interval": [7.0, 9.5]}}
    assert known_limits(_facts(metrics=far, **error)) == []
    assert "not clearly better" in known_limits(_facts(metrics=near, **error))[0]


def test_the_other_split_and_the_leak_are_told() -> None:
    """A random split that flatters, and a column that is known too late."""
    (flattered,) = known_limits(_facts(splits={"random": 0.97}))
    assert "On a random split the same candidate scores 0.970, clearly better than 0.800" in flattered
    (leak,) = known_limits(_facts(with_leakage=0.94, leakage=["duration"]))
    assert leak == "With duration, known only afterwards and left out here, it would score 0.940 instead of 0.800."


def test_bad_and_unknown_slices_are_told() -> None:
    """Clearly worse is an interval wholly below the score of all rows; a mean over other labels is not compared."""
    slices = [
        {"column": "k", "value": "b", "rows": 60, "score": 0.6, "interval": [0.5, 0.7]},
        {"column": "k", "value": "c", "rows": 60, "score": 0.6, "interval": [0.5, 0.7], "note": "other labels"},
        {"column": "k", "value": "d", "rows": 3, "reason": "too few"},
        {"column": "z", "value": "", "rows": 0, "reason": "Not judged by 'z': it is not there."},
    ]
    worse, absent, unknown = known_limits(_facts(slices=slices))
    assert worse == "It is clearly worse where k = b: 0.600 in 60 rows, 0.800 overall."
    assert absent == "Not judged by 'z': it is not there."
    assert unknown == "Nothing is known about k = d: too few rows, or rows with the same true value."


def test_the_rest_follows_from_its_number() -> None:
    """Calibration, the simple rival, absent labels, few rows, time."""
    changed = _facts(
        calibration={"labels": {"a": {"error": 0.2}, "b": {"error": 0.1}, "c": {"error": 0.01}}},
        comparisons=[{"best": "forest", "other": "logistic", "clearly_better": False}],
        absent={"auc_d": "d is 0 in all 80 rows of the test part.", "f1_d": "d is 0 in all 80 rows of the test part."},
        rows={"test": 80},
        split="time",
    )
    probability, *others = known_limits(changed)
    assert probability.startswith("The probability of 'a' and 'b' is off by 20.0% on average at most: it ranks rows, ")
    assert others == [
        "forest is not clearly better than the much simpler logistic on these rows.",
        "d is 0 in all 80 rows of the test part.",
        "It was judged on only 80 rows: every number here has a wide interval.",
        "Intervals treat rows as independent; rows close in time are similar, so the true intervals are wider.",
    ]
