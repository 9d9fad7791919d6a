"""Every fault of the matrix has a test that is marked with it."""

from __future__ import annotations

import re
from pathlib import Path

from fault_matrix import ROWS, table

MARK = re.compile(r"@pytest\.mark\.fault\(([\d, ]+)\)")
HERE = Path(__file__).parent


def marked() -> set[int]:
    """The rows that any test is marked with."""
    found = (mark for file in HERE.rglob("test_*.py") for mark in MARK.findall(file.read_text(encoding="utf-8")))
    return {int(number) for numbers in found for number in numbers.split(",")}


def test_every_fault_has_a_test() -> None:
    """76 rows, each with at least one, and no mark for a row that there is not."""
    assert len(ROWS) == 76
    assert {number: title for number, title in ROWS.items() if number not in marked()} == {}
    assert marked() <= set(ROWS)


def test_a_row_that_nobody_ran_is_said() -> None:
    """In the table of a run without any test."""
    lines = table({})
    assert len(lines) == 2 + len(ROWS)
    assert all("NONE RAN" in line for line in lines[2:])
