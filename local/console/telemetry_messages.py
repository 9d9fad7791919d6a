"""Telemetry messages as a machine sends them, one JSON object each, unpacked into the columns of a table."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput
from shared.core.scenario import Column, Table

if TYPE_CHECKING:
    import pyarrow as pa

_WHOLE = 1 << 63


def read_messages(path: Path, table: Table) -> pa.Table:
    """The messages of a file (one a line) as rows of the table; BadInput names the line and the member that is wrong.

    An absent member of a nullable column is null; an optional column that no message has is left out.
    """
    import pyarrow as pa

    rows = list(_rows(path, table))
    if not rows:
        raise BadInput(f"{path.name} holds no messages; accepted: one JSON object a line.")
    names = {name for row in rows for name in row}
    kinds = {"float": pa.float64(), "int": pa.int64(), "text": pa.string()}
    shown = [column for column in table.columns if column.name in names or not column.optional]
    return pa.table(
        {column.name: pa.array([row.get(column.name) for row in rows], kinds[column.kind]) for column in shown}
    )


def _rows(path: Path, table: Table) -> Iterator[Mapping[str, Any]]:
    columns = {column.name: column for column in table.columns}
    try:
        with path.open(encoding="utf-8") as lines:
            for number, line in enumerate(lines, 1):
                if line.strip():
                    yield {name: _value(columns, name, value, number) for name, value in _object(line, number).items()}
    except UnicodeDecodeError as error:
        raise BadInput(f"{path.name} is not UTF-8; accepted: one JSON object a line.") from error


def _object(line: str, number: int) -> Mapping[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"Line {number} is not JSON; accepted: one JSON object a line.") from error
    if not isinstance(value, dict):
        raise BadInput(f"Line {number} is not a JSON object; accepted: one JSON object a line.")
    return value


def _value(columns: Mapping[str, Column], name: str, value: Any, number: int) -> Any:
    if name not in columns:
        raise BadInput(f"Line {number} has a member {name[:40]!r}; accepted: {', '.join(list(columns)[:5])}, …")
    column = columns[name]
    if value is None and column.nulls:
        return None
    if column.kind == "int" and isinstance(value, int) and not isinstance(value, bool) and abs(value) < _WHOLE:
        return value
    if column.kind == "float" and isinstance(value, int | float) and not isinstance(value, bool) and _finite(value):
        return float(value)
    if column.kind == "text" and isinstance(value, str):
        return value
    raise BadInput(f"Line {number}: {name} is {json.dumps(value)[:40]}, which is not of kind {column.kind}.")


def _finite(value: float) -> bool:
    try:
        return math.isfinite(value)
    except OverflowError:
        return False
