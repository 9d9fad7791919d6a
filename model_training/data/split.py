"""Which rows train, which choose the best candidate, and which judge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from shared.core.errors import Quarantined
from shared.core.scenario import Split, Task

# Fewer rows than this in any part say nothing about a model.
LEAST = 10
Kind = Literal["random", "time", "given"]


@dataclass(frozen=True, slots=True)
class Parts:
    """Row numbers of the three parts, each ascending; rows in a gap are in none."""

    kind: Kind
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray

    @property
    def sizes(self) -> dict[str, int]:
        """Rows of each part."""
        return {"train": len(self.train), "validation": len(self.validation), "test": len(self.test)}


@dataclass(frozen=True, slots=True)
class Answers:
    """What is true of rows in time order.

    `values`: label positions (rows,), zeros and ones (rows, labels) of several labels, or numbers (rows,). `hours` is
    when each row was, from any origin; `test` is true where the data says that a row judges.
    """

    task: Task
    names: tuple[str, ...]
    values: np.ndarray
    hours: np.ndarray | None = None
    test: np.ndarray | None = None


def split_rows(answers: Answers, split: Split, seed: int) -> Parts:
    """The rows cut as `split` declares.

    Quarantined when a part has fewer than LEAST rows, or when its answers can teach or judge nothing.
    """
    cuts = {"random": _random, "time": _time, "given": _given}
    parts = cuts[split.kind](answers, split, seed)
    for name in ("train", "validation", "test"):
        rows = getattr(parts, name)
        where = f"{name} part of the {split.kind} split"
        if len(rows) < LEAST:
            sentence = (
                f"The {split.kind} split leaves {len(rows)} rows in its {name} part; at least {LEAST} are needed."
            )
            raise Quarantined("too_few_rows", sentence)
        _CHECKS[answers.task](where, answers.values[rows], answers.names)
    return parts


def half(answers: Answers, rows: np.ndarray, seed: int) -> np.ndarray:
    """Every second row of `rows`, ascending: drawn, with equal shares of every answer; never fewer than LEAST."""
    chosen, _ = _drawn(answers, rows, 0.5, np.random.default_rng(seed))
    return chosen if len(chosen) >= LEAST else rows


def _time(answers: Answers, split: Split, _seed: int) -> Parts:
    rows = len(answers.values)
    test = rows - int(rows * split.test)
    validation = test - int(rows * split.validation)
    order = np.arange(rows)
    before = order[: _last(answers, split, validation)]
    held = order[validation : max(_last(answers, split, test), validation)]
    return Parts("time", before, held, order[test:])


def _last(answers: Answers, split: Split, begins: int) -> int:
    """How many of the first rows are far enough before the part that begins with row `begins`."""
    before = max(begins - split.gap, 0)
    if split.gap_hours and begins < len(answers.values):
        if answers.hours is None:
            sentence = "The split leaves out hours between its parts; without the time column nothing tells them."
            raise Quarantined("missing_time", sentence)
        latest = answers.hours[begins] - split.gap_hours
        before = min(before, int(np.searchsorted(answers.hours, latest, side="right")))
    return before


def _random(answers: Answers, split: Split, seed: int) -> Parts:
    random = np.random.default_rng(seed)
    parts: tuple[list[np.ndarray], ...] = ([], [], [])
    for group in _groups(answers, np.arange(len(answers.values))):
        rows = random.permutation(group)
        test, validation = round(len(rows) * split.test), round(len(rows) * split.validation)
        for part, piece in zip(parts, np.split(rows, [len(rows) - test - validation, len(rows) - test]), strict=True):
            part.append(piece)
    train, held, judged = (np.sort(np.concatenate(part)) for part in parts)
    return Parts("random", train, held, judged)


def _given(answers: Answers, split: Split, seed: int) -> Parts:
    if answers.test is None:
        sentence = f"The split is given by column {split.column!r}, which the feature table does not have."
        raise Quarantined("missing_column", sentence, column=split.column)
    rows = np.flatnonzero(~answers.test)
    held, train = _drawn(answers, rows, split.validation, np.random.default_rng(seed))
    return Parts("given", train, held, np.flatnonzero(answers.test))


def _drawn(
    answers: Answers, rows: np.ndarray, share: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The share of `rows` drawn from every group of equal answers, and the rest; both ascending."""
    drawn = [random.permutation(group)[: round(len(group) * share)] for group in _groups(answers, rows)]
    chosen = np.sort(np.concatenate(drawn)) if drawn else rows[:0]
    return chosen, np.setdiff1d(rows, chosen)


def _groups(answers: Answers, rows: np.ndarray) -> list[np.ndarray]:
    """`rows` by answer; numbers are one group."""
    if answers.task == "regression":
        return [rows]
    _, group = np.unique(answers.values[rows], axis=0, return_inverse=True)
    return [rows[group.reshape(-1) == number] for number in range(int(group.max(initial=-1)) + 1)]


def _check_classes(where: str, values: np.ndarray, names: tuple[str, ...]) -> None:
    absent = [name for position, name in enumerate(names) if not (values == position).any()]
    if absent:
        sentence = (
            f"The {where} has no row labelled {' or '.join(map(repr, absent))} among its {len(values)} rows; "
            "every label must occur in every part."
        )
        raise Quarantined("one_class", sentence)


def _check_labels(where: str, values: np.ndarray, names: tuple[str, ...]) -> None:
    """Every label must be learnt; one of them that can be judged is enough to judge the model."""
    alike = [name for name, column in zip(names, values.T, strict=True) if (column == column[0]).all()]
    if len(alike) == len(names) or (alike and where.startswith("train")):
        sentence = (
            f"In the {where} label {alike[0]!r} is {values[0, names.index(alike[0])]:g} in all {len(values)} rows; "
            "every label must be 0 and 1 in the train part, and one of them in the other parts."
        )
        raise Quarantined("one_class", sentence)


def _check_numbers(where: str, values: np.ndarray, names: tuple[str, ...]) -> None:
    if (values == values[0]).all():
        sentence = f"In the {where} {names[0]!r} is {values[0]:g} in all {len(values)} rows: nothing to learn or judge."
        raise Quarantined("constant_target", sentence, column=names[0])


_CHECKS = {
    "binary": _check_classes,
    "multiclass": _check_classes,
    "multilabel": _check_labels,
    "regression": _check_numbers,
}
