"""Issues that only the rows of a window show: a load that came twice, and far fewer rows than usual."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from shared.core.breach import Cause
from shared.core.scenario import Scenario
from shared.monitoring import triage
from shared.monitoring.drift.scored_rows import WindowData
from shared.monitoring.drift.window_profiles import read_window_profile
from shared.monitoring.measures import WindowFacts
from shared.monitoring.triage import DataIssue
from shared.profiles.row_facts import RowFacts

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts

# How many earlier windows say whether rows are repeated, and how many rows are usual.
EARLIER = 8


def repeated_rows(
    ports: MonitoringPorts, scenario: Scenario, before: Sequence[WindowFacts], rows: Mapping[str, RowFacts]
) -> tuple[int, list[DataIssue]]:
    """How many rows an earlier window held as well, and the issue when a load came twice."""
    table, limit = scenario.batch.table, scenario.monitoring.duplicate_share
    if table not in rows:
        return 0, []
    worst, window = 0.0, ""
    for earlier in [earlier for earlier in before if earlier.rows][:EARLIER]:
        profile = read_window_profile(ports, scenario.name, earlier.window)
        share = triage.overlap(rows[table].sketch, profile.sketch) if profile is not None else 0.0
        worst, window = max((worst, window), (share, earlier.window))
    within = rows[table].repeated / max(rows[table].rows, 1)
    issues = []
    if worst >= limit:
        sentence = f"Window {window} held about {worst:.0%} of the rows already: the load came twice."
        issues.append(DataIssue(Cause.DUPLICATE_LOAD, table, "", sentence))
    elif within >= limit:
        sentence = f"{within:.0%} of the rows are equal to another row of the same window: the load came twice."
        issues.append(DataIssue(Cause.DUPLICATE_LOAD, table, "", sentence))
    return round(worst * rows[table].rows), issues


def volume_issues(data: WindowData, before: Sequence[WindowFacts], scenario: Scenario) -> Iterator[DataIssue]:
    """The issue of a window with far fewer rows than usual."""
    sentence = triage.volume(data.rows, [facts.rows for facts in before if facts.rows][:EARLIER], scenario.monitoring)
    if sentence:
        yield DataIssue(Cause.VOLUME_DROP, next(iter(data.tables), ""), "", sentence)
