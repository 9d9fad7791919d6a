"""Every row that may be learned from is answered by a fit that never saw it, its kin, or what its gap hides."""

from __future__ import annotations

import numpy as np

from model_training.data.folds import fold_rows
from model_training.data.split import Answers, split_rows
from shared.core.scenario import Split

_ROWS = 600
_HASHES = np.random.default_rng(3).integers(0, 2**64, _ROWS, dtype=np.uint64)
_RARE = (np.arange(_ROWS) % 20 == 0).astype(int)


def _answers(values: np.ndarray, identity: np.ndarray = _HASHES, hours: np.ndarray | None = None) -> Answers:
    return Answers("binary", ("no", "yes"), values, identity, hours)


def test_each_repeat_answers_every_learnable_row_once() -> None:
    """Rare answers are dealt evenly, and no judging row is in any fold."""
    answers, split = _answers(_RARE), Split("random")
    parts = split_rows(answers, split, 1)
    folds = fold_rows(answers, parts, split, folds=5, repeats=2, seed=1)
    learnable = sorted([*parts.train.tolist(), *parts.validation.tolist()])
    for repeat in (folds[:5], folds[5:]):
        assert sorted(np.concatenate([fold.judged for fold in repeat]).tolist()) == learnable
        true = [int(_RARE[fold.judged].sum()) for fold in repeat]
        assert max(true) - min(true) <= 1
    assert all(not set(fold.fit) & set(fold.judged) for fold in folds)
    assert sorted(folds[0].judged.tolist()) != sorted(folds[5].judged.tolist())


def test_copies_of_a_row_are_never_parted() -> None:
    """Rows of one identity are judged together."""
    twins = np.repeat(_HASHES[: _ROWS // 2], 2)
    answers, split = _answers(np.repeat(_RARE[: _ROWS // 2], 2), twins), Split("random")
    for fold in fold_rows(answers, split_rows(answers, split, 1), split, folds=3, repeats=1, seed=1):
        assert not set(twins[fold.fit].tolist()) & set(twins[fold.judged].tolist())


def test_in_time_what_came_before_answers() -> None:
    """Each part is answered by rows before it and the gap in hours; the first by what came after it."""
    hours = np.arange(_ROWS) * 3.0
    answers, split = _answers(_RARE, hours=hours), Split("time", gap_hours=51)
    parts = split_rows(answers, split, 1)
    first, *rolling = fold_rows(answers, parts, split, folds=3, repeats=9, seed=1)
    assert len(rolling) == 3
    assert hours[first.fit].min() - hours[first.judged].max() >= 51
    for fold in rolling:
        assert hours[fold.judged].min() - hours[fold.fit].max() >= 51
    judged = [each for fold in (first, *rolling) for each in fold.judged.tolist()]
    assert len(judged) == len(set(judged)) == len(parts.train) + len(parts.validation)


def test_a_fit_without_a_class_is_left_out() -> None:
    """What begins only late cannot be answered by rows before it."""
    late = (np.arange(_ROWS) >= 300).astype(int)
    answers, split = _answers(late), Split("time")
    parts = split_rows(_answers(_RARE), split, 1)
    folds = fold_rows(answers, parts, split, folds=3, repeats=1, seed=1)
    assert [int(fold.judged[0]) for fold in folds] == [0, 383]
