"""What a command prints: one JSON value for programs, a table for people."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict, is_dataclass
from datetime import datetime
from itertools import compress
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.measure import Measurement
from rich.table import Column, Table
from rich.text import Text

from shared.core.wording import visible


class SafeConsole(Console):
    """A console on which a text of data moves no cursor, sets no colour and becomes no picture, wherever it is from."""

    def __init__(self, **options: Any) -> None:
        """As the base class; brackets and colons of a text are printed as they are."""
        super().__init__(highlight=False, markup=False, emoji=False, **options)

    def render_str(self, text: str, **options: Any) -> Text:
        """As the base class, with control characters as escapes; line ends are the command's own."""
        return super().render_str(visible(text, keep="\n\t"), **options)


# A file or a pipe has no width of its own; a table there may use this many columns.
WIDE = 200
_UNLIMITED = 100_000
out = SafeConsole(width=None if sys.stdout.isatty() else WIDE)
err = SafeConsole(stderr=True)


def command_at(home: Path) -> str:
    """The command line that uses this home."""
    default = Path.cwd() / ".local"
    return ".venv/bin/mlops" if home == default else f"MLOPS_HOME={shlex.quote(str(home))} .venv/bin/mlops"


def plain(value: Any) -> Any:
    """Records and times as JSON values."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
    return value.isoformat() if isinstance(value, datetime) else value


def as_json(value: Any) -> None:
    """Print the value as JSON on standard output."""
    text = json.dumps(plain(value))
    if out.is_terminal:
        out.print_json(text, ensure_ascii=True)
    else:
        # Flushed: the reader of a running host's pipe needs the line at once.
        print(text, flush=True)  # noqa: T201 -- the command's output


def as_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print rows under column names, or that there are none; a column without a value is left out.

    Where names and ids do not fit beside each other, each row is a block: its first cell, below it the others by name.
    """
    if not rows:
        out.print(f"{title}: none.")
        return
    cells = [["" if cell is None else visible(str(plain(cell))) for cell in row] for row in rows]
    filled = [number == 0 or any(row[number] for row in cells) for number in range(len(columns))]
    columns, *cells = [list(compress(row, filled)) for row in (columns, *cells)]
    headers = [Column(name, overflow="fold") for name in columns]
    table = Table(*headers, title=title, title_justify="left", header_style="bold")
    for row in cells:
        table.add_row(*map(Text, row))
    # The minimum is the longest word of each column.
    if Measurement.get(out, out.options.update(max_width=_UNLIMITED), table).minimum <= out.width:
        out.print(table)
        return
    out.print(title, style="italic")
    for row in cells:
        as_facts(row[0] or "-", dict(zip(columns[1:], row[1:], strict=True)))


def as_facts(title: str, facts: Mapping[str, Any]) -> None:
    """Print named facts, one below the other; of a list each item has a line of its own, what is empty has none."""
    out.print(title, markup=False, style="bold")
    width = max(map(len, facts))
    for name, value in facts.items():
        items = [value] if isinstance(value, str) or not isinstance(value, Sequence) else value
        for number, item in enumerate(one for one in items if one not in (None, "")):
            label = name if number == 0 else ""
            out.print(f"  {label:<{width}}  {visible(str(plain(item)))}", markup=False, soft_wrap=True)


def show(*, json_output: bool, value: Any, title: str, columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """Print `value` as JSON or `rows` as a table."""
    if json_output:
        as_json(value)
    else:
        as_table(title, columns, rows)
