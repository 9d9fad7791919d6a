"""Scoring of shards as a job of Azure ML for each attempt: a parallel job, or the driver of a Spark job."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from shared.adapters.azureml.datastore import in_datastore
from shared.adapters.azureml.faults import explained
from shared.adapters.azureml.jobs import ROLE, Jobs
from shared.core.paths import shards_folder
from shared.core.ports import Lake

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

    from shared.prediction.shard import ShardWork


class AzureMlScorer:
    """Port `ScoringEngine` as a parallel job, with a small file for each shard.

    The job leaves predictions and receipts in the lake; its own end is a hint.
    """

    def __init__(
        self, client: Callable[[], MLClient], lake: Lake, lake_url: str, order: Callable[[ShardWork, str, str], Any]
    ) -> None:
        """`order` makes the job of an attempt from the addresses of its folder of shards (if any) and of the lake."""
        self._jobs = Jobs(client)
        self._lake = lake
        self._lake_url = lake_url.rstrip("/")
        self._order = order

    def started(self, work: ShardWork) -> bool:
        """Return whether the workspace has the job of this attempt."""
        return self._jobs.status(work.name, _what(work)) is not None

    def alive(self, work: ShardWork) -> bool:
        """Return whether the job of this attempt has not ended."""
        return self._jobs.alive(work.name, _what(work))

    def submit(self, work: ShardWork) -> None:
        """Start the attempt, unless it was started."""
        if self.started(work):
            return
        tasks = self._tasks(work)
        with explained(f"preparing the job of {_what(work)}", ROLE):
            job = self._order(work, tasks, self._lake_url)
        self._jobs.submit(work.name, _what(work), job)

    def cancel(self, work: ShardWork) -> None:
        """Ask the service to end the job; one that is missing or has ended is left as it is."""
        self._jobs.cancel(work.name, _what(work))

    def _tasks(self, work: ShardWork) -> str:
        """Return the address of the folder of shards."""
        folder = tasks_folder(work)
        for shard in work.shards:
            self._lake.put(f"{folder}{shard.number:06d}.json", json.dumps(asdict(shard)).encode())
        return in_datastore(folder)


class AzureMlSparkScorer(AzureMlScorer):
    """The same as a Spark job, whose driver reads the list of shards in the attempt's description."""

    def _tasks(self, work: ShardWork) -> str:  # noqa: ARG002 - another engine's job has files
        """Return an empty text: there is no folder."""
        return ""


def tasks_folder(work: ShardWork) -> str:
    """Return the folder of the lake with a file for each shard of the attempt: the input of its job."""
    return f"{shards_folder(work.scenario, work.window)}tasks/{work.attempt:06d}/"


def _what(work: ShardWork) -> str:
    return f"attempt {work.attempt} at window {work.window} of {work.scenario}"
