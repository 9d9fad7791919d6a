"""From files to a draft: kinds, then answers, then what each column is for, then what a quick model makes of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pyarrow as pa

from local.authoring.answers import Answer, guess_answer, newest_lack
from local.authoring.cells import Guess, as_text, guess_column
from local.authoring.columns import Described, Named, Use, describe, find_entity, find_key, find_time
from local.authoring.draft import Draft
from local.authoring.leaks import scored
from local.authoring.names import table_name
from local.authoring.ranges import with_range, with_values
from local.authoring.source import Source, read_rows
from shared.core.errors import BadInput, Quarantined
from shared.core.scenario import Table, Task
from shared.core.wording import counted, did_you_mean
from shared.datasets.ports import Tables

_OF_A_CELL = frozenset({"type", "time", "overflow", "padded", "not_finite"})


def draft(tables: Tables, source: Source, name: str, named: Named, task: Task | None) -> Draft:
    """The scenario that the files suggest; BadInput or Quarantined when nothing can be learned from them."""
    _check_named(source, named)
    guesses, rows = _typed(tables, source, named)
    _check_time(rows, named.time)
    answer = guess_answer(rows, named.targets, task)
    columns = tuple(describe(one, rows.column(one.column.name), named) for one in guesses)
    named = replace(named, key=named.key or find_key(columns, rows), time=_time(columns, rows, named, answer))
    columns = tuple(_settled(one, rows, named, answer) for one in _alone(columns))
    entity = named.key or find_entity(columns)
    first = Draft(name, table_name(source.files), columns, rows, answer, named, entity, source.nameless)
    if not first.inputs:
        raise BadInput("No column is left to learn from: each is the target, names rows or people, or is constant.")
    if first.used("text") and not answer.has_classes:
        prose = first.used("text")[0]
        raise BadInput(
            f"Only the free text {prose!r} is left to learn from, and a model of text predicts one of several answers; "
            f"accepted: another target than {', '.join(named.targets)}, or columns of numbers and categories."
        )
    return scored(first)


def _time(columns: Sequence[Described], rows: pa.Table, named: Named, answer: Answer) -> str:
    """The time by which the newest rows judge; a guessed one only where these rows hold every answer."""
    found = named.time or find_time(columns, rows)
    lacking = newest_lack(rows, found, named.targets, answer) if found else ""
    if lacking and named.time:
        raise BadInput(
            f"The newest rows by {found!r} hold no row with the answer {lacking}, so they cannot judge a model; "
            "accepted: another --time, or none: then rows that judge are drawn by chance."
        )
    return "" if lacking else found


def _check_named(source: Source, named: Named) -> None:
    asked = [("--target", one) for one in named.targets] + [("--key", one) for one in named.key]
    asked += [("--time", named.time)] if named.time else []
    for option, name in asked:
        if name not in source.names:
            listed = ", ".join(source.names[:20]) + (" …" if len(source.names) > 20 else "")  # noqa: PLR2004 -- a line
            raise BadInput(
                f"{source.files[0].name} has no column {name!r} for {option}{did_you_mean(name, source.names)}; "
                f"accepted: {listed}."
            )


def _check_time(rows: pa.Table, name: str) -> None:
    """Refuse a time that cannot order the rows."""
    if not name:
        return
    values, accepted = rows.column(name), "accepted: times such as 2015-01-31 06:00:00, or numbers"
    if pa.types.is_string(values.type):
        first = values.drop_null()[0].as_py() if values.null_count < len(values) else ""
        raise BadInput(f"Column {name!r} for --time holds texts such as {first[:40]!r}; {accepted}.")
    if values.null_count:
        raise BadInput(f"Column {name!r} for --time has no value in {counted(values.null_count, 'row')}; {accepted}.")


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
            guesses[at] = as_text(guesses[at], (fault.private or fault.reason).rstrip("."))


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
    if one.use == "target" and answer.has_classes:
        return replace(one, guess=replace(one.guess, column=replace(column, values=answer.labels)))
    if one.use in ("number", "target"):
        return replace(one, guess=with_range(one.guess, values))
    if one.use == "category":
        return one if one.personal else replace(one, guess=with_values(one.guess, values))
    if one.use == "aside":
        return replace(one, guess=replace(one.guess, column=replace(column, optional=True, identifies=one.names)))
    return one
