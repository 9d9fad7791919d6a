"""What is true of every row of a column: missing cells, the first value, and whether another one differs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.datasets.rows import Rows


@dataclass(frozen=True, slots=True)
class ColumnFacts:
    """Missing cells, the first value that there is (an Arrow scalar, None without any), whether others differ."""

    nulls: int = 0
    first: Any = None
    varies: bool = False

    @property
    def value(self) -> Any:
        """The first value."""
        return None if self.first is None else self.first.as_py()

    def then(self, column: pa.ChunkedArray) -> ColumnFacts:
        """The facts with the rows that follow."""
        nulls, first = self.nulls + column.null_count, self.first
        if self.varies or column.null_count == len(column):
            return replace(self, nulls=nulls)
        if first is None:
            first = column[0] if column[0].is_valid else column.drop_null()[0]
        return ColumnFacts(nulls, first, _differs(column, first))


Facts = Mapping[str, ColumnFacts]


def facts_of(rows: Rows | pa.Table) -> Facts:
    """The facts of every column; those of rows on the disk were found when they were written."""
    from shared.datasets.rows import as_rows

    known: Facts | None = getattr(rows, "facts", None)
    if known is not None:
        return known
    return joined(as_rows(rows).blocks())


def joined(blocks: Iterable[pa.Table]) -> Facts:
    """The facts of the rows of all blocks."""
    found: dict[str, ColumnFacts] = {}
    for block in blocks:
        found = with_block(found, block)
    return found


def with_block(facts: Facts, block: pa.Table | pa.RecordBatch) -> dict[str, ColumnFacts]:
    """The facts with the rows that follow."""
    names = block.schema.names
    return {name: facts.get(name, ColumnFacts()).then(block.column(name)) for name in names}


def _differs(column: pa.ChunkedArray, first: Any) -> bool:
    import pyarrow.compute as pc

    return bool(pc.any(pc.not_equal(column, first)).as_py())
