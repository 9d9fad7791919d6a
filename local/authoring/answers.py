"""What is predicted: the task, and the labels in the order of a model's answers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from local.authoring.ranges import frequent
from shared.core.errors import BadInput
from shared.core.scenario import Split, Task
from shared.core.wording import all_of, counted

# Whole numbers with so few different values are classes, with more of them amounts.
_CLASSES_OF_NUMBERS = 10
_MOST_CLASSES = 100
# A label needs rows in every part of the split.
_LEAST_ROWS = 10
_PAIR = 2
# The share of rows in the test part of a time split, and in its validation part.
_PART = Split("time").test
_NO = frozenset({"no", "n", "false", "f", "0", "-1", "neg", "negative", "none", "stayed", "ok", "good", "normal"})


@dataclass(frozen=True, slots=True)
class Answer:
    """The task, its labels as a scenario declares them, and why."""

    task: Task
    labels: tuple[str, ...]
    reason: str

    @property
    def has_classes(self) -> bool:
        """Whether one of several answers is predicted."""
        return self.task in ("binary", "multiclass")

    @property
    def alike(self) -> tuple[str, ...]:
        """What is to be known of answers that are the same word in other letters, one sentence each."""
        if not self.has_classes:
            return ()
        spellings: dict[str, list[str]] = {}
        for label in self.labels:
            spellings.setdefault(" ".join(label.casefold().split()), []).append(repr(label))
        return tuple(
            f"holds {' and '.join(same)}, which differ in capitals or spaces only: each is an answer of its own"
            for same in spellings.values()
            if len(same) > 1
        )


def guess_answer(rows: pa.Table, targets: Sequence[str], wished: Task | None) -> Answer:
    """The task that the values of the targets fit; BadInput when nothing can be learned from them."""
    for name in targets:
        _check_labelled(rows.column(name), name)
    if len(targets) > 1:
        return _several(rows, targets)
    (name,) = targets
    values = rows.column(name)
    found = frequent(values, 1)
    if _is_number(values, len(found), wished):
        return Answer("regression", (name,), f"{len(found):,} different numbers")
    return _classes(name, found, wished)


def newest_lack(rows: pa.Table, time: str, targets: Sequence[str], answer: Answer) -> str:
    """An answer that the test part or the validation part of a time split lacks; empty when both hold all."""
    if answer.task == "regression":
        return ""
    ordered, share = rows.sort_by(time), max(int(rows.num_rows * _PART), 1)
    for part in (ordered.slice(rows.num_rows - share), ordered.slice(rows.num_rows - 2 * share, share)):
        for name in targets:
            labels = ("0", "1") if answer.task == "multilabel" else answer.labels
            lacking = set(labels) - set(map(str, part.column(name).to_pylist()))
            if lacking:
                return f"{min(lacking)!r} in {name!r}"
    return ""


def _check_labelled(values: pa.ChunkedArray, name: str) -> None:
    if values.null_count == len(values):
        raise BadInput(f"Column {name!r} has no value in any row, so nothing can be learned; accepted: labelled rows.")
    if values.null_count:
        first = pc.index(pc.is_null(values), value=True).as_py() + 1
        raise BadInput(
            f"Column {name!r} has no value in {counted(values.null_count, 'row')} (the first is data row {first}); "
            "accepted: rows with an answer; leave the others out, a model predicts them later."
        )
    if pc.count_distinct(values).as_py() == 1:
        raise BadInput(
            f"Column {name!r} holds {str(values[0].as_py())!r} in {all_of(len(values), 'row')}; "
            "accepted: rows with different answers, or there is nothing to learn."
        )


def _is_number(values: pa.ChunkedArray, different: int, wished: Task | None) -> bool:
    number = pa.types.is_integer(values.type) or pa.types.is_floating(values.type)
    if wished == "regression" and not number:
        raise BadInput("The target holds texts, and --task regression predicts a number; accepted: another task.")
    if wished is not None:
        return wished == "regression"
    return pa.types.is_floating(values.type) or (number and different > _CLASSES_OF_NUMBERS)


def _several(rows: pa.Table, targets: Sequence[str]) -> Answer:
    for name in targets:
        values = set(rows.column(name).unique().to_pylist())
        if values != {0, 1}:
            shown = ", ".join(sorted(map(repr, values))[:3])
            raise BadInput(
                f"Column {name!r} holds {shown}, and of several targets each is 0 or 1; "
                "accepted: columns of 0 and 1, or one target."
            )
    return Answer("multilabel", tuple(targets), "several columns of 0 and 1, each predicted on its own")


def _classes(name: str, found: dict[str, int], wished: Task | None) -> Answer:
    if len(found) > _MOST_CLASSES:
        raise BadInput(
            f"Column {name!r} has {counted(len(found), 'different value')}; accepted: a number to predict, "
            f"or at most {_MOST_CLASSES} answers."
        )
    rare = min(found, key=lambda value: found[value])
    if found[rare] < _LEAST_ROWS:
        raise BadInput(
            f"Column {name!r} holds {str(rare)!r} in {counted(found[rare], 'row')}; accepted: at least {_LEAST_ROWS} "
            "rows of each answer, or a file without that one."
        )
    if len(found) == _PAIR and wished != "multiclass":
        return _binary(found)
    if wished == "binary":
        raise BadInput(
            f"Column {name!r} has {counted(len(found), 'different value')}; accepted for --task binary: two."
        )
    return Answer("multiclass", tuple(map(str, sorted(found))), f"{len(found)} answers")


def _binary(found: dict[str, int]) -> Answer:
    values = list(found)
    negative = [value for value in values if str(value).casefold() in _NO]
    # Without a word that says no, the rarer answer is the one that is looked for.
    first = negative[0] if len(negative) == 1 else values[0]
    second = next(value for value in values if value != first)
    share = found[second] / sum(found.values())
    return Answer("binary", (str(first), str(second)), f"{str(second)!r} is looked for, {share:.1%} of the rows")
