"""Which rows train, which choose the best candidate, and which judge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from shared.domain.scenario import Split
from shared.errors import Quarantined

# Fewer rows than this in any part say nothing about a model.
LEAST = 10


@dataclass(frozen=True, slots=True)
class Parts:
    """Row numbers of the three parts, each ascending; rows in a gap are in none."""

    kind: Literal["random", "time"]
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray

    @property
    def sizes(self) -> dict[str, int]:
        """Rows of each part."""
        return {"train": len(self.train), "validation": len(self.validation), "test": len(self.test)}


def split_rows(labels: np.ndarray, names: tuple[str, ...], split: Split, seed: int) -> Parts:
    """Rows in time order with their label positions, cut as `split` declares.

    Quarantined when a part has fewer than LEAST rows or lacks one of the labels.
    """
    cut = _random if split.kind == "random" else _time
    parts = cut(labels, split, seed)
    for name in ("train", "validation", "test"):
        _check(name, labels[getattr(parts, name)], names, split.kind)
    return parts


def _time(labels: np.ndarray, split: Split, _seed: int) -> Parts:
    rows = len(labels)
    test = rows - int(rows * split.test)
    validation = test - int(rows * split.validation)
    order = np.arange(rows)
    before = max(validation - split.gap, 0)
    return Parts("time", order[:before], order[validation : max(test - split.gap, validation)], order[test:])


def _random(labels: np.ndarray, split: Split, seed: int) -> Parts:
    random = np.random.default_rng(seed)
    parts: tuple[list[np.ndarray], ...] = ([], [], [])
    for label in np.unique(labels):
        rows = random.permutation(np.flatnonzero(labels == label))
        test, validation = round(len(rows) * split.test), round(len(rows) * split.validation)
        for part, piece in zip(parts, np.split(rows, [len(rows) - test - validation, len(rows) - test]), strict=True):
            part.append(piece)
    train, held, judged = (np.sort(np.concatenate(part)) for part in parts)
    return Parts("random", train, held, judged)


def _check(part: str, labels: np.ndarray, names: tuple[str, ...], kind: str) -> None:
    if len(labels) < LEAST:
        sentence = f"The {kind} split leaves {len(labels)} rows in its {part} part; at least {LEAST} are needed."
        raise Quarantined("too_few_rows", sentence)
    absent = [name for position, name in enumerate(names) if not (labels == position).any()]
    if absent:
        sentence = (
            f"The {part} part of the {kind} split has no row labelled {' or '.join(map(repr, absent))} among its "
            f"{len(labels)} rows; every label must occur in every part."
        )
        raise Quarantined("one_class", sentence)
