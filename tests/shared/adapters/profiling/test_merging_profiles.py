"""Parts of a table merge into the profile of the whole."""

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import examples

from shared.adapters.profiling import distinct
from shared.adapters.profiling.tables import describe, finish, merge, part_of
from shared.profiles.profile import BinCounts, Described

NUMBERS = st.none() | st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0, 2.5])
ROWS = st.lists(
    st.tuples(NUMBERS, st.none() | st.integers(-5, 2**40), st.none() | st.text("ab äé", min_size=1, max_size=3)),
    max_size=60,
)
MOMENTS = ("mean", "std", "kurtosis")


def table(rows: list[tuple[Any, Any, Any]]) -> pa.Table:
    """A column of each kind."""
    x, y, z = (list(column) for column in zip(*rows, strict=True)) if rows else ([], [], [])
    times = pa.array([None if one is None else one * 1_000_003 for one in y], pa.timestamp("us", "UTC"))
    columns = {"x": pa.array(x, pa.float64()), "y": pa.array(y, pa.int64()), "z": pa.array(z, pa.string()), "t": times}
    return pa.table(columns)


def plain(described: Described) -> tuple[Any, Any, list[float]]:
    """Profile and counts without the moments, and the moments, which a merge rounds otherwise."""
    profile = json.loads(json.dumps(described.profile.to_json()))
    columns = profile["columns"].values()
    moments = [column.pop(name, None) or 0.0 for column in columns for name in MOMENTS if name != "kurtosis"]
    for column in columns:
        column.pop("kurtosis", None)
    return profile, described.baseline_counts, moments


@settings(max_examples=examples(80), deadline=None)
@given(rows=ROWS, cuts=st.tuples(st.integers(0, 60), st.integers(0, 60)), known=ROWS)
def test_the_profile_of_parts_is_the_profile_of_the_whole(
    rows: list[tuple[Any, Any, Any]], cuts: tuple[int, int], known: list[tuple[Any, Any, Any]]
) -> None:
    """Everything exact but the moments, which agree to nine digits; also counted in the cells of a baseline."""
    baseline = describe(table(known)).profile
    first, last = sorted(cuts)
    parts = [part_of(table(some), baseline) for some in (rows[:first], rows[first:last], rows[last:])]
    whole, merged = plain(describe(table(rows), baseline)), plain(finish(merge(parts)))
    assert merged[:2] == whole[:2]
    assert merged[2] == pytest.approx(whole[2], rel=1e-9, abs=1e-6)


def test_the_order_of_rows_does_not_matter() -> None:
    """Equal rows have equal profiles, byte for byte."""
    random = np.random.default_rng(0)
    rows = pa.table({"x": random.normal(size=5_000), "z": random.choice(["a", "b", "cc"], 5_000)})
    shuffled = rows.take(random.permutation(5_000))
    assert json.dumps(describe(rows).profile.to_json()) == json.dumps(describe(shuffled).profile.to_json())


def test_a_profile_does_not_depend_on_the_baseline() -> None:
    """What it is compared with stands beside it."""
    rows, other = pa.table({"x": [1.0, 2.0], "z": ["a", "b"]}), pa.table({"x": [5.0], "z": ["c"]})
    baseline = describe(other).profile
    assert describe(rows, baseline).profile == describe(rows).profile
    assert describe(rows).baseline_counts == {}
    assert describe(rows, baseline).baseline_counts == {
        "x": BinCounts((2, 0)),
        "z": BinCounts((0, 2), (("a", 1), ("b", 1))),
    }


@pytest.mark.parametrize("parts", [2, 7])
def test_beyond_what_is_kept_quantiles_are_off_by_no_more_rows_than_said(parts: int) -> None:
    """20 000 numbers with 200 kept a part: the error that the profile states holds, and it is small."""
    random = np.random.default_rng(parts)
    values = np.concatenate((random.normal(size=15_000), random.integers(0, 3, 5_000)))
    random.shuffle(values)
    cut = [part_of(pa.table({"x": some})) for some in np.array_split(values, parts)]
    column = finish(merge(cut, keep=400)).profile.columns["x"]
    error, ordered = column.rank_error, np.sort(values)
    assert error <= 20_000 * parts / 200
    for percent, value in column.quantiles.items():
        wanted = float(percent) / 100 * (len(values) - 1)
        low, high = np.searchsorted(ordered, value, "left"), np.searchsorted(ordered, value, "right")
        assert low - error - 1 <= wanted <= high + error + 1
    assert (column.min, column.max, column.count) == (values.min(), values.max(), 20_000)
    assert column.mean == pytest.approx(values.mean())


def test_an_error_once_made_stays_stated() -> None:
    """Merging with rows that are known exactly takes nothing back, in numbers and in texts."""
    numbers = np.arange(5_000) * 0.5
    rows = pa.table({"x": numbers, "z": [f"w{value}" for value in numbers]})
    thinned = merge([part_of(rows), part_of(rows)], keep=100)
    for parts in ([thinned, part_of(rows[:0])], [part_of(rows[:0]), thinned]):
        columns = finish(merge(parts)).profile.columns
        known = finish(thinned).profile.columns
        assert columns["x"].rank_error == known["x"].rank_error > 0
        assert columns["z"].count_error == known["z"].count_error > 0


def test_beyond_what_is_kept_the_most_frequent_texts_stay() -> None:
    """Counts miss no more rows than said, and frequent values are all there."""
    random = np.random.default_rng(3)
    values = [f"w{number}" for number in np.minimum(random.zipf(1.5, 20_000), 5_000)]
    cut = [part_of(pa.table({"z": list(some)})) for some in np.array_split(values, 4)]
    column = finish(merge(cut, keep=500)).profile.columns["z"]
    names, counts = np.unique(values, return_counts=True)
    true = dict(zip(names.tolist(), counts.tolist(), strict=True))
    assert column.count_error > 0
    for value, count in column.top:
        assert true[value] - column.count_error <= count <= true[value]
    assert column.top[0][0] == max(true, key=lambda name: true[name])
    assert sum(column.histogram.counts) == 20_000


@pytest.mark.parametrize("kind", ["numbers", "texts"])
def test_distinct_values_beyond_what_is_kept_are_estimated(kind: str) -> None:
    """30 000 of them within three standard errors, counted twice or not."""
    values = np.arange(30_000) * 0.5
    column = values if kind == "numbers" else [f"name {value}" for value in values]
    parts = [part_of(pa.table({"x": column})) for _ in range(2)]
    told = finish(merge(parts, keep=1_000)).profile.columns["x"].distinct
    assert told == pytest.approx(30_000, rel=3 * distinct.ERROR)


@pytest.mark.parametrize("kind", ["float16", "float32", "float64", "int16", "int32", "uint32", "int64", "uint64"])
def test_numbers_of_every_width_are_counted_from_hashes(kind: str) -> None:
    """Also where their bytes are fewer than those of a hash."""
    values = np.arange(1_001).astype(kind)
    both = [distinct.hash_numbers(some) for some in (values, values[::-1])]
    assert distinct.estimate(distinct.union(*both)) == 1_001


def test_few_distinct_values_are_counted_exactly_from_hashes() -> None:
    """Zero has two signs and one hash."""
    hashes = distinct.union(distinct.hash_numbers(np.array([0.0, -0.0, 1.0])), distinct.hash_numbers(np.array([1.0])))
    assert distinct.estimate(hashes) == 2


def test_a_large_table_is_described_chunk_by_chunk() -> None:
    """With the same result."""
    random = np.random.default_rng(5)
    rows = pa.table({"x": random.integers(0, 50, 1_000), "z": random.choice(["a", "b"], 1_000)})
    chunked, whole = describe(rows, chunk=170).profile.to_json(), describe(rows).profile.to_json()
    for name in MOMENTS:
        assert chunked["columns"]["x"].pop(name) == pytest.approx(whole["columns"]["x"].pop(name))
    assert chunked == whole
