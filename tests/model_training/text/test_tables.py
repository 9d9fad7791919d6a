"""Two tables of texts become one frame, and one table becomes two."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from model_training.text.tables import assemble, divide
from shared.core.errors import Quarantined

LABELS = ("ham", "spam")


def _frame(**columns: list[object]) -> pd.DataFrame:
    return pd.DataFrame(columns)


def test_the_given_split_is_kept() -> None:
    """Rows of raw_test judge; positions have become names, in the order of the labels."""
    tables = {"raw_train": _frame(text=["a", "b"], target=[1, 0]), "raw_test": _frame(text=["c"], target=[1])}
    frame = assemble(tables, LABELS)
    assert frame["text"].tolist() == ["a", "b", "c"]
    assert frame["judges"].tolist() == [False, False, True]
    assert frame["target"].tolist() == ["spam", "ham", "spam"]


def test_texts_to_score_have_no_target() -> None:
    """Only the scoring table is there then; a missing id leaves the others whole numbers."""
    frame = assemble({"raw_test": _frame(text=["a", "b"], id=[7, None])}, LABELS)
    assert pa.Table.from_pandas(frame)["id"].type == pa.int64()
    assert frame["id"].tolist() == [7, pd.NA]
    assert "target" not in frame


@pytest.mark.parametrize("table", ["raw_train", "raw_test"])
def test_numbers_and_names_may_not_disagree(table: str) -> None:
    """The order of the labels is checked against every name that comes along, in both tables."""
    agreeing = _frame(text=["a", "b"], target=[0, 1], category=["ham", None])
    swapped = _frame(text=["a", "b"], target=[0, 1], category=["ham", "ham"])
    tables = {"raw_train": agreeing, "raw_test": agreeing}
    assert len(assemble(tables, LABELS)) == 4
    with pytest.raises(Quarantined, match=rf"'{table}', column 'category', row 2: 'ham' is not .* accepted: 'spam'"):
        assemble({**tables, table: swapped}, LABELS)


def test_a_table_is_divided_by_class() -> None:
    """A fifth of each class judges, every row is in one of the two, and the seed decides which."""
    whole = pa.table({"id": range(100), "target": [0] * 80 + [1] * 20})
    both = divide(whole, 0.2, seed=1)
    assert pc.sum(both["raw_test"]["target"]).as_py() == 4
    assert both["raw_test"].num_rows == 20
    assert sorted([*both["raw_train"]["id"].to_pylist(), *both["raw_test"]["id"].to_pylist()]) == list(range(100))
    assert divide(whole, 0.2, seed=1) == both
    assert divide(whole, 0.2, seed=2) != both
