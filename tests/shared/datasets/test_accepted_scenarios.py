"""The scenarios follow what was accepted in the lake, and do not wait for a lake that is away."""

from __future__ import annotations

from typing import Any

from world import PAIRS, POINTS

from shared.core.errors import Transient
from shared.datasets.accepted_contracts import AcceptedScenarios, declared_ones


class AwayLake:
    """A lake that does not answer, and counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def list(self, prefix: str) -> Any:
        """As an adapter says it."""
        self.asked += 1
        raise Transient(f"The lake did not serve {prefix!r}.")


def test_a_lake_that_is_away_is_asked_once_for_all_scenarios() -> None:
    """Every question takes its retries; a message looks again, and the declared contract counts meanwhile."""
    lake: Any = AwayLake()
    scenarios = AcceptedScenarios({"points": POINTS, "pairs": PAIRS}, lake)
    assert [scenarios["points"], scenarios["pairs"], scenarios["points"]] == [POINTS, PAIRS, POINTS]
    assert lake.asked == 1
    scenarios.refresh()
    assert scenarios["pairs"] is PAIRS
    assert lake.asked == 2


def test_what_is_declared_is_known_without_the_lake() -> None:
    """Settings are checked against it when a process starts."""
    lake: Any = AwayLake()
    assert declared_ones(AcceptedScenarios({"points": POINTS}, lake)) == {"points": POINTS}
    assert declared_ones({"points": POINTS}) == {"points": POINTS}
    assert lake.asked == 0
