"""Cross-validation of the rows that may be learned from: every row is answered by fits that never saw it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from model_training.data.split import Answers, Parts, end_before, strata
from shared.core.scenario import Split


@dataclass(frozen=True, slots=True)
class Fold:
    """Row numbers, ascending: candidates are fitted on `fit` and answer the rows `judged`."""

    fit: np.ndarray
    judged: np.ndarray


def fold_rows(answers: Answers, parts: Parts, split: Split, *, folds: int, repeats: int, seed: int) -> list[Fold]:
    """The folds over the rows that train or choose; judging rows are in none.

    Random and given splits: `repeats` times `folds` stratified parts, rows of one identity together. Time splits: each
    part is answered by what came before it and its gap, and the first by what came after it and the gap. A fold whose
    fit has not every class is left out.
    """
    rows = np.sort(np.concatenate([parts.train, parts.validation]))
    if parts.kind == "time":
        found = _rolling(answers, split, np.array_split(rows, folds + 1))
    else:
        random = np.random.default_rng(seed)
        found = [fold for _ in range(repeats) for fold in _stratified(answers, rows, folds, random)]
    return [fold for fold in found if len(fold.judged) and _can_fit(answers, fold.fit)]


def _rolling(answers: Answers, split: Split, blocks: list[np.ndarray]) -> list[Fold]:
    rows = np.concatenate(blocks)
    folds = [Fold(rows[rows < end_before(answers, split, int(block[0]))], block) for block in blocks[1:] if len(block)]
    return [Fold(rows[rows >= _begin_after(answers, split, int(blocks[0][-1]))], blocks[0]), *folds]


def _begin_after(answers: Answers, split: Split, last: int) -> int:
    """The first row after `last` and the gap."""
    begin = last + 1 + split.gap
    if split.gap_hours and answers.hours is not None:
        begin = max(begin, int(np.searchsorted(answers.hours, answers.hours[last] + split.gap_hours, side="left")))
    return begin


def _stratified(answers: Answers, rows: np.ndarray, folds: int, random: np.random.Generator) -> list[Fold]:
    _, first, member = np.unique(answers.identity[rows], return_index=True, return_inverse=True)
    number, dealt = np.zeros(len(first), dtype=int), 0
    for group in strata(answers, rows[first]):
        # Dealing goes on where the group before ended: small groups do not all begin with fold 0.
        number[group] = (random.permutation(len(group)) + dealt) % folds
        dealt += len(group)
    fold = number[member]
    return [Fold(rows[fold != each], rows[fold == each]) for each in range(folds)]


def _can_fit(answers: Answers, rows: np.ndarray) -> bool:
    """Whether a candidate can be fitted on these rows: every class is there, or a label or the number varies."""
    values = answers.values[rows]
    if not len(rows):
        return False
    if answers.task in ("multilabel", "regression"):
        return bool((values != values[0]).any())
    return len(np.unique(values)) == len(answers.names)
