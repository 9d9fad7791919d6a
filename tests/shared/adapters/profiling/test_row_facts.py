"""Facts about rows in their order, found block by block."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.adapters.profiling import ArrowProfiles
from shared.adapters.profiling.runs import LongestRun
from shared.datasets.rows import TableRows

VALUES = st.lists(st.none() | st.integers(0, 2), max_size=40)


@settings(max_examples=20, deadline=None)
@given(whole=VALUES, numbers=VALUES, block=st.integers(1, 9))
def test_blocks_do_not_change_the_facts(whole: list[int | None], numbers: list[int | None], block: int) -> None:
    """Runs, repeated rows and the sketch of rows are those of the table at once, whatever the size of a block."""
    rows = min(len(whole), len(numbers))
    floats = [None if one is None else one / 4 for one in numbers[:rows]]
    table = pa.table({"n": pa.array(whole[:rows], pa.int64()), "x": pa.array(floats, pa.float64())})
    assert ArrowProfiles().rows(TableRows(table, block)) == ArrowProfiles().rows(table)
    runs = ArrowProfiles().runs(TableRows(table, block))
    assert {name: (run.length, run.row, run.value) for name, run in runs.items()} == {
        name: found for name in ("n", "x") if (found := _longest(table[name].to_pylist())) is not None
    }


def _longest(values: list[float | None]) -> tuple[int, int, float] | None:
    best = None
    for start, value in enumerate(values):
        end = start
        while end < len(values) and values[end] == value:
            end += 1
        if value is not None and (best is None or end - start > best[0]):
            best = (end - start, start + 1, value)
    return best


def test_more_distinct_values_than_are_kept_are_estimated() -> None:
    """Within a few standard errors of 1.6 %."""
    run = LongestRun(keep=1_000)
    for values in np.arange(200_000, dtype=np.float64).reshape(20, -1):
        run.add(values)
    found = run.done()
    assert found is not None
    assert abs(found.distinct - 200_000) < 0.07 * 200_000
    assert (found.length, found.row) == (1, 1)
