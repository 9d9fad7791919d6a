"""Rows of learned values and all other rows become the same matrix, and nothing strange is overlooked."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import examples
from world import POINTS

from shared.core.scenario import Column
from shared.serving.encoded_rows import EncodedRows
from shared.serving.request_decoding import NeedsFullParse, ParsedRequest, RequestDecoder
from shared.serving.rows.row_forms import form_of_learned
from shared.serving.strange_values import NOTHING, strange_of_rows
from shared.training.input_contract import Feature, InputContract
from shared.training.unlearned.learned_ranges import LearnedRanges

COLUMNS = (Column("x", "float", minimum=-5), Column("n", "int"), Column("color", "text"), Column("id", "int"))
SCENARIO = replace(
    POINTS,
    tables=(replace(POINTS.tables[0], columns=(*COLUMNS, Column("y", "text"))),),
    numeric=("x", "n"),
    request_fields=("x", "n", "color", "id"),
)
CODES = {"blue": 0.0, "red": 1.0, "a:b": 2.0}
CONTRACT = InputContract(
    (Feature("x", "number"), Feature("color", "category", tuple(CODES)), Feature("n", "number")), ("no", "yes")
)
LEARNED = LearnedRanges(CONTRACT, {"x": (0.1, 0.3), "n": (1.0, 5.0)})
DECODER = RequestDecoder(SCENARIO, LEARNED, 1000)
# Around the limits beyond which a number is far: -0.1 and 0.5 as float32, -3 and 9.
EDGES = [-0.1, math.nextafter(-0.1, -1), float(np.float32(-0.1)), 0.5, math.nextafter(0.5, 1), 9, 9.0000001, -3, 1e30]
NUMBERS = st.one_of(st.none(), st.sampled_from(EDGES), st.floats(-0.2, 0.6), st.integers(-4, 10))
ROW = st.fixed_dictionaries(
    {"x": NUMBERS, "n": NUMBERS, "color": st.sampled_from([None, "blue", "red", " red", "a:b", "green"])},
    optional={"id": st.integers(0, 9)},
)


def plain_matrix(rows: list[Mapping[str, Any]]) -> np.ndarray:
    """The matrix cell by cell."""

    def cells(row: Mapping[str, Any]) -> list[float]:
        code = CODES.get((row["color"] or "").strip(), -1.0)
        return [math.nan if row["x"] is None else row["x"], code, math.nan if row["n"] is None else row["n"]]

    return np.array([cells(row) for row in rows], dtype=np.float32)


def decoded(rows: list[Mapping[str, Any]]) -> ParsedRequest | NeedsFullParse:
    """The rows as the decoder reads them."""
    return DECODER.decode(json.dumps({"Inputs": {"data": rows}}).encode())


@settings(max_examples=examples(300), deadline=None)
@given(st.lists(ROW, min_size=1, max_size=4))
def test_both_forms_make_the_matrix_of_a_plain_encoding(rows: list[Mapping[str, Any]]) -> None:
    """Bit for bit, and rows of the learned form are those in which nothing is strange."""
    request = decoded(rows)
    if isinstance(request, NeedsFullParse):
        return
    found, plain = request.rows, plain_matrix(rows)
    assert isinstance(found, EncodedRows)
    assert found.matrix.tobytes() == plain.tobytes()
    assert list(found) == [{name: row[name] for name in CONTRACT.names} for row in rows]
    if found.learned is not None:
        as_any = EncodedRows(CONTRACT, plain, rows, lambda row: [row[name] for name in CONTRACT.names])
        assert found.learned is LEARNED
        assert strange_of_rows(as_any, LEARNED) == NOTHING


def test_usual_rows_have_the_learned_form() -> None:
    """Otherwise it would not be worth having; also with a field that the model does not take."""
    request = decoded([{"x": 0.2, "n": 3, "color": "red", "id": 1}, {"x": 0.25, "n": 4, "color": "blue"}])
    assert isinstance(request, ParsedRequest)
    assert isinstance(request.rows, EncodedRows)
    assert request.rows.learned is LEARNED


@pytest.mark.parametrize("change", [{"x": 99}, {"x": None}, {"color": "green"}, {"color": " red"}, {"color": None}])
def test_rows_with_anything_else_have_the_other_form(change: Mapping[str, Any]) -> None:
    """A far or missing number, and a category that is unknown, padded or missing."""
    request = decoded([{"x": 0.2, "n": 3, "color": "red"}, {"x": 0.2, "n": 3, "color": "red", **change}])
    assert isinstance(request, ParsedRequest)
    assert isinstance(request.rows, EncodedRows)
    assert request.rows.learned is None


@pytest.mark.parametrize("rows", [[{"x": 0.2, "n": 2.5, "color": "red"}], [{"x": -5.5, "n": 2, "color": "red"}]])
def test_what_the_contract_does_not_allow_fits_no_form(rows: list[Mapping[str, Any]]) -> None:
    """A fraction where whole numbers are declared, and a number below the declared least."""
    assert isinstance(decoded(rows), NeedsFullParse)


@pytest.mark.parametrize("count", [0, 1001])
def test_no_or_very_many_categories_have_no_learned_form(count: int) -> None:
    """The requests are read by the other form."""
    feature = Feature("color", "category", tuple(f"c{n}" for n in range(count)))
    learned = LearnedRanges(InputContract((Feature("x", "number"), feature), ("no", "yes")), {})
    assert form_of_learned(SCENARIO, learned) is None
    request = RequestDecoder(SCENARIO, learned, 9).decode(b'{"data": [{"x": 0.5, "color": "c0"}]}')
    assert isinstance(request, ParsedRequest)
    assert request.rows[0] == {"x": 0.5, "color": "c0"}
