"""A scenario as it is guessed from files: the first draft that a person looks at."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import pyarrow as pa

from local.authoring.answers import Answer, guess_answer
from local.authoring.cells import Guess, as_text, guess_column
from local.authoring.columns import Described, Named, Use, describe, find_entity, find_key, find_time
from local.authoring.names import near, table_name
from local.authoring.ranges import with_range, with_values
from local.authoring.scores import Examples, alone, baseline, examples
from local.authoring.source import Source, read_rows
from shared.core.errors import BadInput, Quarantined
from shared.core.scenario import Table, Task
from shared.datasets.ports import Tables

# A column that tells so much alone was hardly known before the answer.
LEAK = 0.98
# The bar lies so far on the way from chance to what the baseline reaches.
BAR_SHARE = 0.75
_HARDLY = 0.02
_FEW_ROWS = 100
_OF_A_CELL = frozenset({"type", "time", "overflow", "padded", "not_finite"})


@dataclass(frozen=True, slots=True)
class Draft:
    """What a scenario would declare: its columns with their uses, what is predicted, and how good a model must be."""

    name: str
    table: str
    columns: tuple[Described, ...]
    rows: pa.Table
    answer: Answer
    named: Named
    entity: tuple[str, ...]
    leaks: tuple[tuple[str, float], ...] = ()
    score: float | None = None
    chance: float = 0.5
    metric: str = "auc"

    def used(self, *uses: str) -> tuple[str, ...]:
        """The columns with one of these uses, in order."""
        return tuple(one.name for one in self.columns if one.use in uses)

    @property
    def inputs(self) -> tuple[str, ...]:
        """The columns that a model learns from."""
        leaks = dict(self.leaks)
        return tuple(name for name in self.used("number", "category", "text") if name not in leaks)

    @property
    def personal(self) -> tuple[str, ...]:
        """The columns about people."""
        return tuple(one.name for one in self.columns if one.personal)

    @property
    def knows(self) -> bool:
        """Whether the baseline is better than chance."""
        return self.score is not None and self.score > self.chance + _HARDLY

    @property
    def bar(self) -> float:
        """The least score that a model needs to serve."""
        if self.score is None or not self.knows:
            return self.chance
        return math.floor((self.chance + BAR_SHARE * (self.score - self.chance)) * 100) / 100

    @property
    def warnings(self) -> tuple[str, ...]:
        """What a person should look at, one sentence each."""
        found = [one.warning for one in self.columns if one.warning]
        found += [_leak(name, score, self.metric) for name, score in self.leaks]
        if self.personal:
            found.append(f"personal: {', '.join(self.personal)}; kept answers leave these columns out")
        if not self.knows:
            found.append(f"a quick model is no better than chance ({self.metric} {_told(self.score)})")
        if self.rows.num_rows < _FEW_ROWS:
            found.append(f"{self.rows.num_rows} rows can hardly judge a model; a few hundred can")
        return tuple(found)


def draft(tables: Tables, source: Source, name: str, named: Named, task: Task | None) -> Draft:
    """The scenario that the files suggest; BadInput or Quarantined when nothing can be learned from them."""
    _check_named(source, named)
    guesses, rows = _typed(tables, source, named)
    answer = guess_answer(rows, named.targets, task)
    columns = tuple(describe(one, rows.column(one.column.name), named) for one in guesses)
    named = replace(named, key=named.key or find_key(columns, rows), time=named.time or find_time(columns, rows))
    columns = tuple(_settled(one, rows, named, answer) for one in _alone(columns))
    first = Draft(name, table_name(source.files), columns, rows, answer, named, named.key or find_entity(columns))
    if not first.inputs:
        raise BadInput("No column is left to learn from: each is the target, names rows or people, or is constant.")
    return _scored(first)


def _check_named(source: Source, named: Named) -> None:
    asked = [("--target", one) for one in named.targets] + [("--key", one) for one in named.key]
    asked += [("--time", named.time)] if named.time else []
    for option, name in asked:
        if name not in source.names:
            listed = ", ".join(source.names[:20]) + (" …" if len(source.names) > 20 else "")  # noqa: PLR2004 -- a line
            raise BadInput(
                f"{source.files[0].name} has no column {name!r} for {option}{near(name, source.names)}; "
                f"accepted: {listed}."
            )


def _typed(tables: Tables, source: Source, named: Named) -> tuple[list[Guess], pa.Table]:
    """The guessed columns and the rows as the strict reader reads them; what it refuses in a cell is a text."""
    target = frozenset(named.targets)
    guesses = [guess_column(name, source.cells.column(name), target=name in target) for name in source.names]
    while True:
        table = Table(table_name(source.files), tuple(one.column for one in guesses), named.key)
        try:
            return guesses, read_rows(tables, source, table)
        except Quarantined as fault:
            at = next((at for at, one in enumerate(guesses) if one.column.name == fault.column), None)
            if at is None or guesses[at].column.kind == "text" or fault.reason_code not in _OF_A_CELL:
                raise
            guesses[at] = as_text(guesses[at], fault.reason.rstrip("."))


def _alone(columns: Sequence[Described]) -> list[Described]:
    """Free text is an input only where there is no other: the first one then, and the rest is left out."""
    others = any(one.use in ("number", "category") for one in columns)
    texts = [one.name for one in columns if one.use == "text"]
    if not texts or others:
        return [replace(one, use="aside") if one.use == "text" else one for one in columns]
    return [
        (replace(one, warning="") if one.name == texts[0] else replace(one, use="aside")) if one.use == "text" else one
        for one in columns
    ]


def _settled(one: Described, rows: pa.Table, named: Named, answer: Answer) -> Described:
    """The column with the values that it may have, now that its use is known."""
    values, column = rows.column(one.name), one.guess.column
    if one.name in named.key or one.name == named.time:
        use: Use = "key" if one.name in named.key else "time"
        return replace(one, use=use, warning="", guess=replace(one.guess, column=replace(column, identifies=False)))
    if one.use == "target" and answer.task in ("binary", "multiclass"):
        return replace(one, guess=replace(one.guess, column=replace(column, values=answer.labels)))
    if one.use in ("number", "target"):
        return replace(one, guess=with_range(one.guess, values))
    if one.use == "category":
        return one if one.personal else replace(one, guess=with_values(one.guess, values))
    if one.use == "aside":
        return replace(one, guess=replace(one.guess, column=replace(column, optional=True, identifies=one.names)))
    return one


def _scored(first: Draft) -> Draft:
    """The draft with its leaks and with what a quick model reaches without them."""
    tabular = first.used("number", "category")
    if not tabular:
        return first
    groups = first.entity[0] if first.entity and not first.named.key else ""
    data = examples(first.rows, tabular, first.named, first.answer, groups)
    leaks = _leaks(data, tabular)
    inputs = [name for name in tabular if name not in dict(leaks)]
    columns = tuple(_unknown(one) if one.name in dict(leaks) else one for one in first.columns)
    return replace(
        first, columns=columns, leaks=leaks, score=baseline(data, inputs), chance=data.chance, metric=data.metric
    )


def _unknown(one: Described) -> Described:
    """The column of rows to predict that may lack it, because it is known with the answer."""
    return replace(one, guess=replace(one.guess, column=replace(one.guess.column, optional=True)))


def _leaks(data: Examples, names: Sequence[str]) -> tuple[tuple[str, float], ...]:
    """The columns that tell the answer alone, with their scores; none where nothing else would be left."""
    scores = [(name, alone(data, name)) for name in names]
    found = tuple((name, score) for name, score in scores if score is not None and score >= LEAK)
    return found if len(found) < len(names) else ()


def _leak(name: str, score: float, metric: str) -> str:
    return (
        f"{name} tells the answer alone ({metric} {score:.3f}): it is declared as leakage and left out; "
        "keep it if it is known before the answer"
    )


def _told(score: float | None) -> str:
    return "cannot be measured" if score is None else f"{score:.3f}"
