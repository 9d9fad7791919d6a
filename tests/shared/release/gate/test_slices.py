"""Slices of the rows that judge: also where cells of the column are missing."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from shared.core.scenario import Bar, Batch, Column, Scenario, Table
from shared.release.gate.judging_rows import JudgingRows
from shared.release.gate.slices import worst_slice

ROWS = 240
CALLS = Scenario(
    name="calls",
    title="Did they answer?",
    tables=(Table("calls", (Column("note", "text", nulls=True), Column("x", "float"), Column("y", "int"))),),
    label_table="calls",
    target="y",
    numeric=("x",),
    bar=Bar("auc", 0.7),
    slices=("note",),
    batch=Batch("drops", "calls", "0 */5 * * * *"),
)
NOTES: dict[str, list[object]] = {
    "texts": ["ring twice", None, "leave it", None],
    "numbers": [1, None, 2, None],
    "whole numbers": [1, 2, 3, 4],
}


@pytest.mark.parametrize("name", NOTES)
def test_rows_without_a_value_are_a_slice_of_their_own(name: str) -> None:
    """A model that fails on them alone fails by their name."""
    notes = NOTES[name] * (ROWS // 4)
    missing = np.array([note is None for note in notes])
    actual = np.arange(ROWS) // 4 % 2
    right = np.column_stack([1 - actual, actual]) * 0.8 + 0.1
    answers = np.where(missing[:, None], right[:, ::-1], right)
    judging = JudgingRows(pa.table({"note": notes, "x": np.zeros(ROWS)}), actual, None)
    check = worst_slice(CALLS, judging, answers, None)
    assert (check.verdict, "note = missing" in check.reason) == (("fail", True) if missing.any() else ("pass", False))
