"""What is kept of the parts of a table is enough for the profile of all rows."""

from __future__ import annotations

import io
import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sampling import examples

from shared.adapters.profiling import ArrowPartProfiles, ArrowProfiles
from shared.adapters.profiling.part_file import pack, unpack
from shared.adapters.profiling.part_tables import joined, known_rows
from shared.adapters.profiling.texts import describe_texts, fitting
from shared.datasets.rows import TableRows
from shared.profiles.row_facts import TableFacts

NUMBERS = st.none() | st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, 2.5])
ROWS = st.lists(
    st.tuples(
        NUMBERS, st.none() | st.integers(-2, 2) | st.integers(-5, 2**40), st.none() | st.text("ab äé", max_size=3)
    ),
    max_size=60,
)
MOMENTS = ("mean", "std", "kurtosis")
PARTS = ArrowPartProfiles()


def table(rows: list[tuple[Any, Any, Any]]) -> pa.Table:
    """A column of each kind."""
    x, y, z = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    times = pa.array([None if one is None else one * 1_000_003 for one in y], pa.timestamp("us", "UTC"))
    columns = {"x": pa.array(x, pa.float64()), "y": pa.array(y, pa.int64()), "z": pa.array(z, pa.string()), "t": times}
    return pa.table(columns)


def of_parts(parts: list[pa.Table]) -> TableFacts:
    """What is said of the parts after each was written and read back."""
    kept = [PARTS.pack(TableRows(part), f"part {number}") for number, part in enumerate(parts)]
    known = [PARTS.unpack(io.BytesIO(content), f"part {number}") for number, content in enumerate(kept)]
    return PARTS.join([one for one in known if one is not None])


def cut(rows: pa.Table, places: list[int]) -> list[pa.Table]:
    """The rows in parts that end there."""
    ends = [*sorted(min(place, rows.num_rows) for place in places), rows.num_rows]
    starts = [0, *ends[:-1]]
    return [rows.slice(start, end - start) for start, end in zip(starts, ends, strict=True)]


@settings(max_examples=examples(80), deadline=None)
@given(rows=ROWS, places=st.lists(st.integers(0, 60), max_size=6))
@example(rows=[(131072.0, None, None), (-0.0, None, None)], places=[1])
def test_the_profile_does_not_tell_where_rows_were_cut(rows: list[tuple[Any, Any, Any]], places: list[int]) -> None:
    """Bit by bit, moments too; and so are the longest repeats."""
    whole, found = table(rows), of_parts(cut(table(rows), places))
    assert json.dumps(found.profile.to_json()) == json.dumps(ArrowProfiles().describe(whole).profile.to_json())
    assert found.runs == ArrowProfiles().runs(whole)


@settings(max_examples=examples(40), deadline=None)
@given(values=st.lists(st.none() | st.integers(0, 1), max_size=30), places=st.lists(st.integers(0, 30), max_size=5))
def test_a_repeat_goes_on_over_the_borders_of_parts(values: list[int | None], places: list[int]) -> None:
    """Of columns of two values, where stretches fill whole parts."""
    rows = pa.table({"n": pa.array(values, pa.int64())})
    assert of_parts(cut(rows, places)).runs == ArrowProfiles().runs(rows)


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", "int8", "int32", "uint8", "uint64", "int64"])
def test_numbers_of_every_width_come_back(kind: str) -> None:
    """Their smallest and largest ones, too."""
    limits = np.finfo(kind) if kind.startswith("float") else np.iinfo(kind)
    rows = pa.table({"x": np.array([limits.min, 0, 1, 1, limits.max], kind)})
    found = of_parts([rows.slice(0, 2), rows.slice(2)]).profile
    assert json.dumps(found.to_json()) == json.dumps(ArrowProfiles().describe(rows).profile.to_json())


def test_many_values_are_exact_where_parts_are_small() -> None:
    """Ten parts of 9 000 different numbers: quantiles, cells and counts are those of all, moments to twelve digits."""
    values = np.random.default_rng(1).normal(size=90_000)
    found, wanted = (
        facts.to_json()["columns"]["x"]
        for facts in (
            of_parts([pa.table({"x": some}) for some in np.array_split(values, 10)]).profile,
            ArrowProfiles().describe(pa.table({"x": values})).profile,
        )
    )
    for name in MOMENTS:
        assert found.pop(name) == pytest.approx(wanted.pop(name), rel=1e-12, abs=1e-15)
    assert found == wanted


def test_a_large_part_keeps_some_of_its_values_and_says_by_how_many_rows_it_errs() -> None:
    """Three parts of 20 000 numbers with 1 000 kept of each."""
    values = np.random.default_rng(2).normal(size=60_000)
    parts = [known_rows(TableRows(pa.table({"x": some})), keep=1_000) for some in np.array_split(values, 3)]
    assert all(len(part.column("x").values.values) <= 1_000 for part in parts)
    kept = [unpack(io.BytesIO(pack(part, "p")), "p") for part in parts]
    column = joined([one for one in kept if one is not None]).profile.columns["x"]
    assert column == joined(parts).profile.columns["x"]
    ordered = np.sort(values)
    assert 0 < column.rank_error <= 3 * 20_000 / 500
    for percent, value in column.quantiles.items():
        wanted = float(percent) / 100 * (len(values) - 1)
        rank = np.searchsorted(ordered, value)
        assert abs(rank - wanted) <= column.rank_error + 1
    assert (column.min, column.max, column.count) == (ordered[0], ordered[-1], 60_000)
    assert column.distinct == pytest.approx(60_000, rel=0.05)


def test_a_large_file_is_read_from_the_disk() -> None:
    """It says what a small one would."""
    numbers = np.random.default_rng(4).normal(size=(3, 50_000))
    known = known_rows(TableRows(pa.table(dict(zip("abc", numbers, strict=True)))))
    content = pack(known, "p")
    assert len(content) > 1 << 20
    part = unpack(io.BytesIO(content), "p")
    assert part is not None
    assert joined([part]) == joined([known])


def test_of_long_texts_the_most_frequent_ones_that_fit_are_kept() -> None:
    """What is left out is stated."""
    texts = [f"{number:0100}" for number in range(1_000)] + ["often"] * 7
    part = describe_texts(pa.chunked_array([texts]), None)
    less = fitting(part, 10_000)
    assert 0 < less.values.nbytes <= 11_000
    profile = less.profile()
    assert (profile.top[0], profile.count, profile.count_error) == (("often", 7), 1_007, 1)
    assert fitting(part, part.values.nbytes) is part


def test_a_column_that_a_part_lacks_is_missing_there() -> None:
    """As where the rows are read."""
    parts = [pa.table({"a": [1, 2]}), pa.table({"a": [3], "b": ["x"]})]
    rows = pa.concat_tables(parts, promote_options="default")
    assert of_parts(parts).profile == ArrowProfiles().describe(rows).profile


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.string(), pa.timestamp("us", "UTC"), pa.null()])
def test_a_column_without_a_type_is_missing_there(kind: pa.DataType) -> None:
    """A part in which no row had a value joins parts that have some."""
    values = {pa.string(): ["x", "y"], pa.null(): [None, None]}.get(kind, [3, 4])
    parts = [pa.table({"a": pa.nulls(2)}), pa.table({"a": pa.array(values, kind)})]
    rows = pa.concat_tables(parts, promote_options="default")
    assert of_parts(parts) == TableFacts(ArrowProfiles().describe(rows).profile, ArrowProfiles().runs(rows))


def test_bytes_that_are_not_what_was_written_are_refused() -> None:
    """Changed ones, cut ones, those of another part, and none."""
    content = PARTS.pack(TableRows(pa.table({"a": [1, 2, 2], "b": ["x", "y", None]})), "this")
    assert PARTS.unpack(io.BytesIO(content), "this") is not None
    changed = bytearray(content)
    changed[len(content) // 2] ^= 1
    for other, name in ((content, "that"), (bytes(changed), "this"), (content[:-9], "this"), (b"", "this")):
        assert PARTS.unpack(io.BytesIO(other), name) is None


def test_equal_rows_make_equal_bytes() -> None:
    """Whoever makes them."""
    rows = pa.table({"a": [1.5, 2.0, None], "b": ["x", "y", None]})
    assert PARTS.pack(TableRows(rows), "p") == PARTS.pack(TableRows(rows, block=1), "p")
