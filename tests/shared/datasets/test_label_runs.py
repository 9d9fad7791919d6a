"""Numbers that start again name another run: labels find theirs, or are refused."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from shared.core.errors import Quarantined
from shared.datasets.label_runs import Counts, label_runs


def counts(*parts: tuple[int, Sequence[int]]) -> list[Counts]:
    """Parts by position and numbers."""
    return [Counts(f"d{position}", position, np.array(numbers)) for position, numbers in parts]


def runs(rows: Sequence[Counts], labels: Sequence[Counts]) -> list[list[int]]:
    """The runs by part of the labels."""
    return [part.tolist() for part in label_runs(rows, labels, "quality")]


def test_labels_that_show_every_restart_belong_in_order() -> None:
    """Rows may have several messages of one batch, and labels may lack batches."""
    rows = counts((1, [1, 1, 2, 3, 1, 2, 2]))
    assert runs(rows, counts((1, [1, 3, 2]))) == [[0, 0, 1]]


def test_labels_lacking_around_a_restart_stay_with_their_own_drop() -> None:
    """The numbers do not fall from 40 to 50, and the module started again all the same."""
    rows = counts((1, range(1, 101)), (2, range(1, 81)))
    labels = counts((1, range(1, 41)), (2, range(50, 81)))
    assert runs(rows, labels) == [[0] * 40, [1] * 31]


def test_labels_that_come_late_go_to_the_rows_that_have_none() -> None:
    """The last ten of the run before come with the next one's."""
    rows = counts((1, range(1, 101)), (2, range(1, 101)))
    labels = counts((1, range(1, 91)), (2, [*range(91, 101), *range(1, 91)]), (3, range(91, 101)))
    assert runs(rows, labels) == [[0] * 90, [0] * 10 + [1] * 90, [1] * 10]


def test_labels_that_have_not_come_yet_leave_one_place_to_the_others() -> None:
    """Numbers that only the first run reaches are of the first run, and so is what stands before them."""
    assert runs(counts((1, [*range(1, 21), *range(1, 6)])), counts((1, range(1, 19)))) == [[0] * 18]


def test_a_batch_may_go_on_in_the_next_part() -> None:
    """It is one batch with one label."""
    assert runs(counts((1, [1, 2]), (2, [2, 3])), counts((1, [1]), (2, [2, 3]))) == [[0], [0, 0]]


def test_a_label_without_rows_belongs_to_no_run() -> None:
    """Its batch is not there; the others are placed without it."""
    assert runs(counts((1, [1, 2, 1])), counts((1, [1, 2, 9, 1]))) == [[0, 0, -1, 1]]
    assert runs([], counts((1, [1, 2]))) == [[-1, -1]]


def test_labels_before_any_of_their_rows_stand_before_those_that_follow() -> None:
    """Both parts together are as many runs as the rows."""
    assert runs(counts((2, [1, 2, 1])), counts((1, [1, 2]), (3, [1]))) == [[0, 0], [1]]


@pytest.mark.parametrize(
    ("rows", "labels"),
    [
        ([*range(1, 11), *range(1, 11)], [*range(1, 5), *range(6, 11)]),
        ([*range(1, 6), *range(1, 11)], [*range(1, 5), *range(6, 11)]),
        ([*range(1, 11), *range(1, 11)], range(1, 11)),
    ],
)
def test_what_fits_two_runs_is_refused(rows: Sequence[int], labels: Sequence[int]) -> None:
    """Labels of the second run could be of the first; the sentence says what would tell."""
    with pytest.raises(Quarantined, match=r"start again 0 times.* 1 time,.*'restart'") as caught:
        runs(counts((1, rows)), counts((1, labels)))
    assert caught.value.reason_code == "ambiguous_key"


def test_labels_may_say_their_restarts() -> None:
    """Counted from the first row that came with them."""
    rows = counts((1, [5, 6, 1, 2]), (2, [1, 2, 3, 1, 2, 3]))
    first = counts((1, [5, 6, 1]))
    told = Counts("d2", 2, np.array([1, 3, 2]), np.array([0, 1, 1]))
    assert runs(rows, [*first, told]) == [[0, 0, 1], [2, 3, 3]]
