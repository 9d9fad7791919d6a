"""The split of the rows: the train part fits, the validation part chooses the best candidate, the test part judges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from shared.core.errors import Quarantined
from shared.core.scenario import Split, Task
from shared.core.wording import all_of, counted
from shared.datasets.feature_frame import judges_by_hash

# Fewer rows than this to learn from or to choose by say nothing about a model.
LEAST = 10
Kind = Literal["random", "time", "given"]


@dataclass(frozen=True, slots=True)
class Parts:
    """Row numbers of the three parts, each ascending; rows in a gap belong to no part."""

    kind: Kind
    train: np.ndarray
    validation: np.ndarray
    test: np.ndarray

    @property
    def sizes(self) -> dict[str, int]:
        """How many rows each part has."""
        return {"train": len(self.train), "validation": len(self.validation), "test": len(self.test)}


@dataclass(frozen=True, slots=True)
class Answers:
    """The true answers of rows in time order.

    `values`: label positions (rows,), zeros and ones (rows, labels) of several labels, or numbers (rows,). `identity`
    are salted 64-bit hashes of who or what each row is about: equal ones are never parted. `hours` is the time of each
    row, from any origin; `test` is true where the data assigns a row to the test part. `learn_only` is true in rows
    that neither choose nor judge.
    """

    task: Task
    names: tuple[str, ...]
    values: np.ndarray
    identity: np.ndarray
    hours: np.ndarray | None = None
    test: np.ndarray | None = None
    learn_only: np.ndarray | None = None

    @property
    def judging(self) -> np.ndarray:
        """Whether each row may choose or judge (rows,)."""
        return np.ones(len(self.values), dtype=bool) if self.learn_only is None else ~self.learn_only


def split_rows(answers: Answers, split: Split, seed: int) -> Parts:
    """Split the rows as `split` declares.

    Quarantined when fewer than LEAST rows train or choose, when no row judges, or when no model can be trained on the
    answers. What the judging rows cannot show is for the gate to say.
    """
    cuts = {"random": _random, "time": _time, "given": _given}
    parts = cuts[split.kind](answers, split, seed)
    for name, least in (("train", LEAST), ("validation", LEAST), ("test", 1)):
        rows = getattr(parts, name)
        if len(rows) < least:
            sentence = (
                f"The {split.kind} split leaves {counted(len(rows), 'row')} in its "
                f"{name} part; at least {least} are needed."
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


def draw_half(answers: Answers, rows: np.ndarray, seed: int) -> np.ndarray:
    """Half of `rows`, ascending, drawn with equal shares of every answer; all of them when half is fewer than LEAST."""
    drawn, _ = _draw(answers, rows, 0.5, np.random.default_rng(seed))
    return drawn if len(drawn) >= LEAST else rows


def _time(answers: Answers, split: Split, _seed: int) -> Parts:
    rows = len(answers.values)
    test = rows - int(rows * split.test)
    validation = test - int(rows * split.validation)
    numbers = np.arange(rows)
    train = numbers[: end_before(answers, split, validation)]
    held_out = numbers[validation : max(end_before(answers, split, test), validation)]
    may = answers.judging
    return Parts("time", train, held_out[may[held_out]], numbers[test:][may[test:]])


def end_before(answers: Answers, split: Split, begins: int) -> int:
    """How many of the first rows lie before the gap of the part that begins with row `begins`."""
    end = max(begins - split.gap, 0)
    if split.gap_hours and begins < len(answers.values):
        if answers.hours is None:
            sentence = "The split leaves out hours between its parts; it needs the time column."
            raise Quarantined("missing_time", sentence)
        latest = answers.hours[begins] - split.gap_hours
        end = min(end, int(np.searchsorted(answers.hours, latest, side="right")))
    return end


def _random(answers: Answers, split: Split, seed: int) -> Parts:
    judges = judges_by_hash(answers.identity) & answers.judging
    rows = np.flatnonzero(~judges & answers.judging)
    share = split.validation * len(judges) / max(len(rows), 1)
    validation, train = _draw(answers, rows, min(share, 1.0), np.random.default_rng(seed))
    return Parts("random", _with_learn_only(answers, train), validation, np.flatnonzero(judges))


def _with_learn_only(answers: Answers, train: np.ndarray) -> np.ndarray:
    return train if answers.learn_only is None else np.union1d(train, np.flatnonzero(answers.learn_only))


def _given(answers: Answers, split: Split, seed: int) -> Parts:
    if answers.test is None:
        sentence = f"The split is given by column {split.column!r}, which the feature table does not have."
        raise Quarantined("missing_column", sentence, column=split.column)
    rows = np.flatnonzero(~answers.test & answers.judging)
    validation, train = _draw(answers, rows, split.validation, np.random.default_rng(seed))
    test = np.flatnonzero(answers.test & answers.judging)
    return Parts("given", _with_learn_only(answers, train), validation, test)


def _draw(
    answers: Answers, rows: np.ndarray, share: float, random: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """The share of `rows` drawn from every group of equal answers, and the rest; both ascending.

    Rows of one identity stay together: all go where their first one goes.
    """
    _, first, member = np.unique(answers.identity[rows], return_index=True, return_inverse=True)
    drawn = np.zeros(len(first), dtype=bool)
    for group in strata(answers, rows[first]):
        drawn[random.permutation(group)[: round(len(group) * share)]] = True
    chosen = drawn[member]
    return rows[chosen], rows[~chosen]


def strata(answers: Answers, rows: np.ndarray) -> list[np.ndarray]:
    """The positions in `rows` of each answer; numbers are one group."""
    if answers.task == "regression":
        return [np.arange(len(rows))]
    _, group = np.unique(answers.values[rows], axis=0, return_inverse=True)
    return [np.flatnonzero(group.reshape(-1) == number) for number in range(int(group.max(initial=-1)) + 1)]


def _check_classes(where: str, values: np.ndarray, names: tuple[str, ...]) -> None:
    absent = [name for position, name in enumerate(names) if not (values == position).any()]
    if absent:
        sentence = (
            f"The {where} has no row labelled {' or '.join(map(repr, absent))} among {counted(len(values), 'row')}; "
            "every label must occur in it."
        )
        raise Quarantined("one_class", sentence)


def _check_labels(where: str, values: np.ndarray, names: tuple[str, ...]) -> None:
    """Every label must vary in the train part; in the other parts one label that varies is enough to judge."""
    constant = [name for name, column in zip(names, values.T, strict=True) if (column == column[0]).all()]
    if len(constant) == len(names) or (constant and where.startswith("train")):
        value = values[0, names.index(constant[0])]
        sentence = (
            f"In the {where} label {constant[0]!r} is {value:g} in {all_of(len(values), 'row')}; "
            "every label must be 0 and 1 in the train part, and one of them in the other parts."
        )
        raise Quarantined("one_class", sentence)


def _check_numbers(where: str, values: np.ndarray, names: tuple[str, ...]) -> None:
    if (values == values[0]).all():
        sentence = (
            f"In the {where} {names[0]!r} is {values[0]:g} in {all_of(len(values), 'row')}: nothing to learn or judge."
        )
        raise Quarantined("constant_target", sentence, column=names[0])


_CHECKS = {
    "binary": _check_classes,
    "multiclass": _check_classes,
    "multilabel": _check_labels,
    "regression": _check_numbers,
}
