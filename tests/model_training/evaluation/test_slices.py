"""Every row of the test part is in one slice of each column, and what cannot be judged says why."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from model_training.evaluation.slices import score_slices
from shared.training.intervals import BootstrapComparison
from shared.training.metrics import roc_auc

ROWS = 400


def _rows(*, spoiled: str = "b") -> tuple[pa.Table, np.ndarray, BootstrapComparison]:
    """Rows with answers that are right, except where `kind` is `spoiled`: there they are turned around."""
    random = np.random.default_rng(3)
    truth = random.integers(0, 2, ROWS)
    kind = np.array(["a", "b", "c"])[np.arange(ROWS) % 3]
    right = np.where(truth == 1, 0.6, 0.4) + random.normal(0, 0.15, ROWS)
    given = np.where(kind == spoiled, 1 - right, right)
    frame = pa.table({"kind": kind, "size": random.normal(size=ROWS), "step": np.arange(ROWS) * 60_000})
    return frame, np.column_stack([1 - given, given]), BootstrapComparison("binary", "auc", truth)


def test_a_bad_corner_shows_although_the_mean_is_good() -> None:
    """The slice with turned answers scores below chance, interval and all; the others far above it."""
    frame, answers, judge = _rows()
    found = {one["value"]: one for one in score_slices(frame, ("kind",), answers, judge)}
    assert found["b"]["interval"][1] < 0.5 < found["a"]["interval"][0]
    rows = np.flatnonzero(frame["kind"].to_numpy() == "b")
    assert found["b"]["score"] == roc_auc(judge.actual[rows] == 1, answers[rows, 1])


@pytest.mark.parametrize("name", ["kind", "size", "step"])
def test_every_row_is_counted_once(name: str) -> None:
    """Values, quartiles and quarters of time each cover all rows."""
    frame, answers, judge = _rows()
    found = score_slices(frame, (name,), answers, judge, time="step")
    assert sum(one["rows"] for one in found) == ROWS
    assert len(found) == (3 if name == "kind" else 4)


def test_quarters_are_named_by_their_ends() -> None:
    """A number by its digits, milliseconds of the time column as moments; an upper end belongs to its part."""
    frame, answers, judge = _rows()
    times = score_slices(frame, ("step",), answers, judge, time="step")
    assert [one["rows"] for one in times] == [100] * 4
    assert [one["value"] for one in times] == [
        "up to 1970-01-01 01:39", "1970-01-01 01:39 to 1970-01-01 03:19",
        "1970-01-01 03:19 to 1970-01-01 04:59", "above 1970-01-01 04:59",
    ]  # fmt: skip
    stamps = frame.set_column(2, "step", frame["step"].cast(pa.timestamp("ms")))
    assert score_slices(stamps, ("step",), answers, judge) == times
    assert score_slices(frame, ("step",), answers, judge)[0]["value"] == "up to 5.94e+06"


def test_few_rows_are_told_and_not_judged() -> None:
    """Twenty-nine rows have no score but a sentence; thirty have one."""
    frame, answers, judge = _rows()
    few = np.where(np.arange(ROWS) < 29, "few", np.where(np.arange(ROWS) < 59, "some", "many"))
    found = {one["value"]: one for one in score_slices(pa.table({"k": few}), ("k",), answers, judge)}
    reason = "29 rows are too few; at least 30 are needed."
    assert found["few"] == {"column": "k", "value": "few", "rows": 29, "reason": reason}
    assert "score" in found["some"]
    assert frame.num_rows == sum(one["rows"] for one in found.values())


def test_rows_that_are_all_alike_cannot_be_judged() -> None:
    """One class alone has no AUC; its slice is there and says so."""
    _, answers, judge = _rows()
    frame = pa.table({"k": np.where(judge.actual == 1, "only ones", "only zeros")})
    assert {one["reason"] for one in score_slices(frame, ("k",), answers, judge)} == {
        "Cannot be judged: AUC needs rows of both classes."
    }


def test_missing_cells_and_rare_values_are_slices_too() -> None:
    """Nulls and NaN stand together; of thirty values the nineteen rarest do."""
    _, answers, judge = _rows()
    holes = pa.table({"k": pa.array([None if row % 4 == 0 else float(row) for row in range(ROWS)])})
    assert score_slices(holes, ("k",), answers, judge)[-1]["value"] == "missing"
    assert score_slices(holes, ("k",), answers, judge)[-1]["rows"] == 100
    values = pa.table({"k": [f"v{row % 30:02}" for row in range(ROWS)]})
    found = score_slices(values, ("k",), answers, judge)
    assert [one["value"] for one in found][-2:] == ["v10", "19 rarer values"]
    assert sum(one["rows"] for one in found) == ROWS


def test_a_column_that_is_not_there_is_told() -> None:
    """A declared column that a file may lack leaves a line, not an error."""
    frame, answers, judge = _rows()
    (one,) = score_slices(frame, ("humidity",), answers, judge)
    assert one["rows"] == 0
    assert one["reason"] == "Not judged by 'humidity': the feature table has no such column."


def test_a_mean_over_fewer_labels_says_so() -> None:
    """Where one of two labels is alike in all rows of a slice, the mean is over the other one."""
    random = np.random.default_rng(1)
    actual = random.integers(0, 2, (200, 2))
    actual[:100, 1] = 0
    frame = pa.table({"k": ["first"] * 100 + ["second"] * 100})
    found = score_slices(frame, ("k",), random.random((200, 2)), BootstrapComparison("multilabel", "auc", actual))
    assert found[0]["note"] == "mean of 1 of 2 labels; the others are alike here"
    assert "note" not in found[1]
