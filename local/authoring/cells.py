"""What a column's cells are: whole numbers, numbers, times or texts, and which words stand for a missing cell."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pyarrow as pa
import pyarrow.compute as pc

from shared.core.errors import BadInput
from shared.core.scenario import MISSING_NUMBERS, MISSING_TEXTS, Column, Kind
from shared.core.wording import counted

_WHOLE = r"^[+-]?[0-9]+$"
_WHOLE_TOO = r"^[+-]?[0-9]+(\.0*)?$"
_PADDED = r"^[+-]?0[0-9]"
_NUMBER = r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$"
_COMMA = r"^[+-]?[0-9][0-9.]*,[0-9]+$"
_TIME = (
    r"^([0-9]{4}-[0-9]{2}-[0-9]{2}([ T][0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]+)?)?)?(Z|[+-][0-9]{2}:?[0-9]{2})?"
    r"|[0-9]{1,2}/[0-9]{1,2}/[0-9]{4} [0-9]{1,2}:[0-9]{2}:[0-9]{2} [AaPp][Mm])$"
)
_FOREIGN_TIME = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}([ T]\d{1,2}:\d{2}.*)?")
# Words that people write where a cell is missing; beside numbers and times also "unknown" and the like.
_WORDS = frozenset({"?", "\\n", "(null)", "#null!", "null", "n/a", "#n/a", "nan", "<na>", "n.a.", "--"})
_WORDS_OF_NUMBERS = _WORDS | {"-", ".", "na", "none", "missing", "unknown", "nil", "x", "(none)", "not available"}
_MOST_WORDS = 5
_FEW, _MANY = 2, 0.5
_NINES = re.compile(r"-9{2,}(\.0+)?|9{4,}(\.0+)?")
_STAND_IN = 0.01
# With more of them they are values, and no typing errors.
_ODD = 0.1
_STORED: Sequence[tuple[str, Kind]] = (("int64", "int"), ("double", "float"), ("timestamp", "time"))


@dataclass(frozen=True, slots=True)
class Guess:
    """A column as it is guessed, and why, in words; `problem`: why it is only a text.

    `dates`: its texts are dates in a form that no reader takes.
    """

    column: Column
    reasons: tuple[str, ...] = field(default=())
    problem: str = ""
    dates: bool = False


def guess_column(name: str, cells: pa.ChunkedArray, *, target: bool = False) -> Guess:
    """The kind of the column and its words for a missing cell; BadInput for numbers that no reader takes."""
    nulls = cells.null_count > 0
    for stored, kind in _STORED:
        if str(cells.type).startswith(stored):
            return Guess(Column(name, kind, nulls=nulls))
    counts = _counts(cells)
    if not counts:
        return Guess(Column(name, "text", nulls=True, optional=True), ("no cell holds a value",))
    _refuse_commas(name, counts)
    return _number(name, counts, nulls, target=target) or _time(name, counts, nulls) or _text(name, counts, nulls)


def as_text(guess: Guess, reason: str) -> Guess:
    """The column as a text, because the reader refused a cell of it."""
    column = Column(guess.column.name, "text", nulls=True)
    return Guess(column, (*guess.reasons, f"a text, because {reason}"))


def _counts(cells: pa.ChunkedArray) -> Mapping[str, int]:
    found = pc.value_counts(cells.drop_null().combine_chunks())
    return dict(zip(found.field("values").to_pylist(), found.field("counts").to_pylist(), strict=True))


def _number(name: str, counts: Mapping[str, int], nulls: bool, *, target: bool) -> Guess | None:  # noqa: FBT001 -- a fact
    numbers, others = _divided(counts, _NUMBER)
    words = _missing_words(others, sum(counts.values()), _WORDS_OF_NUMBERS)
    if not numbers or words is None:
        return None
    words += [] if target else _stand_ins({value: counts[value] for value in numbers})
    numbers = [value for value in numbers if value not in words]
    values = pa.array(numbers)
    if _all(values, _WHOLE) and pc.any(pc.match_substring_regex(values, _PADDED)).as_py():
        return None
    whole = _all(values, _WHOLE_TOO if target else _WHOLE)
    column = Column(name, "int" if whole else "float", nulls=nulls or bool(words), missing=_own(words, MISSING_NUMBERS))
    return Guess(column, _told(words))


def _time(name: str, counts: Mapping[str, int], nulls: bool) -> Guess | None:  # noqa: FBT001 -- a fact
    times, others = _divided(counts, _TIME)
    words = _missing_words(others, sum(counts.values()), _WORDS_OF_NUMBERS)
    if not times or words is None:
        return None
    column = Column(name, "time", nulls=nulls or bool(words), missing=_own(words, MISSING_NUMBERS))
    return Guess(column, _told(words))


def _text(name: str, counts: Mapping[str, int], nulls: bool) -> Guess:  # noqa: FBT001 -- a fact
    words = [word for word in counts if word.casefold() in _WORDS and len(counts) > _FEW]
    values = {value: count for value, count in counts.items() if value not in words}
    column = Column(name, "text", nulls=nulls or bool(words), missing=_own(words, MISSING_TEXTS))
    if values and all(map(_FOREIGN_TIME.fullmatch, values)):
        first = next(iter(values))
        problem = f"holds dates such as {first!r}, which are text here; accepted as times: 2015-01-31"
        return Guess(column, _told(words), problem, dates=True)
    return Guess(column, _told(words), _only_text(values))


def _only_text(counts: Mapping[str, int]) -> str:
    """Why values that look like numbers are none; empty when they look like texts."""
    numbers, others = _divided(counts, _NUMBER)
    odd = sum(others.values())
    if not odd or odd > _ODD * sum(counts.values()) or any(re.match(_PADDED, value) for value in numbers):
        return ""
    cells = f"{counted(odd, 'cell')} such as {next(iter(others))!r}"
    return f"holds numbers and {cells}: it is text until they are corrected, or declared as missing"


def _divided(counts: Mapping[str, int], pattern: str) -> tuple[list[str], dict[str, int]]:
    """The values that fit the pattern, and the counts of the others."""
    fits = pc.match_substring_regex(pa.array(list(counts), pa.string()), pattern).to_pylist()
    pairs = list(zip(counts, fits, strict=True))
    return [value for value, fit in pairs if fit], {value: counts[value] for value, fit in pairs if not fit}


def _missing_words(others: Mapping[str, int], cells: int, known: frozenset[str]) -> list[str] | None:
    """The values that stand for a missing cell; None when they are values of their own."""
    if sum(others.values()) > _MANY * cells or len(others) > _MOST_WORDS:
        return None
    usual = all(word.casefold() in known for word in others)
    # One word that comes again and again among numbers is no typing error.
    again = len(others) == 1 and next(iter(others.values())) >= _FEW
    return list(others) if usual or again else None


def _stand_ins(counts: Mapping[str, int]) -> list[str]:
    """Numbers that stand for a missing cell: frequent, of nines only, and far from all others."""
    found = [value for value in counts if _NINES.fullmatch(value) and counts[value] > _STAND_IN * sum(counts.values())]
    others = [float(value) for value in counts if value not in found]
    if not found or not others:
        return []
    low, high = min(others), max(others)
    far = [value for value in found if not low - (high - low) <= float(value) <= high + (high - low)]
    return far if len(far) == len(found) else []


def _own(words: Sequence[str], usual: Sequence[str]) -> tuple[str, ...] | None:
    return None if set(words) <= set(usual) else tuple(sorted(words))


def _told(words: Sequence[str]) -> tuple[str, ...]:
    return (f"{', '.join(map(repr, sorted(words)))} stands for a missing cell",) if words else ()


def _all(values: pa.Array, pattern: str) -> bool:
    return bool(pc.all(pc.match_substring_regex(values, pattern)).as_py())


def _refuse_commas(name: str, counts: Mapping[str, int]) -> None:
    """Refuse a column of numbers of which some have a decimal or thousands comma."""
    commas, others = _divided(counts, _COMMA)
    words = _divided(others, _NUMBER)[1]
    if commas and not [word for word in words if word.casefold() not in _WORDS_OF_NUMBERS]:
        rows = counted(sum(counts[value] for value in commas), "row")
        raise BadInput(
            f"Column {name!r} has numbers with a comma, such as {commas[0]!r} ({rows}); accepted: numbers such as "
            "1234.5, with a decimal point and nothing between thousands."
        )
