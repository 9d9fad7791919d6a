"""What a Python worker of Spark does: each row of its input describes a shard; nothing is broadcast."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from model_training.engines.worker import scorer
from shared.prediction.shard import Shard

if TYPE_CHECKING:
    import pyarrow as pa

type MapInArrow = Callable[[Iterator[pa.RecordBatch]], Iterator[pa.RecordBatch]]

RESULT = "shard long, problem string"


def scoring(lake_url: str, credential: str, work: str) -> MapInArrow:
    """The function for `mapInArrow`: descriptions of shards in, what was wrong with each out."""
    return partial(_score, lake_url, credential, work)


def _score(lake_url: str, credential: str, work: str, batches: Iterator[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    import pyarrow as pa

    for batch in batches:
        for text in batch.column("shard").to_pylist():
            shard = Shard.from_json(json.loads(text))
            problem = scorer(lake_url, credential, work).try_score(shard)
            yield pa.RecordBatch.from_pydict({"shard": [shard.number], "problem": [problem]})
