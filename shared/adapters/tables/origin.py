"""Where a refusal points: file, table, row, line and column, in one form of sentence."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Self

from shared.core.errors import Quarantined

_SHOWN = 40


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that is read, under which table's contract; of a block also how many rows and lines stand before it.

    `extent` says that counts are those of a block. `firsts` is what the first blocks have decided for all: the first
    time in each column, whose form the others keep.
    """

    file: str
    table: str
    rows: int = 0
    lines: int = 0
    extent: str = ""
    firsts: dict[str, str] = field(default_factory=dict, compare=False)

    def after(self, rows: int, lines: int = 0) -> Self:
        """A block of the same file, which begins after so many rows and lines."""
        return replace(self, rows=rows, lines=lines, extent=" from there on")

    def refusal(
        self,
        code: str,
        problem: str,
        accepted: str,
        *,
        column: str = "",
        row: int | None = None,
        line: int | None = None,
    ) -> Quarantined:
        """The error to raise: file, row (line), column, what is wrong there, and what would be accepted."""
        places = [f"File {shown(self.file)}"] if self.file else [f"Table {shown(self.table)}"]
        if row:
            row, line = row + self.rows, line + self.lines if line else None
        if row is not None:
            places.append(_row(row, line))
        if column:
            places.append(f"column {shown(column)}")
        sentence = f"{', '.join(places)}: {problem}; accepted: {accepted}."
        return Quarantined(code, sentence, table=self.table, column=column, row=row or None, accepted=accepted)


def _row(row: int, line: int | None) -> str:
    place = f"row {row}" if row else "header"
    return f"{place} (line {line})" if line else place


def shown(value: str) -> str:
    """The value in quotes, at most 40 characters of it, with everything that does not print escaped."""
    cut = value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"
    return "'" + "".join(char if char.isprintable() else _escape(char) for char in cut) + "'"


def _escape(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")


def listing(names: Iterable[str], most: int = 12) -> str:
    """The names in quotes with commas; what is beyond `most` is counted."""
    every = list(names)
    text = ", ".join(shown(name) for name in every[:most])
    return text if len(every) <= most else f"{text} and {len(every) - most} more"
