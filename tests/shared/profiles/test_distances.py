"""Distances against scipy, and what chance gives against chance."""

import numpy as np
import pytest
from scipy import stats
from scipy.spatial import distance

from shared.profiles import distances as d

P, Q = [10, 30, 60], [20, 20, 60]


def samples(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Two samples of whole numbers."""
    random = np.random.default_rng(seed)
    return random.poisson(5, 400), random.poisson(6, 300)


def cells(values: np.ndarray, edges: np.ndarray) -> list[int]:
    """Counts between the edges, open at both ends."""
    return np.diff(np.searchsorted(np.sort(values), edges, side="right"), prepend=0, append=len(values)).tolist()


def test_equal_counts_are_no_distance_apart() -> None:
    """Also when one sample is ten times the other."""
    ten = [10 * count for count in P]
    assert d.kolmogorov_smirnov(P, ten) == pytest.approx(0)
    assert d.jensen_shannon(d.shares(P), d.shares(ten)) == 0
    assert d.cramers_v(d.shares(P), d.shares(ten)) == 0
    assert d.wasserstein(P, ten, [1.0, 2.0], steps=True) == pytest.approx(0)
    assert d.psi(P, ten) == pytest.approx(0, abs=1e-3)


def test_jensen_shannon_is_that_of_scipy() -> None:
    """In bits, so that shares without a common cell are 1 apart."""
    p, q = d.shares(P), d.shares(Q)
    assert d.jensen_shannon(p, q) == pytest.approx(distance.jensenshannon(p, q, base=2))
    assert d.jensen_shannon([1.0, 0.0], [0.0, 1.0]) == pytest.approx(1)


def test_psi_is_its_definition() -> None:
    """The sum of (p - q) ln(p / q); an empty cell does not make it infinite."""
    p, q = [count / 1e6 for count in (1e5, 3e5, 6e5)], [count / 1e6 for count in (2e5, 2e5, 6e5)]
    wanted = sum((a - b) * np.log(a / b) for a, b in zip(p, q, strict=True))
    assert d.psi([100_000, 300_000, 600_000], [200_000, 200_000, 600_000]) == pytest.approx(wanted, rel=1e-4)
    assert 0 < d.psi([100, 0], [50, 50]) < 10


def test_cramers_v_of_equally_large_samples_is_that_of_scipy() -> None:
    """And the same when one of them is counted ten times."""
    wanted = stats.contingency.association(np.array([P, Q]), method="cramer")
    assert d.cramers_v(d.shares(P), d.shares(Q)) == pytest.approx(wanted)
    assert d.cramers_v(d.shares([10 * one for one in P]), d.shares(Q)) == pytest.approx(wanted)


def test_distribution_functions_are_compared_as_scipy_does() -> None:
    """Kolmogorov-Smirnov and Wasserstein are exact where every value is an edge."""
    a, b = samples()
    edges = np.unique(np.concatenate((a, b)))
    now, then = cells(a, edges), cells(b, edges)
    assert d.kolmogorov_smirnov(now, then) == pytest.approx(stats.ks_2samp(a, b).statistic)
    wanted = stats.wasserstein_distance(a, b)
    assert d.wasserstein(now, then, edges.tolist(), steps=True) == pytest.approx(wanted)


def test_between_edges_distribution_functions_are_straight() -> None:
    """64 quantiles give the area of 20 000 normal values within six in a hundred, and lines may cross."""
    random = np.random.default_rng(1)
    a, b = random.normal(0.3, 1, 20_000), random.normal(0, 1, 20_000)
    edges = np.quantile(b, np.linspace(0, 1, 64))
    area = d.wasserstein(cells(a, edges), cells(b, edges), edges.tolist(), steps=False)
    assert area == pytest.approx(stats.wasserstein_distance(a, b), rel=0.06)
    assert d.wasserstein([0, 10, 0, 0], [5, 0, 5, 0], [0.0, 1.0, 2.0], steps=False) == pytest.approx(0.5)


@pytest.mark.parametrize("degrees", [1, 2, 3, 9, 40])
@pytest.mark.parametrize("probability", [0.9, 0.99, 0.99999])
def test_the_quantile_of_chi_squared_is_close(degrees: int, probability: float) -> None:
    """Within six in a hundred of scipy's."""
    assert d.chi2_quantile(probability, degrees) == pytest.approx(stats.chi2.ppf(probability, degrees), rel=0.06)


def test_one_cell_has_no_noise() -> None:
    """Where there is nothing to vary."""
    assert d.psi_noise(1, 100, 100, 0.01) == 0


@pytest.mark.parametrize("size", [100, 1_000])
def test_chance_exceeds_the_noise_as_seldom_as_promised(size: int) -> None:
    """Of 400 pairs of samples of one source at most 3 in 100 exceed what 1 in 100 may."""
    random, alpha, over = np.random.default_rng(size), 0.01, np.zeros(5)
    source = random.normal(size=5_000)
    edges = np.quantile(source, np.linspace(0, 1, 11))
    then = cells(source, edges)
    q = d.shares(then)
    for _ in range(400):
        now = cells(random.choice(source, size), edges)
        p, n, m = d.shares(now), size, len(source)
        over += (
            d.psi(now, then) > d.psi_noise(12, n, m, alpha),
            d.jensen_shannon(p, q) > d.jensen_shannon_noise(12, n, m, alpha),
            d.cramers_v(p, q) > d.cramers_v_noise(12, n, m, alpha),
            d.kolmogorov_smirnov(now, then) > d.kolmogorov_smirnov_noise(n, m, alpha),
            d.wasserstein(now, then, edges.tolist(), steps=False)
            > d.wasserstein_noise(then, edges.tolist(), source.std(), n, m, alpha),
        )
    assert (over <= 12).all(), over


def test_no_rows_have_no_shares() -> None:
    """Said, not divided by zero."""
    with pytest.raises(ValueError, match="no rows"):
        d.shares([0, 0])
