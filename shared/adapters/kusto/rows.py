"""Messages become rows of a table: in the order of ingestion, in declared types, no value turned to null unnoticed."""

from __future__ import annotations

import json
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from shared.adapters.kusto.frames import Answer
from shared.adapters.kusto.query_texts import INGESTED, ODD
from shared.adapters.tables.kinds import TYPES, from_text
from shared.adapters.tables.origin import Origin
from shared.core.errors import Permanent, Quarantined
from shared.core.scenario import Column, Kind

# Finer than the service's times.
_INGESTED = pa.timestamp("ns", "UTC")


def parse_time(text: str) -> datetime:
    """Return a time of the service, which has tenths of microseconds, cut to microseconds."""
    return datetime.fromisoformat(text).astimezone(UTC)


def read_rows(answer: Answer, columns: Sequence[Column], time: str) -> pa.Table:
    """Return the rows by ingestion time, then by the column `time`, then by content: equal rows give an equal table."""
    names = (INGESTED, *(column.name for column in columns), ODD)
    if answer.columns != names:
        raise Permanent(
            f"Azure Data Explorer returned the columns {', '.join(answer.columns)[:200]}; others were requested."
        )
    cells = dict(zip(names, zip(*answer.rows, strict=True), strict=True)) if answer.rows else dict.fromkeys(names, ())
    odd = {place: json.loads(text) for place, text in enumerate(cells[ODD]) if text}
    try:
        typed = {column.name: _column(cells[column.name], column, odd) for column in columns}
        typed[INGESTED] = pa.array(cells[INGESTED], pa.string()).cast(_INGESTED)
    except (pa.ArrowException, ValueError, TypeError) as error:
        raise Permanent(f"Azure Data Explorer returned values that do not fit their types: {error}") from error
    whole = pa.table(typed)
    first = [INGESTED, *([time] if time in typed else [])]
    rest = [name for name in typed if name not in first]
    kept = [column.name for column in columns if not (column.optional and typed[column.name].null_count == len(whole))]
    return whole.take(pc.sort_indices(whole, [(name, "ascending") for name in (*first, *rest)])).select(kept)


def _column(values: Sequence[Any], column: Column, odd: Mapping[int, Mapping[str, Any]]) -> pa.Array:
    """Return the cells in their type, or as text where a message has a value of another type, which scoring refuses."""
    found = {place: message.get(column.name) for place, message in odd.items()}
    raw = {place: value for place, value in found.items() if not _fits(value, values[place], column.kind)}
    if column.kind == "float":
        values = [_number(value) for value in values]
    if raw:
        return _strict_text([_text(raw.get(place, value)) for place, value in enumerate(values)], column)
    if column.kind == "time":
        return pa.array(values, pa.string()).cast(_INGESTED).cast(TYPES["time"], safe=False)
    return pa.array(values, TYPES[column.kind])


def _fits(sent: Any, read: Any, kind: Kind) -> bool:
    """Return whether the value that a message has is the value that the query read."""
    if sent is None or kind == "text":
        return True
    number = isinstance(sent, int if kind == "int" else (int, float)) and not isinstance(sent, bool)
    return read is not None and (kind == "time" or number)


def _strict_text(texts: Sequence[str | None], column: Column) -> pa.ChunkedArray:
    """Read the texts as strictly as those of a file; return them unchanged when they cannot be read."""
    cells = pa.chunked_array([pa.array(texts, pa.string())])
    try:
        return from_text(cells, column, Origin("", ""))
    except Quarantined:
        return cells


def _text(value: Any) -> str | None:
    return value if value is None or isinstance(value, str) else json.dumps(value)


def _number(value: Any) -> float | None:
    # JSON has no NaN: the service writes it and the infinities as words.
    number = None if value is None else float(value)
    return None if number is not None and math.isnan(number) else number


def without(table: pa.Table, known: Counter[tuple[str, ...]]) -> pa.Table:
    """Return the rows that are not known; each known row removes one equal row."""
    kept = []
    for row in keys_of(table):
        kept.append(known[row] <= 0)
        known[row] -= 1
    return table.filter(pa.array(kept, pa.bool_()))


def keys_of(table: pa.Table) -> list[tuple[str, ...]]:
    """Return each row's content, comparable whatever the types of its cells and whichever empty columns are missing."""
    names = table.column_names
    return [
        tuple(f"{name}={cell}" for name, cell in zip(names, row, strict=True) if cell is not None)
        for row in zip(*(column.to_pylist() for column in table.columns), strict=True)
    ]
