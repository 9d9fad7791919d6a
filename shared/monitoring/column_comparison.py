"""From profiles to verdicts: which columns are compared, how sure a comparison must be, and what persists."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from shared.core.policies import Monitoring
from shared.core.scenario import Scenario, Table
from shared.monitoring.measures import DriftMeasure, DriftVerdict, Reference, Source
from shared.profiles import drift
from shared.profiles.drift import ColumnDrift
from shared.profiles.profile import Described
from shared.profiles.validation import Judged, judged_names


@dataclass(frozen=True, slots=True)
class Place:
    """Which window is watched, in which order it stands, and what served it."""

    scenario: str
    window: str
    source: Source
    ordinal: int
    model: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Compared:
    """One column against one reference."""

    judged: Judged
    found: ColumnDrift
    reference: Reference
    reference_id: str


def input_names(scenario: Scenario, table: Table) -> tuple[str, ...]:
    """The columns of a scoring table that are watched: all but those that name a row or a moment."""
    return judged_names(scenario, table)


def pairs(
    table: str, names: Iterable[str], described: Described, reference: Mapping[str, Any], band: float
) -> Iterator[Judged]:
    """Every named column that both sides have, with its reference; `alpha` is set by `compared`."""
    for name in names:
        if name in described.profile["columns"] and name in reference["columns"]:
            current, before = described.profile["columns"][name], reference["columns"][name]
            yield Judged(table, name, current, before, described.against.get(name), band, 1.0)


def compared(
    columns: Sequence[Judged], reference: Reference, reference_id: str, policy: Monitoring
) -> Iterator[Compared]:
    """Each column's distances at the scenario's thresholds; all columns together keep the family's error."""
    alpha = drift.alpha_for(len(columns))
    for column in columns:
        one = replace(column, alpha=alpha)
        yield Compared(one, _found(one, policy), reference, reference_id)


def _found(one: Judged, policy: Monitoring) -> ColumnDrift:
    if one.current["count"] < policy.min_rows:
        return ColumnDrift((), f"{one.current['count']} values are fewer than the {policy.min_rows} that are compared")
    found = drift.compare(one.current, one.baseline, one.against, one.alpha)
    limits = policy.thresholds
    kept = tuple(replace(distance, threshold=limits[distance.name]) for distance in found.distances)
    return replace(found, distances=kept)


def measures(
    one: Compared, place: Place, before: Sequence[frozenset[tuple[str, str, str]]], policy: Monitoring
) -> list[DriftMeasure]:
    """The column's distances as they are kept; `before` what drifted in earlier windows.

    The earlier windows come newest first. Without a distance one line says why nothing could be compared.
    """
    judged, rows = one.judged, one.judged.current["count"] + one.judged.current["nulls"]
    common = {
        "scenario": place.scenario, "window": place.window, "source": place.source, "ordinal": place.ordinal,
        "feature": judged.name, "reference": one.reference, "reference_id": one.reference_id, "rows": rows,
        "model": place.model, "measured_at": place.at,
    }  # fmt: skip
    if not one.found.distances:
        nothing: dict[str, Any] = {"metric": "none", "value": None, "threshold": None, "noise": None}
        return [DriftMeasure(**common, **nothing, verdict="incomparable", reason=one.found.reason)]
    return [
        DriftMeasure(
            **common,
            metric=each.name,
            value=each.value,
            threshold=each.threshold,
            noise=each.noise,
            verdict=verdict(each.drifted, (judged.name, each.name, one.reference), before, policy),
            reason="",
        )
        for each in one.found.distances
    ]


def verdict(
    drifted: bool,  # noqa: FBT001 -- the fact that is judged
    key: tuple[str, str, str],
    before: Sequence[frozenset[tuple[str, str, str]]],
    policy: Monitoring,
) -> DriftVerdict:
    """`persistent` when it drifted in at least k of the last n windows, this one among them."""
    if not drifted:
        return "stable"
    seen = 1 + sum(key in window for window in before[: policy.n - 1])
    return "persistent" if seen >= policy.k else "once"


def drifted_keys(measured: Iterable[DriftMeasure]) -> frozenset[tuple[str, str, str]]:
    """The (feature, metric, reference) that were beyond."""
    beyond = (one for one in measured if one.verdict in ("once", "persistent"))
    return frozenset((one.feature, one.metric, one.reference) for one in beyond)
