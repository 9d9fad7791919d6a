"""Scoring of shards in this process, one after the other, as far as the time of a call reaches."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from shared.core.ports import Clock, Lake
from shared.core.scenario import Scenarios
from shared.prediction.shard import ShardWork
from shared.prediction.sharding.shard_scoring import open_scorer

if TYPE_CHECKING:
    from shared.serving.ports import Scoring


class ProcessScorer:
    """Port `ScoringEngine`: what one call leaves, the next one goes on with."""

    def __init__(self, lake: Lake, scoring: Scoring, scenarios: Scenarios, clock: Clock, budget: timedelta) -> None:
        self._lake = lake
        self._scoring = scoring
        self._scenarios = scenarios
        self._clock = clock
        self._budget = budget

    def started(self, work: ShardWork) -> bool:  # noqa: ARG002 - the port's signature
        """Return False: whatever a call left is submitted again, and scores the rest."""
        return False

    def alive(self, work: ShardWork) -> bool:  # noqa: ARG002 - the port's signature
        """Return False: nothing goes on when the call has ended."""
        return False

    def submit(self, work: ShardWork) -> None:
        """Score the shards until the time is up, at least one."""
        ends = self._clock() + self._budget
        scorer = open_scorer(self._lake, self._scoring, self._scenarios[work.scenario], work)
        for shard in work.shards:
            scorer.score(shard)
            if self._clock() >= ends:
                return

    def cancel(self, work: ShardWork) -> None:
        """Do nothing: nothing goes on."""
