"""Row numbers as text."""

from __future__ import annotations

import pytest

from shared.adapters.onnx.row_numbers import number_texts


@pytest.mark.parametrize(
    ("first", "count"), [(1, 0), (1, 1), (1, 12_345), (9_990, 40), (99_999, 2), (4_294_967_290, 20_000)]
)
def test_numbers_are_spelled_as_python_does(first: int, count: int) -> None:
    """Also where they become a digit longer."""
    texts = number_texts(first, count)
    texts.validate(full=True)
    assert texts.to_pylist() == [str(number) for number in range(first, first + count)]
