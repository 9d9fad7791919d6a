"""The strict table reader: CSV and Parquet under a declared contract, and canonical Parquet out.

Nothing is guessed. A file is read as its contract says, or refused with a code and a sentence that names the file, the
line of a CSV file or the row of a Parquet file (counted from 1), and the column. Rules beyond the contract:

* A `sep=` line before the header, Control-Z, blank lines and rows of empty cells at the end are taken off.
* CSV is UTF-8 by RFC 4180 with commas or semicolons and one kind of line end; `.csv` and `.parquet` are known, and
  `.csv.gz` and `.csv.zst`, which are unpacked as they are read.
* Columns may come in any order; unnamed row indexes are dropped; another unknown column is refused,
  ignored or carried, as `Table.extra` says.
* Missing is an empty cell, or a word that says so (`Column.missing`).
* NaN and infinities are refused; only in Parquet, and where nulls are allowed, NaN is a missing number.
* A header (or Parquet schema) without rows is a table only where the contract's `min_rows` is 0.
* A time lies ahead of our clock by no more than its column allows.
* A whole number may be written 5 or 5.0; where it names rows, not with zeros before it (007 is another id than 7).
* Times are ISO 8601 or month/day/year with AM or PM, one form per column.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, BinaryIO

from shared.adapters.tables.limits import Limits
from shared.adapters.tables.origin import Origin
from shared.adapters.tables.packed import ending_of, packing_of
from shared.core.errors import Quarantined
from shared.core.scenario import Table

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.core.ports import Clock
    from shared.datasets.rejects import Rejects

__all__ = ["ArrowTables", "Limits", "header_of"]


class ArrowTables:
    """Port `Tables` on Arrow, which the first file imports."""

    def __init__(self, limits: Limits | None = None, clock: Clock = lambda: datetime.now(UTC)) -> None:
        self._limits = limits or Limits()
        self._clock = clock

    def read(self, source: BinaryIO, name: str, table: Table, rejects: Rejects | None = None) -> pa.Table:
        """The file as an Arrow table in the contract's column order; Quarantined when it breaks the contract."""
        from shared.adapters.tables.cells import by_contract
        from shared.adapters.tables.csv import read_csv
        from shared.adapters.tables.packed import unpacked
        from shared.adapters.tables.parquet import read_parquet
        from shared.adapters.tables.raw import read_bytes

        origin, limits = self._origin(name, table), self._limits.in_memory
        read = {"csv": read_csv, "parquet": read_parquet}[_ending(name, origin)]
        if rejects is not None and rejects.policy.any:
            return self._without_rejects(source, limits, origin, table, rejects)
        data = read_bytes(unpacked(source, limits, origin), limits, origin)
        here, columns = read(data, table, limits, origin)
        rows = len(next(iter(columns.values())))
        return by_contract(columns, rows, table, limits, here)

    def _origin(self, name: str, table: Table) -> Origin:
        return Origin(name, table.name, now=self._clock(), naming=table.naming)

    @staticmethod
    def _without_rejects(source: BinaryIO, limits: Limits, origin: Origin, table: Table, rejects: Rejects) -> pa.Table:
        import pyarrow as pa

        from shared.adapters.tables.stream import stream

        return pa.Table.from_batches(list(stream(source, table, limits, origin, rejects)))

    def stream(
        self, source: BinaryIO, name: str, table: Table, rejects: Rejects | None = None
    ) -> Iterator[pa.RecordBatch]:
        """Yield the file in blocks of bounded memory; Quarantined at the block that breaks the contract.

        The rules are those of `read`, and the lines and rows in a refusal are those of the whole file.
        """
        from shared.adapters.tables.stream import stream

        origin = self._origin(name, table)
        _ending(name, origin)
        return stream(source, table, self._limits, origin, rejects)

    def header(self, source: BinaryIO, name: str) -> tuple[str, ...]:
        """The file's column names; empty when they cannot be read."""
        return header_of(source, name)

    def check(self, parts: Sequence[pa.Table], table: Table) -> pa.Table:
        """The parts as one table; Quarantined for too few rows, repeated keys or a column without any value."""
        from shared.adapters.tables.whole import join

        return join(parts, table)

    def check_stream(self, parts: Iterable[Iterable[pa.RecordBatch]], table: Table) -> Iterator[pa.RecordBatch]:
        """The batches of all parts as they come, and at their end Quarantined like `check`; keys lie on the disk."""
        from shared.adapters.tables.whole import check_stream

        return check_stream(parts, table)

    def write(self, table: pa.Table) -> bytes:
        """Canonical Parquet: equal tables give equal bytes; page checksums on."""
        from shared.adapters.tables.writer import write_parquet

        return write_parquet(table, self._limits.group_bytes)

    def write_blocks(self, blocks: Iterable[pa.RecordBatch | pa.Table], sink: BinaryIO) -> None:
        """The bytes of `write` for rows that come block by block; a group of rows is in memory."""
        from shared.adapters.tables.writer import write_blocks

        write_blocks(blocks, sink, self._limits.group_bytes)


_PACKED = {
    "zip": "a zip archive",
    "bz2": "compressed with bzip2",
    "xz": "compressed with xz",
    "7z": "a 7z archive",
    "xlsx": "an Excel workbook",
    "xls": "an Excel workbook",
}


_KNOWN = ".csv, .csv.gz, .csv.zst or .parquet"


def header_of(source: BinaryIO, name: str) -> tuple[str, ...]:
    """Return the column names of a CSV or Parquet file of any scenario; () when they cannot be read."""
    from shared.adapters.tables.header import split_header
    from shared.adapters.tables.packed import unpacked
    from shared.adapters.tables.parquet import parquet_names
    from shared.adapters.tables.raw import decoded
    from shared.adapters.tables.tidying import skip_hint

    origin, limits = Origin(name, ""), Limits()
    try:
        if _ending(name, origin) == "parquet":
            return parquet_names(source, origin)
        text = unpacked(source, limits, origin)
        skip_hint(text)
        line = decoded(text.readline(limits.header_bytes), origin)
    except Quarantined:
        return ()
    return split_header(line.decode("utf-8").rstrip("\r\n"))


def _ending(name: str, origin: Origin) -> str:
    """Return csv or parquet: what is in the file, also where it is packed."""
    ending = ending_of(name)
    if ending in _PACKED:
        problem = f"the name says that it is {_PACKED[ending]}"
        raise origin.refusal("file_type", problem, f"the uncompressed file, as {_KNOWN}")
    if ending not in ("csv", "parquet") or (ending == "parquet" and packing_of(name)):
        raise origin.refusal("file_type", f"the ending {ending!r} is not known", f"files that end in {_KNOWN}")
    return ending
