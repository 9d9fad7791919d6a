"""The matrix a model sees: one rule for tables and for requests."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyarrow as pa
import pytest

from shared.core.errors import BadInput, Quarantined
from shared.training.encoding import TableEncoder, categories_of, encode, encode_rows
from shared.training.input_contract import Feature, InputContract

CONTRACT = InputContract((Feature("age", "number"), Feature("job", "category", ("admin", "nurse"))), ("0", "1"))
AGES = [30.5, None, 41.0, 7.25]
JOBS = ["nurse", "admin", None, "pilot"]
EXPECTED = [[30.5, 1.0], [math.nan, 0.0], [41.0, -1.0], [7.25, -1.0]]


def _table(ages: list[Any] | None = None, jobs: pa.Array | None = None) -> pa.Table:
    return pa.table({"job": pa.array(JOBS) if jobs is None else jobs, "age": ages or AGES, "other": [1, 2, 3, 4]})


def _same(matrix: np.ndarray, expected: list[list[float]]) -> None:
    np.testing.assert_array_equal(matrix, np.array(expected, dtype=np.float32).reshape(matrix.shape))


def test_columns_are_taken_by_name_in_contract_order() -> None:
    """Nulls are NaN for numbers; null and unknown categories are -1; the result is C-contiguous float32."""
    matrix = encode(_table(), CONTRACT)
    assert matrix.dtype == np.float32
    assert matrix.flags["C_CONTIGUOUS"]
    _same(matrix, EXPECTED)


@pytest.mark.parametrize(
    "jobs",
    [
        pa.array(JOBS).dictionary_encode(),
        pa.array(JOBS, pa.large_string()),
        pa.DictionaryArray.from_arrays(pa.array([0, 1, None, 2], pa.int8()), pa.array(["nurse", "admin", "pilot"])),
        pa.DictionaryArray.from_arrays(pa.array([2, 0, 1, 3], pa.uint8()), pa.array(["admin", None, "nurse", "pilot"])),
        pa.chunked_array([pa.array(JOBS[:1]).dictionary_encode(), pa.array(JOBS[1:]).dictionary_encode()]),
        pa.chunked_array([JOBS[:3], [], JOBS[3:]]),
    ],
    ids=["dictionary", "large_string", "null-index", "null-in-dictionary", "chunks-with-own-dictionaries", "chunks"],
)
def test_every_way_arrow_holds_text_gives_the_same_codes(jobs: Any) -> None:
    """Plain, dictionary and chunked columns of one content encode equally."""
    _same(encode(_table(jobs=jobs), CONTRACT), EXPECTED)


def test_white_space_around_a_category_does_not_count_in_requests() -> None:
    """A request is read as a file is: padded, it is the same category."""
    rows = [{"age": 1, "job": job} for job in ("nurse", " nurse", "nurse   ", "nur se")]
    _same(encode_rows(rows, CONTRACT), [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0], [1.0, -1.0]])


def test_a_slice_encodes_like_its_rows() -> None:
    """An offset into a buffer, a bitmap or dictionary indices moves nothing."""
    table = _table(jobs=pa.array(JOBS).dictionary_encode())
    _same(encode(table.slice(1, 2), CONTRACT), EXPECTED[1:3])
    _same(encode(table.to_batches()[0].slice(2), CONTRACT), EXPECTED[2:])


def test_an_empty_table_and_an_all_null_column_encode() -> None:
    """No rows give shape (0, features); a column without any value is unknown throughout."""
    assert encode(_table().slice(0, 0), CONTRACT).shape == (0, 2)
    nulls = pa.array([None] * 4, pa.dictionary(pa.int32(), pa.string()))
    _same(encode(_table(jobs=nulls), CONTRACT), [[row[0], -1.0] for row in EXPECTED])


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint32(), pa.int64(), pa.float32(), pa.float64()])
def test_every_number_type_is_cast(kind: pa.DataType) -> None:
    """Integers with nulls go the same way as floats."""
    table = pa.table({"age": pa.array([3, None, 100], kind), "job": ["admin"] * 3})
    _same(encode(table, CONTRACT)[:, 0], [[3.0], [math.nan], [100.0]])


def test_a_null_beside_it_does_not_change_how_a_large_integer_rounds() -> None:
    """Equal rows encode equally in whatever block they stand."""
    # Rounded to float64 first, it would fall on a tie and end one float32 lower.
    large = (1 << 60) + (1 << 36) + 1
    alone, beside = (
        pa.table({"age": pa.array(v, pa.int64()), "job": ["admin"] * 2}) for v in ([large, 1], [large, None])
    )
    assert encode(alone, CONTRACT)[0, 0] == encode(beside, CONTRACT)[0, 0] == np.float32(np.int64(large))


def test_whole_numbers_can_be_categories() -> None:
    """A category column of integers is looked up by its text, in tables and in requests."""
    contract = InputContract((Feature("month", "category", ("1", "12")),), ("0", "1"))
    _same(encode(pa.table({"month": [12, 1, 5]}), contract), [[1.0], [0.0], [-1.0]])
    _same(encode_rows([{"month": 12}, {"month": "12"}], contract), [[1.0], [1.0]])


def test_an_absent_column_is_named() -> None:
    """The sentence names the missing column and what is there."""
    with pytest.raises(Quarantined, match=r"Column 'job' is missing; .* 'age'") as caught:
        encode(pa.table({"age": [1.0]}), CONTRACT)
    assert caught.value.column == "job"


def test_text_where_a_number_belongs_is_refused() -> None:
    """Nothing is parsed on the way into a model."""
    with pytest.raises(Quarantined, match="Column 'age' holds string; the model takes a number"):
        encode(pa.table({"age": ["1"], "job": ["admin"]}), CONTRACT)


def test_categories_are_sorted_distinct_and_without_null() -> None:
    """Equal content gives equal categories, whatever the chunks and dictionaries."""
    assert categories_of(pa.array(["b", None, "a", "b"])) == ("a", "b")
    parts = [pa.array(["b", "c"]).dictionary_encode(), pa.array(["a", None]).dictionary_encode()]
    assert categories_of(pa.chunked_array(parts)) == ("a", "b", "c")
    assert categories_of(pa.array([12, 1, 12])) == ("1", "12")


def test_rows_of_a_request_encode_like_a_table() -> None:
    """Null is a missing value; whole numbers are numbers; the order of fields does not matter."""
    rows = [{"job": job, "age": age} for job, age in zip(JOBS, AGES, strict=True)]
    matrix = encode_rows(rows, CONTRACT)
    assert matrix.dtype == np.float32
    _same(matrix, EXPECTED)
    _same(encode_rows([{"age": 41, "job": "admin"}], CONTRACT), [[41.0, 0.0]])
    assert encode_rows([], CONTRACT).shape == (0, 2)


GOOD = {"age": 1.0, "job": "admin"}


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ({"age": 1.0}, "Row 2: field 'job' is missing"),
        ({**GOOD, "age": "30"}, "Row 2, field 'age': '30' is not accepted; accepted: a number or null"),
        ({**GOOD, "age": True}, "Row 2, field 'age': True is not accepted"),
        ({**GOOD, "age": [1]}, "Row 2, field 'age'"),
        ({**GOOD, "age": math.nan}, "Row 2, field 'age': nan is not accepted; accepted: a finite number"),
        ({**GOOD, "age": -math.inf}, "a finite number"),
        ({**GOOD, "age": 1e39}, "within the range of float32"),
        ({**GOOD, "age": 10**400}, "within the range of float32"),
        ({**GOOD, "job": 3}, "Row 2, field 'job': 3 is not accepted; accepted: text or null"),
        ({**GOOD, "job": True}, "Row 2, field 'job'"),
        ({**GOOD, "job": ["admin"]}, "Row 2, field 'job'"),
        ({**GOOD, "salary": 1, "iban": 2}, "Row 2: unknown field 'salary', 'iban'; accepted: 'age', 'job', 'site'"),
        ([1.0, "admin"], "Row 2 is \\[1.0, 'admin'\\]; accepted: an object"),
    ],
)
def test_what_does_not_fit_is_named(row: Any, sentence: str) -> None:
    """The first wrong field is named with its row, its value and what would be accepted."""
    with pytest.raises(BadInput, match=sentence):
        encode_rows([GOOD, row], CONTRACT, allowed={"site"})


def test_fields_that_are_allowed_are_passed_over() -> None:
    """What a scenario asks for beside the features does not reach the model."""
    _same(encode_rows([{**GOOD, "site": 5}], CONTRACT, allowed={"site"}), [[1.0, 0.0]])


def test_a_long_value_is_cut_in_the_sentence() -> None:
    """A megabyte in a field does not become a megabyte in the answer."""
    with pytest.raises(BadInput) as caught:
        encode_rows([{**GOOD, "age": "x" * 1_000_000}], CONTRACT)
    assert len(caught.value.reason) < 200


def test_blocks_with_dictionaries_of_their_own_are_encoded_into_one_matrix() -> None:
    """A dictionary like the last one is not looked up again, another one is; the room is used again."""
    encoder, room = TableEncoder(CONTRACT), np.full((4, 2), 9.0, np.float32)
    for values in (["nurse", "admin"], ["nurse", "admin"], ["admin", "nurse"], ["pilot", "nurse"]):
        jobs = pa.DictionaryArray.from_arrays(pa.array([0, 1, None], pa.int32()), pa.array(values))
        table = pa.table({"age": [1, None, 3], "job": jobs})
        matrix = encoder.encode(table, room)
        assert np.shares_memory(matrix, room)
        _same(matrix, encode(pa.table({"age": [1, None, 3], "job": [*values, None]}), CONTRACT).tolist())
    assert room[3].tolist() == [9.0, 9.0]
