"""What every worker far from the function app does with a shard: read it and its model from the lake, and score it."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING

from shared.core.errors import Transient
from shared.prediction.shard import ShardWork

if TYPE_CHECKING:
    from shared.core.ports import Lake
    from shared.prediction.sharding.shard_scoring import ShardScorer


@cache
def scorer(lake_url: str, credential: str, work: str) -> ShardScorer:
    """The scorer of this process, whose model was checked once; a process for each core, so one thread is its share."""
    from model_training.scenarios import SCENARIOS
    from shared.adapters.onnx.scoring import OnnxScoring
    from shared.datasets.accepted_contracts import accepted_scenario
    from shared.prediction.sharding.shard_scoring import open_scorer

    lake = open_lake(lake_url, credential)
    read = read_work(lake, work)
    if read.scenario not in SCENARIOS:
        raise Transient(f"This worker's code knows no scenario {read.scenario!r}; it is older or newer than the plan.")
    scenario = accepted_scenario(SCENARIOS[read.scenario], lake)
    return open_scorer(lake, OnnxScoring(workers=1), scenario, read)


def open_lake(url: str, credential: str) -> Lake:
    """The lake of that address: a folder that every worker reaches, or a container of Blob Storage."""
    if url.startswith("file:"):
        from pathlib import Path

        from shared.adapters.files.folder_lake import FolderLake

        return FolderLake(Path(url.removeprefix("file:")))
    from shared.adapters.blob.lake import open_lake as open_container

    return open_container(url, credential)


def read_work(lake: Lake, path: str) -> ShardWork:
    """The description of an attempt."""
    with lake.open(path) as source:
        return ShardWork.from_json(json.loads(source.read()), path)
