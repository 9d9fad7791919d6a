"""When a column has drifted."""

import pytest

from shared.profiles.drift import Distance, alpha_for, compare, is_category, is_listed, number_groups, text_groups
from shared.profiles.profile import BinCounts, Bins, ColumnProfile

ALPHA = alpha_for(20)


def number(counts: list[int], mean: float = 1.5, std: float = 1.0) -> ColumnProfile:
    """A column of the numbers 1, 2, 3 ..., so many of each."""
    bins = Bins((*counts, 0), tuple(map(float, range(1, len(counts) + 1))), exact=True)
    return ColumnProfile("int", sum(counts), 0, len(counts), mean=mean, std=std, histogram=bins)


def text(*counts: int, other: int = 0) -> ColumnProfile:
    """A column of the values a, b, c ..., so many of each."""
    bins = Bins((*counts, other), values=tuple("abcdefgh"[: len(counts)]))
    return ColumnProfile("text", sum(counts) + other, 0, len(counts), histogram=bins)


def own_counts(column: ColumnProfile) -> BinCounts:
    """Its counts in its own bins."""
    assert column.histogram is not None
    return BinCounts(column.histogram.counts)


def test_a_distance_counts_when_it_matters_and_is_real() -> None:
    """Beyond the larger of threshold and noise; on it is not beyond."""
    assert Distance("psi", 0.2, threshold=0.1, noise=0.15).drifted
    assert not Distance("psi", 0.12, threshold=0.1, noise=0.15).drifted
    assert not Distance("psi", 0.1, threshold=0.1, noise=0.0).drifted


def test_the_same_shares_have_not_drifted_and_others_have() -> None:
    """Numbers by four distances, texts by three."""
    before = number([500, 500])
    same = compare(number([50, 50]), before, own_counts(number([50, 50])), ALPHA)
    other = compare(number([95, 5], mean=1.05), before, own_counts(number([95, 5])), ALPHA)
    assert (same.drifted, other.drifted) == (False, True)
    assert {one.name for one in other.distances} == {"kolmogorov_smirnov", "psi", "jensen_shannon", "wasserstein"}
    same = compare(text(50, 50), text(500, 500), own_counts(text(50, 50)), ALPHA)
    other = compare(text(95, 5), text(500, 500), own_counts(text(95, 5)), ALPHA)
    assert (same.drifted, other.drifted) == (False, True)
    assert {one.name for one in other.distances} == {"cramers_v", "psi", "jensen_shannon"}


def test_few_rows_are_no_alarm() -> None:
    """Seven of ten where half was expected is what chance does."""
    few, many = compare(text(7, 3), text(500, 500), own_counts(text(7, 3)), ALPHA), text(700, 300)
    assert not few.drifted
    assert compare(many, text(500, 500), own_counts(many), ALPHA).drifted


def test_a_million_rows_are_no_alarm_either() -> None:
    """A difference that is certain and does not matter."""
    now, before = text(505_000, 495_000), text(500_000, 500_000)
    assert not compare(now, before, own_counts(now), ALPHA).drifted


def test_values_beyond_the_outer_edges_are_seen_by_the_mean() -> None:
    """The edges end where the baseline ends; how far beyond the values went is known from the mean."""
    now = number([500, 490], mean=3.0)
    found = compare(now, number([500, 500]), BinCounts((500, 490, 10)), ALPHA)
    assert {one.name for one in found.distances if one.drifted} == {"wasserstein"}


@pytest.mark.parametrize(
    ("now", "before", "why"),
    [
        (text(5), number([5]), "text values now and int"),
        (number([0]), number([5]), "no values"),
        (text(1, 1, other=98), text(1, 1, other=98), "nearly every value"),
    ],
)
def test_what_cannot_be_compared_says_why(now: ColumnProfile, before: ColumnProfile, why: str) -> None:
    """And has not drifted."""
    found = compare(now, before, own_counts(now), ALPHA)
    assert why in found.reason
    assert not found.drifted


def test_a_constant_has_no_spread_to_measure_by() -> None:
    """A changed constant is still found by its distribution."""
    before = number([100], std=0.0)
    found = compare(number([100], std=0.0), before, BinCounts((0, 100)), ALPHA)
    assert found.drifted
    assert "wasserstein" not in {one.name for one in found.distances}


def test_neighbouring_cells_join_until_they_hold_a_tenth() -> None:
    """A large one stays alone, so that a spike does not swallow what lies before it."""
    assert number_groups([5, 5, 90]) == [[0, 1], [2]]
    assert number_groups([1, 90, 1, 8, 0]) == [[0], [1], [2, 3, 4]]
    assert number_groups([50, 50]) == [[0], [1]]


def test_rare_texts_join_and_what_is_not_listed_stands_last() -> None:
    """One in two hundred is frequent enough to stand alone."""
    assert text_groups([900, 95, 3, 2, 0]) == [[0], [1], [2, 3], [4]]


def test_a_baseline_knows_whether_it_lists_every_value() -> None:
    """Only then an unknown value is a new one."""
    assert (is_listed(text(5, 5)), is_category(text(5, 5))) == (True, True)
    assert (is_listed(text(5, 5, other=3)), is_category(text(5, 5, other=3))) == (False, True)
    assert not is_category(text(5, other=50))
    assert not is_category(ColumnProfile("text", 0, 0, 0))
