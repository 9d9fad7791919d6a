"""Telemetry messages as a machine sends them, one JSON object each, unpacked into the columns of a table."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.json_lines import read_objects
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

    columns = {column.name: column for column in table.columns}
    rows = [
        {name: _value(columns, name, value, number) for name, value in message.items()}
        for number, message in read_objects(path)
    ]
    names = {name for row in rows for name in row}
    kinds = {"float": pa.float64(), "int": pa.int64(), "text": pa.string()}
    shown = [column for column in table.columns if column.name in names or not column.optional]
    return pa.table(
        {column.name: pa.array([row.get(column.name) for row in rows], kinds[column.kind]) for column in shown}
    )


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
