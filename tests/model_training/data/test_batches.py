"""Batch numbers start again after a restart; labels still find their own batch."""

from __future__ import annotations

import pandas as pd
import pytest

from model_training.data.batches import with_quality
from shared.core.errors import Quarantined


def test_equal_numbers_of_two_runs_keep_their_own_labels() -> None:
    """Batch 1 before and batch 1 after the restart have different labels; a plain join would give four rows."""
    sensors = pd.DataFrame({"BatchNumber": [1, 2, 1, 2], "S1": [0.1, 0.2, 0.3, 0.4]})
    quality = pd.DataFrame({"BatchNumber": [1, 2, 1, 2], "Quality": [1, 0, 0, 1]})
    joined = with_quality(sensors, quality)
    assert joined["Quality"].tolist() == [1, 0, 0, 1]
    assert joined["restart"].tolist() == [0, 0, 1, 1]
    assert joined["S1"].tolist() == [0.1, 0.2, 0.3, 0.4]


def test_several_messages_share_the_label_of_their_batch() -> None:
    """A batch number that repeats without falling is the same batch."""
    sensors = pd.DataFrame({"BatchNumber": [1, 1, 2, 1]})
    quality = pd.DataFrame({"BatchNumber": [1, 2, 1], "Quality": [0, 1, 1]})
    assert with_quality(sensors, quality)["Quality"].tolist() == [0, 0, 1, 1]


def test_labels_that_have_not_come_are_null() -> None:
    """A batch without a label keeps its row, and its label is unknown rather than 0."""
    sensors = pd.DataFrame({"BatchNumber": [1, 2, 3]})
    quality = pd.DataFrame({"BatchNumber": [1], "Quality": [1]})
    assert with_quality(sensors, quality)["Quality"].isna().tolist() == [False, True, True]


def test_without_labels_the_rows_pass_through() -> None:
    """Rows to predict have no quality table: they come back with their restart number."""
    sensors = pd.DataFrame({"BatchNumber": [7, 8, 1], "S1": [1.0, None, 3.0]})
    rows = with_quality(sensors, None)
    assert rows.columns.tolist() == ["BatchNumber", "S1", "restart"]
    assert rows["restart"].tolist() == [0, 0, 1]


def test_two_labels_for_one_batch_are_quarantined() -> None:
    """Which of two labels is true cannot be guessed; the sentence names the second one's row."""
    sensors = pd.DataFrame({"BatchNumber": [1, 2]})
    quality = pd.DataFrame({"BatchNumber": [1, 2, 2], "Quality": [1, 0, 1]})
    with pytest.raises(Quarantined, match="row 3: batch 2 has a label already") as caught:
        with_quality(sensors, quality)
    assert caught.value.row == 3
