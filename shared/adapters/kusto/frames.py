"""The frames of an answer of the v2 query protocol become one whole table or an error.

Source: "Query V2 HTTP response" of the Kusto REST API. A table comes as one `DataTable`, or, progressive or fragmented,
as `TableHeader`, `TableFragment` (append or replace), `TableProgress`, `TableCompletion`. A status of 200 does not
mean success: errors may be in rows, in the table's completion, or in the `DataSetCompletion` at the end.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from shared.adapters.kusto.faults import partial_fault
from shared.core.errors import Transient
from shared.core.wording import counted

_PRIMARY, _COMPLETION = "PrimaryResult", "QueryCompletionInformation"
_ERROR_LEVEL = 2


@dataclass(frozen=True, slots=True)
class Answer:
    """One whole table."""

    columns: tuple[str, ...]
    rows: Sequence[Sequence[Any]]

    def single(self) -> dict[str, Any]:
        """Return the only row, by column; Transient when there is none or several."""
        if len(self.rows) != 1:
            raise Transient(f"Azure Data Explorer returned {counted(len(self.rows), 'row')}; one row was expected.")
        return dict(zip(self.columns, self.rows[0], strict=True))


@dataclass(slots=True)
class _Table:
    kind: str
    columns: tuple[str, ...]
    rows: list[Any]
    whole: bool


def read_answer(frames: Any, where: str) -> Answer:
    """Return the primary table; TooLarge, Transient or Permanent when the answer is incomplete."""
    if not isinstance(frames, list) or not frames or not all(isinstance(frame, dict) for frame in frames):
        raise Transient(f"{where} gave an answer that does not follow the query protocol.")
    if frames[0].get("FrameType") != "DataSetHeader" or not str(frames[0].get("Version", "")).startswith("v2"):
        raise Transient(f"{where} gave an answer that does not begin with version 2 of the query protocol.")
    tables: dict[int, _Table] = {}
    for frame in frames[1:]:
        _take(frame, tables, where)
    if frames[-1].get("FrameType") != "DataSetCompletion":
        raise Transient(f"{where} gave an answer without its end frame.")
    _check_information(tables, where)
    return _primary(tables, where)


def _take(frame: Mapping[str, Any], tables: dict[int, _Table], where: str) -> None:
    kind, number = frame.get("FrameType"), frame.get("TableId", -1)
    if kind in ("DataTable", "TableHeader"):
        names = tuple(column["ColumnName"] for column in frame["Columns"])
        tables[number] = _Table(frame["TableKind"], names, [], whole=kind == "DataTable")
        _add(tables[number], frame, where)
    elif kind == "TableFragment":
        _add(_known(tables, number, where), frame, where)
    elif kind == "TableCompletion":
        _complete(_known(tables, number, where), frame, where)
    elif kind == "DataSetCompletion" and (frame.get("HasErrors") or frame.get("Cancelled")):
        raise partial_fault(frame.get("OneApiErrors") or [], where)


def _known(tables: Mapping[int, _Table], number: int, where: str) -> _Table:
    if number not in tables:
        raise Transient(f"{where} sent a fragment of a table that it did not announce.")
    return tables[number]


def _add(table: _Table, frame: Mapping[str, Any], where: str) -> None:
    rows = frame.get("Rows", [])
    # Errors that are reported within the data take the place of a row.
    if broken := [row for row in rows if isinstance(row, dict)]:
        raise partial_fault([error for row in broken for error in row.get("OneApiErrors", [row])], where)
    if frame.get("TableFragmentType") == "DataReplace":
        table.rows.clear()
    table.rows.extend(rows)


def _complete(table: _Table, frame: Mapping[str, Any], where: str) -> None:
    if frame.get("OneApiErrors"):
        raise partial_fault(frame["OneApiErrors"], where)
    if frame.get("RowCount") != len(table.rows):
        raise Transient(f"{where} announced {frame.get('RowCount')} and sent {counted(len(table.rows), 'row')}.")
    table.whole = True


def _check_information(tables: Mapping[int, _Table], where: str) -> None:
    for table in tables.values():
        if table.kind == _COMPLETION and {"Level", "Payload"} <= set(table.columns):
            rows = [dict(zip(table.columns, row, strict=True)) for row in table.rows]
            if wrong := [str(row["Payload"]) for row in rows if row["Level"] <= _ERROR_LEVEL]:
                raise partial_fault([{"error": {"code": "QueryFailed", "@message": "; ".join(wrong)}}], where)


def _primary(tables: Mapping[int, _Table], where: str) -> Answer:
    found = [table for table in tables.values() if table.kind == _PRIMARY]
    if len(found) != 1 or not found[0].whole:
        raise Transient(f"{where} gave an answer without a complete table.")
    if any(len(row) != len(found[0].columns) for row in found[0].rows):
        raise Transient(f"{where} gave rows with more or fewer cells than the table has columns.")
    return Answer(found[0].columns, found[0].rows)
