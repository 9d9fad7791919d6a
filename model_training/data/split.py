"""Which rows train, which choose the best candidate, and which judge it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from shared.core.errors import Quarantined
from shared.core.scenario import Split, Task

# Fewer rows than this to learn from or to choose by say nothing about a model.
LEAST = 10
# Of a random split these rows judge: the tenth with the smallest hashes, and at most so many.
JUDGING = 0.10
MOST_JUDGING = 20_000
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

    `values`: label positions (rows,), zeros and ones (rows, labels) of several labels, or numbers (rows,). `identity`
    are salted 64-bit hashes of who or what each row is about: equal ones are never parted. `hours` is when each row
    was, from any origin; `test` is true where the data says that a row judges.
    """

    task: Task
    names: tuple[str, ...]
    values: np.ndarray
    identity: np.ndarray
    hours: np.ndarray | None = None
    test: np.ndarray | None = None


def split_rows(answers: Answers, split: Split, seed: int) -> Parts:
    """The rows cut as `split` declares.

    Quarantined when fewer than LEAST rows teach or choose, when no row judges, or when the answers can teach nothing.
    What the judging rows cannot show is for the gate to say.
    """
    cuts = {"random": _random, "time": _time, "given": _given}
    parts = cuts[split.kind](answers, split, seed)
    for name, least in (("train", LEAST), ("validation", LEAST), ("test", 1)):
        rows = getattr(parts, name)
        if len(rows) < least:
            sentence = (
                f"The {split.kind} split leaves {len(rows)} rows in its {name} part; at least {least} are needed."
            )
            raise Quarantined("too_few_rows", sentence)
        if name != "test":
            _CHECKS[answers.task](f"{name} part of the {split.kind} split", answers.values[rows], answers.names)
    return parts


def missing_labels(answers: Answers, rows: np.ndarray) -> str:
    """Why these rows cannot judge a model, or an empty text."""
    try:
        _CHECKS[answers.task]("judging part", answers.values[rows], answers.names)
    except Quarantined as fault:
        return fault.reason
    return ""


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
    judges = _judging(answers.identity)
    rows = np.flatnonzero(~judges)
    share = split.validation * len(judges) / max(len(rows), 1)
    held, train = _drawn(answers, rows, share, np.random.default_rng(seed))
    return Parts("random", train, held, np.flatnonzero(judges))


def _judging(identity: np.ndarray) -> np.ndarray:
    """Whether each row judges (rows,): a matter of its hash alone, until so many rows have a smaller one."""
    judges = identity < np.uint64(JUDGING * 2**64)
    if judges.sum() > MOST_JUDGING:
        judges = identity <= np.partition(identity, MOST_JUDGING - 1)[MOST_JUDGING - 1]
    return np.asarray(judges)


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
    """The share of `rows` drawn from every group of equal answers, and the rest; both ascending.

    Rows of one identity stay together: all go where their first one goes.
    """
    _, first, member = np.unique(answers.identity[rows], return_index=True, return_inverse=True)
    drawn = np.zeros(len(first), dtype=bool)
    for group in _groups(answers, rows[first]):
        positions = np.searchsorted(rows, random.permutation(group)[: round(len(group) * share)])
        drawn[member[positions]] = True
    chosen = drawn[member]
    return rows[chosen], rows[~chosen]


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
            "every label must occur in it."
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
