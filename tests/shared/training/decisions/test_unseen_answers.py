"""What candidates answered to unseen rows is read back as it was written."""

from __future__ import annotations

import numpy as np
import pytest

from shared.training.decisions.unseen_answers import UnseenAnswers


@pytest.mark.parametrize("actual", [np.array([0, 1, 2]), np.array([[0, 1], [1, 1], [0, 0]])])
def test_classes_and_labels_are_read_back(actual: np.ndarray) -> None:
    """Rows that no fit could answer stay without an answer."""
    answers = np.array([[0.1, 0.9], [np.nan, 0.2], [0.3, 0.7]], dtype=np.float32)
    found = UnseenAnswers.unpacked(UnseenAnswers(actual, answers).packed())
    np.testing.assert_array_equal(found.actual, actual)
    np.testing.assert_array_equal(found.answers, answers)
