"""What each column is for: an input, the answer, a key, the time, or nothing that a model learns from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import pyarrow as pa
import pyarrow.compute as pc

from local.authoring.cells import Guess
from local.authoring.people import names_a_person, tells_of_a_person, words_of

type Use = Literal["number", "category", "text", "target", "key", "time", "aside"]
_NAMES_ROWS = frozenset({"id", "ids", "uuid", "guid", "key"})
_COUNTS_ROWS = _NAMES_ROWS | {"nr", "no", "number", "num", "code", "index", "idx", "ref", "row"}
_MANY_VALUES, _ROWS_OF_A_VALUE = 50, 10
_LONG_TEXT, _WORDS_OF_A_TEXT = 40, 4


@dataclass(frozen=True, slots=True)
class Described:
    """A guessed column with its use; `warning` is what a person should know of it.

    `names`: its values name rows, or what they are about. `prose`: it is free text.
    """

    guess: Guess
    use: Use
    warning: str = ""
    personal: bool = False
    names: bool = False
    prose: bool = False

    @property
    def name(self) -> str:
        """The column's name."""
        return self.guess.column.name


@dataclass(frozen=True, slots=True)
class Named:
    """The columns that whoever asks named: the targets, the key and the time."""

    targets: tuple[str, ...]
    key: tuple[str, ...] = ()
    time: str = ""


def describe(guess: Guess, values: pa.ChunkedArray, named: Named) -> Described:
    """What the column is for, by what was said, and else by its name and values."""
    name = guess.column.name
    person = names_a_person(name, values)
    personal = person or tells_of_a_person(name)
    if name in named.targets:
        return Described(guess, "target", personal=personal)
    if name in named.key:
        return Described(guess, "key", personal=personal, names=True)
    if name == named.time:
        return Described(guess, "time", personal=personal)
    return replace(_by_values(guess, values, person=person), personal=personal)


def _by_values(guess: Guess, values: pa.ChunkedArray, *, person: bool) -> Described:
    name, different = guess.column.name, pc.count_distinct(values).as_py()
    if different == 0:
        return Described(guess, "aside", f"{name} is empty: no model learns from it")
    if different == 1 and (not values.null_count or guess.column.kind != "text"):
        return Described(guess, "aside", f"{name} holds one value in all rows: no model learns from a constant")
    if person:
        return Described(guess, "aside", f"{name} names people or where to find them: it is no input")
    if names_rows(guess, values, different):
        what = "rows" if different == len(values) - values.null_count else "what rows are about"
        return Described(guess, "aside", f"{name} names {what}: a model would learn it by heart", names=True)
    if guess.column.kind == "time":
        return Described(guess, "aside", f"{name} is a time: what it says, such as the month, needs feature code")
    return _by_kind(guess, values, different)


def _by_kind(guess: Guess, values: pa.ChunkedArray, different: int) -> Described:
    name = guess.column.name
    if guess.problem:
        return Described(guess, "aside", f"{name} {guess.problem}")
    if guess.column.kind != "text":
        return Described(guess, "number")
    if is_prose(values, different):
        why = f"{name} is free text, which stands alone: it is no input beside other columns"
        return Described(guess, "text", why, prose=True)
    if different > _MANY_VALUES and (len(values) - values.null_count) / different < _ROWS_OF_A_VALUE:
        why = f"{name} has {different:,} different values in {len(values):,} rows: too few rows of each to learn from"
        return Described(guess, "aside", why)
    return Described(guess, "category")


def names_rows(guess: Guess, values: pa.ChunkedArray, different: int) -> bool:
    """Whether the values name rows, or the things that rows are about."""
    if guess.dates:
        return False
    words, kind = words_of(guess.column.name), guess.column.kind
    if kind in ("float", "time") or values.null_count or not words:
        return (
            kind == "text"
            and _MANY_VALUES < different == len(values) - values.null_count
            and not is_prose(values, different)
        )
    if different == len(values):
        counts = kind == "int" and pc.max(values).as_py() - pc.min(values).as_py() < len(values)
        return counts or words[-1] in _COUNTS_ROWS or (kind == "text" and not is_prose(values, different))
    return words[-1] in _NAMES_ROWS and different > _MANY_VALUES


def is_prose(values: pa.ChunkedArray, different: int) -> bool:
    """Whether the texts are sentences: long, of several words, and hardly one twice."""
    if not pa.types.is_string(values.type) or different < len(values) / 2:
        return False
    spaces = pc.mean(pc.count_substring(values, " ")).as_py() or 0.0
    return bool((pc.mean(pc.utf8_length(values)).as_py() or 0.0) > _LONG_TEXT and spaces + 1 > _WORDS_OF_A_TEXT)


def find_key(described: Sequence[Described], rows: pa.Table) -> tuple[str, ...]:
    """The first column that names each row once; none when there is no such column."""
    for one in described:
        values = rows.column(one.name)
        if one.names and not values.null_count and pc.count_distinct(values).as_py() == len(values):
            return (one.name,)
    return ()


def find_entity(described: Sequence[Described]) -> tuple[str, ...]:
    """The first column that names what rows are about, where rows of one are several."""
    return next(((one.name,) for one in described if one.names), ())


def find_time(described: Sequence[Described], rows: pa.Table) -> str:
    """The one time that every row has; empty when there is none, or several."""
    times = [
        one.name
        for one in described
        if one.guess.column.kind == "time" and not one.personal and not rows.column(one.name).null_count
        and pc.count_distinct(rows.column(one.name)).as_py() > 1
    ]  # fmt: skip
    return times[0] if len(times) == 1 else ""


def told(described: Described) -> str:
    """What stands beside the column in the module: the reasons of its guess, and its warning."""
    return "; ".join(filter(None, (described.warning.removeprefix(f"{described.name} "), *described.guess.reasons)))
