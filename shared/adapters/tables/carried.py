"""Columns that no contract declares, carried beside each prediction as one JSON text."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping

import pyarrow as pa

from shared.adapters.tables.header import extra_columns
from shared.core.scenario import Column, Table
from shared.serving.prediction_rows import CARRIED


def carried_columns(names: Iterable[str], table: Table) -> list[Column]:
    """The columns of a file that are carried, as text in which only an empty cell is missing."""
    extra = extra_columns(names, table) if table.carries else []
    return [Column(name, "text", nulls=True, missing=()) for name in extra]


def with_carried(checked: pa.Table, columns: Mapping[str, pa.ChunkedArray], table: Table) -> pa.Table:
    """The table with a last column of what is carried, null where a row has none of it."""
    if not table.carries:
        return checked
    extra = {name: columns[name].to_pylist() for name in extra_columns(columns, table)}
    rows = [_text(dict(zip(extra, row, strict=True))) for row in zip(*extra.values(), strict=True)]
    carried = pa.array(rows, pa.string()) if extra else pa.nulls(checked.num_rows, pa.string())
    return checked.append_column(CARRIED, carried)


def _text(row: Mapping[str, str | None]) -> str | None:
    there = {name: value for name, value in row.items() if value is not None}
    return json.dumps(there, ensure_ascii=False) if there else None
