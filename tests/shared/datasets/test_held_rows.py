"""Rows in blocks: how many there are does not hang on the columns that are read, nor on the disk's room."""

from __future__ import annotations

import errno
import gc
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from shared.core.errors import Transient
from shared.datasets.rows import ChosenRows, JoinedRows, MaskedRows, Rows, whole
from shared.datasets.spool import Spool
from shared.datasets.stored_rows import held_rows

DESCRIPTORS = Path("/proc/self/fd")


@pytest.mark.parametrize("most", [0, 1 << 20])
def test_a_part_without_a_column_has_as_many_rows_as_with_it(most: int) -> None:
    """In memory and on the disk: such a column is null in each of its rows."""
    whole_part = held_rows([pa.table({"a": [1, 2, 3], "b": ["x", "y", "z"]})], most)
    other = held_rows([pa.table({"b": ["p", "q"]})], most)
    parts: list[Rows] = [whole_part, other]
    assert whole(JoinedRows(parts, widened=True), ["a"]).column("a").to_pylist() == [1, 2, 3, None, None]
    masked = [whole_part, MaskedRows(other, np.array([False, True]))]
    assert whole(JoinedRows(masked), ["a"]).column("a").to_pylist() == [1, 2, 3, None]
    assert sum(block.num_rows for block in ChosenRows(other, ()).blocks()) == 2


def _opened() -> int:
    return len(list(DESCRIPTORS.iterdir()))


@pytest.mark.skipif(not DESCRIPTORS.is_dir(), reason="open files are counted there")
def test_a_full_disk_is_transient_and_leaves_no_file_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is full at some write, or before there is a file at all."""
    table = pa.table({"a": np.arange(20_000), "b": [str(number) for number in range(20_000)]})
    # What a first time opens stays open.
    held_rows([table], 0)
    # Files that tests before it left behind close whenever they are collected.
    gc.collect()
    before, real = _opened(), os.write

    def full_after(most: int) -> Callable[[int, bytes], int]:
        room = most

        def write(descriptor: int, data: bytes) -> int:
            nonlocal room
            room -= len(data)
            if room < 0:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
            return real(descriptor, data)

        return write

    for most in (0, 10_000):
        with monkeypatch.context() as disk:
            disk.setattr(os, "write", full_after(most))
            with pytest.raises(Transient, match="is full; this work is tried again"):
                held_rows(table.to_batches(1000), 0)
    rows = held_rows([table], 0)
    next(iter(rows.blocks(["a"])))
    del rows
    # What pytest keeps of the refusals holds them, too.
    gc.collect()
    assert _opened() <= before
    with monkeypatch.context() as disk:
        # As on a process's first look for a folder: none takes a file.
        disk.setattr(tempfile, "tempdir", None)
        disk.setattr(os, "write", full_after(0))
        with pytest.raises(Transient, match="No folder for temporary files takes one"):
            Spool()
