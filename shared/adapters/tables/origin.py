"""Where a refusal points: file, table, line or row, and column, in one form of sentence."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Self

from shared.core.errors import Quarantined

_SHOWN = 40
# Control characters, those of formats, and every kind of space.
_INVISIBLE = frozenset({"Cc", "Cf", "Zs", "Zl", "Zp"})


@dataclass(frozen=True, slots=True)
class Origin:
    """The file that is read and the table whose contract it follows; of a block also the rows and lines before it.

    `line_of` gives the line of a data row in a CSV text; Parquet and whole tables have none. `extent` marks counts of
    a block. `now` is our clock. `firsts` is what the first blocks decide for all: the first time of each column, whose
    form the rest keeps. `naming` are the columns whose values name rows.
    """

    file: str
    table: str
    rows: int = 0
    lines: int = 0
    extent: str = ""
    now: datetime | None = None
    line_of: Callable[[int], int] | None = field(default=None, compare=False)
    firsts: dict[str, str] = field(default_factory=dict, compare=False)
    naming: frozenset[str] = frozenset()

    def after(self, rows: int, lines: int = 0) -> Self:
        """Return the origin of a block of the same file that begins after so many rows and lines."""
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
        value: str | None = None,
    ) -> Quarantined:
        """Return the error to raise: file, line or row, column, what is wrong there, and what would be accepted.

        `value` is the cell that `problem` is about: it stands in the sentence, and not in the one without values.
        `row` counts data rows of the block from 1, 0 is the header; `line` counts lines of its text and follows from
        the row where it is not given.
        """
        places = [f"File {shown(self.file)}"] if self.file else [f"Table {shown(self.table)}"]
        if row:
            line = line or (self.line_of(row) if self.line_of else None)
            row, line = row + self.rows, line + self.lines if line else None
        if row is not None:
            places.append(self._place(row, line))
        if column:
            places.append(f"column {shown(column)}")
        where, told = ", ".join(places), f"{problem}; accepted: {accepted}."
        open_, private = (told, told) if value is None else (f"{shown(value)} {told}", f"{unshown(value)} {told}")
        return Quarantined(
            code,
            f"{where}: {open_}",
            table=self.table,
            column=column,
            row=row or None,
            line=line,
            accepted=accepted,
            private=f"{where}: {private}",
        )

    def _place(self, row: int, line: int | None) -> str:
        """Name the line of a CSV file, the row of a Parquet file, or the data row of a table."""
        if not row:
            return f"header (line {line})" if line else "header"
        if line:
            return f"line {line}"
        return f"row {row}" if self.file else f"data row {row}"


def shown(value: str) -> str:
    """Return the value in quotes: at most 40 characters, with escapes for everything that does not print."""
    cut = value if len(value) <= _SHOWN else f"{value[: _SHOWN - 1]}…"
    return "'" + "".join(char if char.isprintable() else _escape(char) for char in cut) + "'"


def unshown(value: str) -> str:
    """What can be said of a value that is not shown: whether it holds a character that nobody sees."""
    hidden = next((char for char in value if char != " " and unicodedata.category(char) in _INVISIBLE), "")
    return f"a value with an invisible character U+{ord(hidden):04X}" if hidden else "a value"


def _escape(char: str) -> str:
    return char.encode("unicode_escape", "surrogatepass").decode("ascii")


def listing(names: Iterable[str], most: int = 12) -> str:
    """Return the names in quotes with commas; names beyond `most` are only counted."""
    every = list(names)
    text = ", ".join(shown(name) for name in every[:most])
    return text if len(every) <= most else f"{text} and {len(every) - most} more"
