"""An engine that scores shards on its own: jobs that nobody waits for, which die, hang, or end without a word."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

from shared.core.ports import Lake
from shared.core.scenario import Scenarios
from shared.prediction.shard import Shard, ShardWork
from shared.prediction.sharding.shard_scoring import open_scorer
from shared.serving.ports import Scoring


@dataclass(slots=True)
class _Job:
    work: ShardWork
    left: list[Shard] = field(default_factory=list)


class Jobs:
    """Port `ScoringEngine`: a service beside the hosts, which keeps its jobs whatever happens to them."""

    def __init__(self) -> None:
        self._jobs: dict[str, _Job] = {}

    def started(self, work: ShardWork) -> bool:
        """Whether it has that job."""
        return work.name in self._jobs

    def alive(self, work: ShardWork) -> bool:
        """Whether the job has shards left."""
        job = self._jobs.get(work.name)
        return job is not None and bool(job.left)

    def submit(self, work: ShardWork) -> None:
        """Take the job, unless it is there."""
        self._jobs.setdefault(work.name, _Job(work, list(work.shards)))

    def cancel(self, work: ShardWork) -> None:
        """Nothing of it is left to do."""
        if work.name in self._jobs:
            self._jobs[work.name].left.clear()

    def go_on(self, draw: random.Random | None, lake: Lake, scenarios: Scenarios, scoring: Scoring) -> None:
        """Each job scores a shard, rests, or dies with shards left; without a draw all score what is left."""
        for job in self._jobs.values():
            while job.left:
                what = draw.random() if draw else 1.0
                if what < 0.3:
                    break
                if what < 0.4:
                    job.left.clear()
                    break
                self._score(job, lake, scenarios, scoring)
                if draw:
                    break

    @staticmethod
    def _score(job: _Job, lake: Lake, scenarios: Scenarios, scoring: Scoring) -> None:
        open_scorer(lake, scoring, scenarios[job.work.scenario], job.work).try_score(job.left.pop(0))
