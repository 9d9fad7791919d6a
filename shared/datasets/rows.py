"""Rows of a table wherever they lie, in blocks that memory holds."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    import pyarrow as pa
    from numpy.typing import NDArray

BLOCK_ROWS = 1 << 16


class Rows(Protocol):
    """The rows of a table, which can be read again and again, by several threads at once."""

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        ...

    @property
    def schema(self) -> pa.Schema:
        """The names and types of the columns."""
        ...

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """These columns (all of them) of all rows in order, at least one block, also of no rows."""
        ...


@dataclass(frozen=True, slots=True)
class TableRows:
    """The rows of a table in memory."""

    table: pa.Table
    block: int = BLOCK_ROWS

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return int(self.table.num_rows)

    @property
    def schema(self) -> pa.Schema:
        """The names and types of the columns."""
        return self.table.schema

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """These columns in slices of the table."""
        for start in range(0, max(self.num_rows, 1), self.block):
            # Sliced first: a slice of a table without columns does not know how many rows there are.
            block = self.table.slice(start, self.block)
            yield block if columns is None else block.select(list(columns))


@dataclass(frozen=True, slots=True)
class JoinedRows:
    """The rows of several parts of one table, one after the other.

    Types that differ are refused, or, with `widened`, become one that holds the values of all parts.
    """

    parts: Sequence[Rows]
    widened: bool = False

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return sum(part.num_rows for part in self.parts)

    @property
    def schema(self) -> pa.Schema:
        """The names and types of the columns of all parts."""
        import pyarrow as pa

        options = "permissive" if self.widened else "default"
        return pa.unify_schemas([part.schema for part in self.parts], promote_options=options)

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """These columns of each part; a column that a part lacks is missing there."""
        import pyarrow as pa

        wanted = named(self.schema, columns)
        for part in self.parts:
            there = [name for name in wanted.names if name in part.schema.names]
            for block in part.blocks(there):
                lacking = (name for name in wanted.names if name not in there)
                for name in lacking:
                    block = block.append_column(wanted.field(name), pa.nulls(block.num_rows, wanted.field(name).type))  # noqa: PLW2901
                chosen = block.select(wanted.names)
                yield chosen.cast(wanted) if self.widened else chosen


@dataclass(frozen=True, slots=True)
class MaskedRows:
    """The rows that a mask (rows,) leaves."""

    rows: Rows
    mask: NDArray[np.bool_]

    @property
    def num_rows(self) -> int:
        """How many rows are left."""
        return int(self.mask.sum())

    @property
    def schema(self) -> pa.Schema:
        """The names and types of the columns."""
        return self.rows.schema

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """These columns of the rows that are left."""
        import pyarrow as pa

        start = 0
        for block in self.rows.blocks(columns):
            yield block.filter(pa.array(self.mask[start : start + block.num_rows]))
            start += block.num_rows


@dataclass(frozen=True, slots=True)
class ChosenRows:
    """All rows, but of these columns only: what others hold is not read."""

    rows: Rows
    names: tuple[str, ...]

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return self.rows.num_rows

    @property
    def schema(self) -> pa.Schema:
        """The names and types of the chosen columns."""
        return named(self.rows.schema, self.names)

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """These of the chosen columns."""
        wanted = list(self.names if columns is None else columns)
        for block in self.rows.blocks(wanted):
            yield block.select(wanted)


@dataclass(frozen=True, slots=True)
class WithColumn:
    """The rows with a column of whole numbers at their end, in place of one of that name."""

    rows: Rows
    name: str
    values: NDArray[np.int64]

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return self.rows.num_rows

    @property
    def schema(self) -> pa.Schema:
        """The names and types of the columns, the added one last."""
        import pyarrow as pa

        return named(self.rows.schema, self._others()).append(pa.field(self.name, pa.int64()))

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """These columns of all rows in order."""
        import pyarrow as pa

        wanted = [*self._others(), self.name] if columns is None else list(columns)
        # A table without columns would not know how many rows it has.
        read = [name for name in wanted if name != self.name] or self._others()[:1]
        start = 0
        for block in self.rows.blocks(read):
            found = pa.array(self.values[start : start + block.num_rows], pa.int64())
            start += block.num_rows
            yield block.append_column(self.name, found).select(wanted)

    def _others(self) -> list[str]:
        return [name for name in self.rows.schema.names if name != self.name]


def as_rows(rows: Rows | pa.Table) -> Rows:
    """The rows of a table in memory like any others."""
    return rows if hasattr(rows, "blocks") else TableRows(rows)


def whole(rows: Rows | pa.Table, columns: Sequence[str] | None = None) -> pa.Table:
    """These columns of all rows in memory."""
    import pyarrow as pa

    return pa.concat_tables(as_rows(rows).blocks(columns))


def named(schema: pa.Schema, columns: Sequence[str] | None) -> pa.Schema:
    """The schema of these columns; None: of all."""
    import pyarrow as pa

    return schema if columns is None else pa.schema([schema.field(name) for name in columns])
