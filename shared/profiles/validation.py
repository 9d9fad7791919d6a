"""Warnings: what is unusual about a dataset version that keeps its contract. Errors never get here: they quarantine.

A statistic is unusual when it lies OUTSIDE the band around the baseline's value. Where its sampling error is known the
band is widened by it, so that few rows alone raise no warning.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from shared.core.scenario import Scenario, Table
from shared.profiles import drift
from shared.profiles.distances import z_score
from shared.profiles.drift import ColumnDrift
from shared.profiles.profile import Described

SCHEMA = 1
# A share of missing cells may rise by this much before anybody is told.
_NULLS_MAY_RISE = 0.01
# Free text has a length worth watching: (statistic, its standard error).
_TEXT_STATISTICS = (
    ("mean_length", "mean_length_error", "mean length"),
    ("average_word_length", "average_word_length_error", "average word length"),
)


@dataclass(frozen=True, slots=True)
class Warned:
    """One warning; `low` and `high` are the limits that `value` should have kept, None where there is none."""

    code: str
    sentence: str
    table: str = ""
    column: str = ""
    statistic: str = ""
    value: float | None = None
    baseline: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """A column, its baseline and its rows in the baseline's cells, and how sure a comparison must be."""

    table: str
    name: str
    current: Mapping[str, Any]
    baseline: Mapping[str, Any]
    against: Mapping[str, Any] | None
    band: float
    alpha: float

    @property
    def where(self) -> str:
        """How a sentence names the column."""
        return f"Column {self.name!r} of table {self.table!r}"

    def noise(self, spread: float) -> float:
        """What the difference of two means of values with this standard deviation stays below."""
        sizes = 1 / self.current["count"] + 1 / self.baseline["count"]
        return z_score(1 - self.alpha / 2) * spread * math.sqrt(sizes)


def validation(
    scenario: Scenario,
    described: Mapping[str, Described],
    statistics: Mapping[str, float | None],
    baseline: Mapping[str, Any] | Warned,
) -> dict[str, Any]:
    """The content of validation.json; where a warning stands for the baseline, nothing is compared with one."""
    head = {"schema": SCHEMA, "state": "valid", "errors": [], "band": scenario.band}
    beyond = list(limit_warnings(statistics, scenario.limits))
    if isinstance(baseline, Warned):
        return {**head, "baseline": None, "drift": {}, "warnings": [asdict(one) for one in (baseline, *beyond)]}
    columns = list(_judged(scenario, described, baseline["profile"]["tables"]))
    compared = [(one, drift.compare(one.current, one.baseline, one.against, one.alpha)) for one in columns]
    warnings = [
        *beyond,
        *_differing_columns(scenario, described, baseline["profile"]["tables"]),
        *(warning for one, found in compared for warning in column_warnings(one, found)),
        *statistic_warnings(statistics, baseline["profile"]["statistics"], scenario.band),
    ]
    named = {"number": baseline["number"], "dataset": baseline["dataset"]}
    told = [asdict(warning) for warning in warnings]
    return {**head, "baseline": named, "drift": _drift_table(compared), "warnings": told}


def judged_names(scenario: Scenario, table: Table) -> tuple[str, ...]:
    """The columns that a baseline judges: what names a row or a moment differs in every dataset by its nature."""
    named = {*table.key, *scenario.entity, scenario.time, scenario.monitoring.restart}
    named |= {column.name for column in table.columns if column.identifies or column.kind == "time"}
    return tuple(column.name for column in table.columns if column.name not in named)


def outside(value: float, low: float | None, high: float | None) -> bool:
    """Whether the value is below `low` or above `high`; on the limit it is inside."""
    return (low is not None and value < low) or (high is not None and value > high)


def limits(baseline: float, band: float, *, scale: float | None = None, noise: float = 0.0) -> tuple[float, float]:
    """The band around the baseline's value: `band` of `scale` (of the value itself when None), plus noise."""
    half = band * abs(baseline if scale is None else scale) + noise
    return baseline - half, baseline + half


def column_warnings(one: Judged, found: ColumnDrift) -> Iterator[Warned]:
    """Everything unusual about one column."""
    if one.current["kind"] != one.baseline["kind"]:
        yield Warned("kind_changed", f"{one.where}: {found.reason}.", one.table, one.name)
        return
    yield from _more_nulls(one)
    if one.current["count"] and one.baseline["count"]:
        if one.baseline["kind"] == "text":
            yield from _new_values(one)
            yield from _text_band(one)
        else:
            yield from _number_band(one)
    yield from _drifted(one, found)


def statistic_warnings(
    statistics: Mapping[str, float | None], baseline: Mapping[str, float | None], band: float
) -> Iterator[Warned]:
    """The scenario's own statistics against the plain band."""
    for name, value in statistics.items():
        before = baseline.get(name)
        if before is None:
            continue
        if value is None:
            yield Warned("statistic_absent", f"Statistic {name} has no value.", statistic=name, baseline=before)
            continue
        yield from _band(name, f"Statistic {name}", value, before, limits(before, band))


def limit_warnings(statistics: Mapping[str, float | None], limits_of: Sequence[tuple[str, float]]) -> Iterator[Warned]:
    """Statistics above the most that the scenario expects of any dataset."""
    for name, high in limits_of:
        value = statistics.get(name)
        if value is not None and outside(value, None, high):
            sentence = f"Statistic {name} is {value:.4g}; at most {high:g} is expected of any dataset."
            yield Warned("statistic_limit", sentence, statistic=name, value=value, high=high)


def _judged(scenario: Scenario, described: Mapping[str, Described], baselines: Mapping[str, Any]) -> Iterator[Judged]:
    pairs = [
        (table, name)
        for table in scenario.tables
        if table.name in described
        for name in judged_names(scenario, table)
        if name in described[table.name].profile["columns"]
        and name in baselines.get(table.name, {"columns": {}})["columns"]
    ]
    alpha = drift.alpha_for(len(pairs))
    for table, name in pairs:
        mine = described[table.name]
        current, before = mine.profile["columns"][name], baselines[table.name]["columns"][name]
        yield Judged(table.name, name, current, before, mine.against.get(name), scenario.band, alpha)


def _differing_columns(
    scenario: Scenario, described: Mapping[str, Described], baselines: Mapping[str, Any]
) -> Iterator[Warned]:
    for table in scenario.tables:
        if table.name not in described:
            continue
        now = described[table.name].profile["columns"]
        then = baselines.get(table.name, {"columns": {}})["columns"]
        for name in sorted(then.keys() - now.keys()):
            yield Warned("column_absent", f"Column {name!r} of table {table.name!r} is gone.", table.name, name)
        for name in sorted(now.keys() - then.keys()):
            sentence = f"Column {name!r} of table {table.name!r} is not in the baseline and was not judged."
            yield Warned("column_new", sentence, table.name, name)


def _more_nulls(one: Judged) -> Iterator[Warned]:
    n, m = (side["count"] + side["nulls"] for side in (one.current, one.baseline))
    # A table that may be empty has no share of missing cells then.
    if not n or not m:
        return
    share, before = one.current["nulls"] / n, one.baseline["nulls"] / m
    pooled = (one.current["nulls"] + one.baseline["nulls"]) / (n + m)
    noise = z_score(1 - one.alpha / 2) * math.sqrt(pooled * (1 - pooled) * (1 / n + 1 / m))
    high = before + max(_NULLS_MAY_RISE, one.band * before) + noise
    if outside(share, None, high):
        sentence = (
            f"{one.where}: {share:.1%} of the cells are missing, {before:.1%} in the baseline (up to {high:.1%})."
        )
        yield Warned("null_share", sentence, one.table, one.name, "null_share", share, before, None, high)


def _new_values(one: Judged) -> Iterator[Warned]:
    if one.against is None or not drift.is_listed(one.baseline) or not one.against["counts"][-1]:
        return
    rows = one.against["counts"][-1]
    shown = ", ".join(f"{str(value)[:40]!r}" for value, _ in one.against["new"])
    sentence = f"{one.where}: {rows} row(s) hold values that the baseline does not know: {shown}."
    share = rows / one.current["count"]
    yield Warned("new_category", sentence, one.table, one.name, "new_share", share, 0.0, None, 0.0)


def _number_band(one: Judged) -> Iterator[Warned]:
    mean, std = one.baseline["mean"], one.baseline["std"]
    if mean is None or std is None or one.current["mean"] is None or one.current["std"] is None:
        return
    # Around a mean near zero a share of the mean is nothing: the spread is the column's own measure then.
    kept = limits(mean, one.band, scale=max(abs(mean), std), noise=one.noise(std))
    yield from _band("mean", f"{one.where}: the mean", one.current["mean"], mean, kept, one)
    shape = max((one.baseline["kurtosis"] or 1.0), (one.current["kurtosis"] or 1.0)) - 1
    kept = limits(std, one.band, noise=one.noise(std * math.sqrt(max(shape, 0.0)) / 2))
    yield from _band("std", f"{one.where}: the standard deviation", one.current["std"], std, kept, one)


def _text_band(one: Judged) -> Iterator[Warned]:
    if drift.is_category(one.baseline):
        return
    for name, error, words in _TEXT_STATISTICS:
        value, before = one.current[name], one.baseline[name]
        if value is None or before is None:
            continue
        z, spread = z_score(1 - one.alpha / 2), math.hypot(one.current[error], one.baseline[error])
        kept = limits(before, one.band, noise=z * spread)
        yield from _band(name, f"{one.where}: the {words}", value, before, kept, one)


def _band(  # noqa: PLR0917 -- the facts of one warning
    name: str, subject: str, value: float, before: float, kept: tuple[float, float], one: Judged | None = None
) -> Iterator[Warned]:
    low, high = kept
    if outside(value, low, high):
        sentence = f"{subject} is {value:.4g}, outside {low:.4g} to {high:.4g} around the baseline's {before:.4g}."
        place = ("", "") if one is None else (one.table, one.name)
        yield Warned("statistic_band", sentence, *place, name, value, before, low, high)


def _drifted(one: Judged, found: ColumnDrift) -> Iterator[Warned]:
    largest = found.largest
    if largest is None or not found.drifted:
        return
    named = [each.name.replace("_", " ") for each in found.distances if each.drifted]
    sentence = (
        f"{one.where} has drifted from the baseline: {largest.name.replace('_', ' ')} is {largest.value:.3f}, "
        f"beyond {largest.critical:.3f} (drifted by: {', '.join(named)})."
    )
    yield Warned("drift", sentence, one.table, one.name, largest.name, largest.value, 0.0, None, largest.critical)


def _drift_table(compared: list[tuple[Judged, ColumnDrift]]) -> dict[str, dict[str, Any]]:
    tables: dict[str, dict[str, Any]] = {}
    for one, found in compared:
        distances = [{**asdict(each), "critical": each.critical, "drifted": each.drifted} for each in found.distances]
        told = {"drifted": found.drifted, "reason": found.reason, "distances": distances, **(one.against or {})}
        tables.setdefault(one.table, {})[one.name] = told
    return tables
