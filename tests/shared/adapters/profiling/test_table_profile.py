"""Profiles against what numpy and counting say."""

import hashlib
import itertools
import json
from collections import Counter
from datetime import UTC, datetime

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sampling import examples

from shared.adapters.profiling import ArrowProfiles


def described(values: pa.Array | pa.ChunkedArray) -> dict[str, object]:
    """The profile of one column; it is always JSON."""
    profile = ArrowProfiles().describe(pa.table({"x": values})).profile.to_json()
    assert profile["rows"] == len(values)
    return dict(json.loads(json.dumps(profile, allow_nan=False))["columns"]["x"])


@settings(max_examples=examples(60), deadline=None)
@given(values=st.lists(st.floats(-1e6, 1e6) | st.sampled_from([0.0, 1.0]), min_size=1, max_size=80))
def test_numbers_have_the_moments_and_quantiles_of_numpy(values: list[float]) -> None:
    """Counted, averaged, interpolated and binned as numpy does; missing cells count apart."""
    seen, array = described(pa.array([*values, None])), np.array(values)
    assert (seen["kind"], seen["count"], seen["nulls"], seen["distinct"]) == ("float", len(values), 1, len(set(values)))
    assert (seen["min"], seen["max"]) == (array.min(), array.max())
    assert seen["mean"] == pytest.approx(array.mean(), abs=1e-6)
    assert seen["std"] == pytest.approx(array.std(), abs=1e-6)
    for percent, value in seen["quantiles"].items():
        assert value == pytest.approx(np.percentile(array, float(percent)), abs=1e-6)
    edges = [-np.inf, *seen["histogram"]["edges"], np.inf]
    counts = [int(((array > low) & (array <= high)).sum()) for low, high in itertools.pairwise(edges)]
    assert seen["histogram"]["counts"] == counts


def test_whole_numbers_stay_whole() -> None:
    """Smallest and largest are exact beyond the doubles."""
    seen = described(pa.array([2**62 + 1, 1, 1]))
    assert (seen["kind"], seen["min"], seen["max"], seen["distinct"]) == ("int", 1, 2**62 + 1, 2)


def test_moments_beyond_doubles_are_null() -> None:
    """JSON has no infinity; quantiles of huge numbers still stand."""
    seen = described(pa.array([-1.7e308, 1.7e308]))
    assert seen["std"] is None
    assert seen["quantiles"]["50"] == 0.0


@settings(max_examples=examples(40), deadline=None)
@given(values=st.lists(st.none() | st.text("abcdäé", max_size=2), max_size=120), cut=st.integers(0, 120))
def test_texts_have_their_most_frequent_values(values: list[str | None], cut: int) -> None:
    """The 20 most frequent with their counts, ties by value, and the mean length in characters."""
    column = pa.chunked_array([pa.array(values[:cut], pa.string()), pa.array(values[cut:], pa.string())])
    seen, counts = described(column), Counter(value for value in values if value is not None)
    top = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))[:20]
    assert (seen["kind"], seen["count"], seen["nulls"]) == ("text", counts.total(), values.count(None))
    assert seen["distinct"] == len(counts)
    assert seen.get("top", []) == [list(pair) for pair in top]
    if counts:
        mean = sum(len(value) * count for value, count in counts.items()) / counts.total()
        assert seen["mean_length"] == pytest.approx(mean)


def test_times_have_a_first_and_a_last() -> None:
    """In UTC."""
    moments = [datetime(2015, 1, 2, tzinfo=UTC), None, datetime(2014, 1, 2, tzinfo=UTC)]
    seen = described(pa.array(moments, pa.timestamp("us", "UTC")))
    assert seen == {
        "kind": "time",
        "count": 2,
        "nulls": 1,
        "distinct": 2,
        "first": "2014-01-02T00:00:00+00:00",
        "last": "2015-01-02T00:00:00+00:00",
    }


@pytest.mark.parametrize("kind", [pa.int64(), pa.float64(), pa.string(), pa.timestamp("us", "UTC")])
def test_a_column_without_values_has_counts_only(kind: pa.DataType) -> None:
    """Nothing is said about values that are not there."""
    seen = described(pa.nulls(3, kind))
    assert {name: seen[name] for name in ("count", "nulls", "distinct")} == {"count": 0, "nulls": 3, "distinct": 0}
    assert len(seen) == 4


def test_dictionary_columns_are_texts() -> None:
    """A table that was read with dictionaries has the same profile; unused words are not counted."""
    words = pa.DictionaryArray.from_arrays(pa.array([0, 0, None]), pa.array(["a", "unused"]))
    assert described(words) == described(pa.array(["a", "a", None]))


def test_words_are_what_stands_between_white_space() -> None:
    """Average word length counts every word once, over all rows; lengths come with their standard error."""
    seen = described(pa.array(["to be  or", "not", "not"]))
    assert seen["average_word_length"] == pytest.approx((2 + 2 + 2 + 3 + 3) / 5)
    assert seen["mean_length"] == pytest.approx((9 + 3 + 3) / 3)
    assert seen["mean_length_error"] == pytest.approx(np.std([9, 3, 3]) / np.sqrt(3))
    assert described(pa.array([" "]))["average_word_length"] is None


@pytest.mark.parametrize("values", [[1.0, 2.0, 4.0, 9.0], [3.0, 3.0]])
def test_kurtosis_is_the_fourth_standardised_moment(values: list[float]) -> None:
    """Null where nothing varies."""
    array = np.array(values)
    wanted = ((array - array.mean()) ** 4).mean() / array.var() ** 2 if array.var() else None
    assert described(pa.array(values))["kurtosis"] == (wanted and pytest.approx(wanted))


def test_infinities_count_as_missing() -> None:
    """No statistic is spoiled by them."""
    seen = described(pa.array([1.0, np.inf, -np.inf, np.nan, None]))
    assert (seen["count"], seen["nulls"], seen["min"], seen["max"]) == (1, 4, 1.0, 1.0)


@pytest.mark.parametrize("kind", [pa.int8(), pa.uint8(), pa.int16(), pa.int64(), pa.uint64()])
def test_narrow_whole_numbers_are_counted_exactly(kind: pa.DataType) -> None:
    """At both ends of every kind's range: counted, not sorted, and the same as sorting says."""
    low, high = (int(np.iinfo(kind.to_pandas_dtype()).min), int(np.iinfo(kind.to_pandas_dtype()).max))
    for first in (low, high - 255):
        values = [first + number % 256 for number in range(0, 3_000, 7)]
        told = described(pa.array(values, kind))
        assert (told["min"], told["max"], told["count"]) == (min(values), max(values), len(values))
        assert told["distinct"] == len(set(values))
        assert told["mean"] == pytest.approx(sum(values) / len(values))


@pytest.mark.parametrize("rows", [10, 65_536, 100_001])
@pytest.mark.parametrize("size", [3, 256, 300])
def test_categories_are_counted_exactly(rows: int, size: int) -> None:
    """Few or many rows, an odd number of them, few or many values: the counts are those of Python's counter."""
    codes = np.random.default_rng(rows).zipf(1.5, rows) % size
    column = pa.DictionaryArray.from_arrays(codes.astype(np.int32), pa.array([f"v{one}" for one in range(size)]))
    top = described(column)["top"]
    counted = Counter(f"v{one}" for one in codes.tolist())
    assert isinstance(top, list)
    assert all(counted[value] == count for value, count in top)
    assert len(top) == min(20, len(counted))


@pytest.mark.parametrize("decimals", [0, 1, 3, 4])
def test_decimal_numbers_are_counted_exactly(decimals: int) -> None:
    """Rounded numbers, negative ones and both zeros among them: every statistic is that of the numbers themselves."""
    values = np.round(np.random.default_rng(decimals).normal(0, 2, 70_000), decimals)
    values[:2] = (0.0, -0.0)
    told = described(pa.array(values))
    distinct, counts = np.unique(values, return_counts=True)
    assert (told["min"], told["max"], told["distinct"]) == (distinct[0], distinct[-1], len(distinct))
    assert told["mean"] == pytest.approx(values.mean(), abs=1e-12)
    assert told["std"] == pytest.approx(values.std())
    assert told["quantiles"] == {
        str(share): pytest.approx(np.quantile(values, share / 100)) for share in (0, 1, 5, 25, 50, 75, 95, 99, 100)
    }
    if len(distinct) <= 64:
        assert told["histogram"]["counts"] == [*counts.tolist(), 0]  # type: ignore[index]  # JSON


@pytest.mark.parametrize("odd", [np.nan, np.inf, 1 / 3, 1e300, 2.0**60])
def test_one_number_that_is_not_decimal_is_not_lost(odd: float) -> None:
    """Among ten thousand decimals: it counts as missing when it is not finite, and as itself when it is."""
    values = np.round(np.random.default_rng(1).normal(5, 1, 10_000), 2)
    values[4_321] = odd
    told = described(pa.array(values))
    finite = values[np.isfinite(values)]
    assert (told["count"], told["max"]) == (len(finite), finite.max())
    assert told["distinct"] == len(np.unique(finite))


def test_a_missing_number_in_a_later_chunk_hides_nothing() -> None:
    """Decimals in two chunks, not-a-number and the least of all in the second one."""
    first, second = np.full(1_000, 3.5), np.full(70_000, 3.0)
    second[0], second[-1] = 1.5, np.nan
    told = described(pa.chunked_array([first, second]))
    assert (told["count"], told["nulls"], told["min"], told["distinct"]) == (70_999, 1, 1.5, 3)


@pytest.mark.parametrize("size", [200, 300])
def test_pieces_with_dictionaries_of_their_own_are_one_column(size: int) -> None:
    """As a Parquet file has them: codes mean other values in each piece, some cells are missing, some words unused."""
    random = np.random.default_rng(size)
    codes = [random.integers(0, size, rows).astype(np.int32) for rows in (70_001, 1, 0, 999)]
    words = [[*(f"v{(one + turn * 7) % size}" for one in range(size)), f"unused {turn}"] for turn in range(4)]
    pieces = [
        pa.DictionaryArray.from_arrays(pa.array(some, mask=some % 11 == 0), pa.array(names, pa.string()))
        for some, names in zip(codes, words, strict=True)
    ]
    column = pa.chunked_array(pieces)
    assert described(column) == described(column.cast(pa.string()))
    assert described(column)["nulls"] == column.null_count > 0


def test_profiles_are_those_that_are_stored_already() -> None:
    """Byte for byte what earlier versions wrote: what lies in a lake is compared with what is made today."""
    steps = np.arange(120_001, dtype=np.int64) * 7_919 % 104_729
    reals, text = steps / 7 - 5_000.25, pa.array([f"word {one}" for one in (steps % 50).tolist()])
    columns = {
        "real": pa.array(reals, mask=steps % 13 == 0),
        "single": pa.array(reals.astype(np.float32)),
        "decimal": pa.array(steps % 1_000 / 100),
        "whole": pa.array(steps),
        "few": pa.array((steps % 90).astype(np.int8)),
        "text": text,
        "code": text.dictionary_encode(),
    }
    baseline = ArrowProfiles().describe(pa.table({name: column[:60_000] for name, column in columns.items()})).profile
    told = ArrowProfiles().describe(pa.table(columns), baseline)
    profile = told.profile.to_json()
    # The order in which a dot product adds is the processor's.
    for column in profile["columns"].values():
        column.pop("kurtosis", None)
    counts = {name: found.to_json() for name, found in told.baseline_counts.items()}
    content = json.dumps([profile, counts], sort_keys=True).encode()
    assert hashlib.sha256(content).hexdigest() == "1924095a52ce4310fa509bd65f8db826cff77a9a3ee96b1bb6c0201455652ccd"
