"""Cells are taken for numbers, times or texts, and words for missing cells are told from values."""

from __future__ import annotations

import pyarrow as pa
import pytest

from local.authoring.cells import guess_column
from shared.core.errors import BadInput

KINDS = {
    "whole numbers": (["1", "-2", "+3"], "int", None),
    "numbers": (["1.5", "2", "-3e4"], "float", None),
    "whole numbers as data frames write them beside missing cells": (["1.0", "2.0", None], "float", None),
    "numbers with zeros before them, which name things": (["007", "12", "3"], "text", None),
    "days": (["2024-01-31", "2024-02-01"], "time", None),
    "times with an offset": (["2024-01-31T06:00:00+01:00", "2024-02-01T07:00:00Z"], "time", None),
    "times as Americans write them": (["01/31/2015 06:00:00 AM", "02/01/2015 07:00:00 PM"], "time", None),
    "texts": (["a", "b", "NA"], "text", None),
    "numbers beside a usual word for missing": (["1", "2", "NA"], "int", None),
    "numbers beside a word of their own": (["1", "2", "3", "?"], "int", ("?",)),
    "numbers beside any word that comes again": (["1", "2", "3", "4", "5", "soon", "soon"], "int", ("soon",)),
    "numbers beside a typing error": (["1", "2", "3", "4", "5", "l7"], "text", None),
    "numbers beside one that stands for missing": (["-999", "-999", *"123456789"], "int", ("-999",)),
    "a number of nines among its like": (["-99", "-99", "-101", "-80", "4"], "int", None),
    "texts beside a question mark": (["red", "blue", "green", "?"], "text", ("?",)),
}


@pytest.mark.parametrize("name", KINDS)
def test_the_kind_and_the_missing_words(name: str) -> None:
    """Of each form that files come in."""
    cells, kind, missing = KINDS[name]
    column = guess_column("x", pa.chunked_array([pa.array(cells)])).column
    assert (column.kind, column.missing) == (kind, missing)
    assert column.nulls == (None in cells or missing is not None or "numbers beside a usual word" in name)


def test_a_decimal_comma_is_refused_with_the_form_that_is_read() -> None:
    """The reader of every later file takes no other."""
    with pytest.raises(
        BadInput, match=r"'x' has numbers with a comma, such as '1\.234,5' \(2 rows\); accepted: numbers"
    ):
        guess_column("x", pa.chunked_array([["1.234,5", "2,5", "7", "-"]]))


def test_dates_that_no_reader_takes_are_named() -> None:
    """They stay texts, and one of them is shown."""
    guess = guess_column("x", pa.chunked_array([["31.01.2024", "01.02.2024"]]))
    assert guess.column.kind == "text"
    assert guess.problem == "holds dates such as '31.01.2024', which are text here; accepted as times: 2015-01-31"


def test_a_typing_error_among_numbers_is_named() -> None:
    """The column would be a text of many values for one cell; ids with zeros before them stay what they are."""
    numbers = [str(number) for number in range(99)]
    guess = guess_column("x", pa.chunked_array([[*numbers, "l7"]]))
    assert (
        guess.problem
        == "holds numbers and 1 cell such as 'l7': it is text until they are corrected, or declared as missing"
    )
    assert not guess_column("x", pa.chunked_array([[*(f"0{number}" for number in numbers), "A7"]])).problem
