"""Rows with how often their counter has started again, counted block by block."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from shared.datasets.label_runs import RESTART

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from shared.datasets.rows import Rows

RESTARTS = "__restarts__"


@dataclass(frozen=True, slots=True)
class Restarted:
    """Rows with a column of the restarts up to each; the rows may tell them in a column of their own."""

    rows: Rows
    counter: str

    @property
    def num_rows(self) -> int:
        """How many rows there are."""
        return self.rows.num_rows

    @property
    def schema(self) -> pa.Schema:
        """The columns of the rows, and the restarts."""
        return self.rows.schema.append(pa.field(RESTARTS, pa.int64()))

    def blocks(self, columns: Sequence[str] | None = None) -> Iterator[pa.Table]:
        """These columns, the restarts among them where they are named."""
        wanted = self.schema.names if columns is None else list(columns)
        source = RESTART if self._told() else self.counter if self.counter in self.rows.schema.names else ""
        needed = dict.fromkeys([*(name for name in wanted if name != RESTARTS), *([source] if source else ())])
        state = _Counting(told=source == RESTART)
        for block in self.rows.blocks(list(needed)):
            found = state.then(block.column(source)) if source else np.zeros(block.num_rows, np.int64)
            yield block.append_column(RESTARTS, pa.array(found)).select(wanted)

    def first_after(self, restarts: int) -> int | None:
        """The first row that more restarts come before; None without one."""
        start = 0
        for block in self.blocks([*self.rows.schema.names[:1], RESTARTS]):
            after = np.flatnonzero(block.column(RESTARTS).to_numpy() > restarts)
            if len(after):
                return start + int(after[0])
            start += block.num_rows
        return None

    @property
    def last(self) -> int:
        """The restarts before the last row."""
        return restarts_of(self.rows, self.counter)

    def _told(self) -> bool:
        if RESTART not in self.rows.schema.names:
            return False
        return not any(block.column(RESTART).null_count for block in self.rows.blocks([RESTART]))


class _Counting:
    """The restarts of rows that come block by block."""

    def __init__(self, *, told: bool) -> None:
        self._told = told
        self._last: int | float | None = None
        self._restarts = 0

    def then(self, column: pa.ChunkedArray) -> NDArray[np.int64]:
        """The restarts up to each of the rows that follow."""
        numbers = column.to_numpy()
        if self._told or not len(numbers):
            return np.asarray(numbers, np.int64)
        before = numbers[0] if self._last is None else self._last
        found = self._restarts + np.cumsum(np.diff(numbers, prepend=before) < 0)
        self._last, self._restarts = numbers[-1], int(found[-1])
        return np.asarray(found, np.int64)


def restarts_of(rows: Rows, counter: str) -> int:
    """The restarts before the last row."""
    last = 0
    for block in Restarted(rows, counter).blocks([*rows.schema.names[:1], RESTARTS]):
        last = int(block.column(RESTARTS)[-1].as_py()) if block.num_rows else last
    return last
