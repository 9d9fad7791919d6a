"""The files that a scenario is written from, read by the strict reader that will read every later drop."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pyarrow as pa
from pyarrow import parquet as pq

from shared.core.errors import BadInput, Quarantined
from shared.core.scenario import Column, Table
from shared.core.wording import counted
from shared.datasets.ports import Tables

# Unnamed row indexes, which the reader drops.
_INDEX = re.compile(r"|Unnamed: 0(\.\d+)*|__index_level_\d+__")
_NUMBER = re.compile(r"\s*[+-]?\d+([.,]\d+)?\s*")
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Source:
    """The files of one table, and their cells: texts of a CSV file, stored values of a Parquet file.

    `nameless`: the places, from 1, of columns that are not read because they have no name. A row index is none of them.
    """

    files: tuple[Path, ...]
    cells: pa.Table
    nameless: tuple[int, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """The columns in the order of the first file."""
        return tuple(self.cells.column_names)


def open_source(tables: Tables, files: Sequence[Path]) -> Source:
    """The files as one table of cells; BadInput when one cannot be read, is named twice or differs from the first."""
    _refuse_twice(files)
    headers = [_header(tables, file) for file in files]
    names = [tuple(name for name in header if not _INDEX.fullmatch(name)) for header in headers]
    for file, found in zip(files[1:], names[1:], strict=True):
        _refuse_other_columns(files[0], names[0], file, found)
    parts = [_read(tables, file, _as_cells(file, names[0])) for file in files]
    kinds = {str(part.schema) for part in parts}
    if len(kinds) > 1:
        raise BadInput(
            f"{files[0].name} and the other files store their columns as different types; "
            "accepted: files of one format."
        )
    nameless = {place for header in headers for place, name in enumerate(header, 1) if not name and place > 1}
    return Source(tuple(files), pa.concat_tables(parts), tuple(sorted(nameless)))


def read_rows(tables: Tables, source: Source, table: Table) -> pa.Table:
    """The rows under the contract of the table; BadInput when they break it."""
    parts = [_read(tables, file, table) for file in source.files]
    try:
        return tables.check(parts, table)
    except Quarantined as fault:
        raise BadInput(fault.reason) from None


def _header(tables: Tables, file: Path) -> tuple[str, ...]:
    if file.is_dir():
        raise BadInput(f"{file} is a folder; accepted: CSV or Parquet files.")
    if not file.is_file():
        raise BadInput(f"There is no file {file}; accepted: a CSV or Parquet file.")
    names = _reading(file, lambda stream: tables.header(stream, file.name))
    if not names:
        # The reader says why it finds no header.
        _read(tables, file, Table("rows", (Column("?", "text"),)))
    if any(_NUMBER.fullmatch(name) for name in names):
        raise BadInput(f"{file.name} has no header: its first line holds data; accepted: a first line of column names.")
    return tuple(names)


def _refuse_twice(files: Sequence[Path]) -> None:
    """Refuse the same file under another name too: each of its rows would count twice."""
    for place, file in enumerate(files):
        for other in files[:place]:
            if file.exists() and other.exists() and file.samefile(other):
                names = f"{file}" if str(file) == str(other) else f"{other} and {file}"
                raise BadInput(f"{names}: the same file is named twice; accepted: each file once.")


def _refuse_other_columns(first: Path, names: Sequence[str], file: Path, found: Sequence[str]) -> None:
    for one, here, other, there in ((first, names, file, found), (file, found, first, names)):
        only = [name for name in here if name not in there]
        if only:
            listed = ", ".join(map(repr, only[:_SHOWN])) + (" …" if len(only) > _SHOWN else "")
            raise BadInput(
                f"{one.name} has {counted(len(only), 'column')} that {other.name} lacks ({listed}); "
                "accepted: files of one table, with the same columns."
            )


def _as_cells(file: Path, names: Sequence[str]) -> Table:
    """A contract that takes every cell as it is."""
    stored = pq.read_schema(file) if file.suffix.lower() == ".parquet" else None
    columns = (Column(name, _stored_kind(stored, name), nulls=True, optional=True, missing=()) for name in names)
    return Table("rows", tuple(columns), min_rows=1, extra="ignore")


def _stored_kind(schema: Any, name: str) -> Any:
    """The kind that can hold what Parquet stores; of a CSV file, and of what the reader is to refuse, text."""
    stored = schema.field(name).type if schema is not None else pa.string()
    stored = stored.value_type if pa.types.is_dictionary(stored) else stored
    if pa.types.is_integer(stored):
        return "int"
    if pa.types.is_floating(stored) or pa.types.is_decimal(stored):
        return "float"
    return "time" if pa.types.is_timestamp(stored) or pa.types.is_date(stored) else "text"


def _read(tables: Tables, file: Path, table: Table) -> pa.Table:
    return _reading(file, lambda stream: tables.read(stream, file.name, table))


def _reading[Result](file: Path, read: Callable[[BinaryIO], Result]) -> Result:
    """What is read from the file; BadInput when it cannot be, for whoever named it can name another."""
    try:
        with file.open("rb") as stream:
            return read(stream)
    except Quarantined as fault:
        raise BadInput(fault.reason) from None
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}; accepted: a CSV or Parquet file.") from None
