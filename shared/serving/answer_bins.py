"""Bins of answers: probabilities in twentieths, labels by position, numbers on a symmetric logarithmic scale."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from operator import add
from typing import TYPE_CHECKING

from shared.core.scenario import Task

if TYPE_CHECKING:
    import numpy as np

PROBABILITY_BINS = 20
_NUMBER_BINS = 64
_NO_SHARES = (0,) * PROBABILITY_BINS
# Up to this many rows a loop is faster than setting arrays up.
FEW = 16
# (rows, labels); of few rows lists, since arrays that wait cost the model fresh memory for each answer.
type Answers = np.ndarray | list[list[float]]


def bin_all(answers: Sequence[Answers], task: Task) -> list[int]:
    """How many rows of all these answers fall into each bin."""
    import numpy as np

    few = [row for one in answers if isinstance(one, list) for row in one]
    many = [one for one in answers if not isinstance(one, list)]
    if task == "binary":
        # As Python's numbers, which is what few rows were made.
        return list(
            map(
                add,
                _bin_shares([row[1] for row in few]),
                bin_answers(task, np.concatenate(many)) if many else _NO_SHARES,
            )
        )
    return bin_answers(task, np.concatenate([np.array(few, dtype=np.float32), *many] if few else many))


def bin_answers(task: Task, answers: np.ndarray) -> list[int]:
    """How many rows fall into each bin: of two labels by the second's probability, of more by the likeliest label.

    Of several labels at once by how many are likelier than not; numbers on a scale of asinh, half a unit a bin.
    """
    if task == "binary" and len(answers) <= FEW:
        return _bin_shares(answers[:, 1].tolist())
    import numpy as np

    # A graph may answer NaN; such an answer counts as 0.
    values = np.nan_to_num(np.asarray(answers, dtype=np.float64))
    if task == "binary":
        bins, count = np.clip((values[:, 1] * PROBABILITY_BINS).astype(int), 0, PROBABILITY_BINS - 1), PROBABILITY_BINS
    elif task == "multiclass":
        bins, count = values.argmax(axis=1), values.shape[1]
    elif task == "multilabel":
        bins, count = (values > 0.5).sum(axis=1), values.shape[1] + 1  # noqa: PLR2004 -- likelier than not
    else:
        middle = _NUMBER_BINS // 2
        bins = np.clip(np.floor(np.arcsinh(values[:, 0]) * 2).astype(int) + middle, 0, _NUMBER_BINS - 1)
        count = _NUMBER_BINS
    return [int(rows) for rows in np.bincount(bins, minlength=count)]


def _bin_shares(shares: Iterable[float]) -> list[int]:
    counts, last = [0] * PROBABILITY_BINS, PROBABILITY_BINS - 1
    for share in shares:
        # NaN is neither in the range nor above it, and counts as 0.
        counts[int(share * PROBABILITY_BINS) if 0 <= share < 1 else (last if share >= 1 else 0)] += 1
    return counts
