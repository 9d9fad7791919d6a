"""Entry script of Azure ML's parallel job for large windows: each file of its input describes a shard.

The service calls `init()` once in a process and `run(mini_batch)` with paths of files. Predictions and receipts go to
the lake; the job's own output names the shards. A shard that cannot be scored fails its mini-batch.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from model_training.engines.worker import scorer
from shared.core.errors import Corrupt
from shared.prediction.shard import Shard


def init() -> None:
    """Load the model of the attempt, once."""
    scorer(*_place())


def run(mini_batch: Sequence[str]) -> list[str]:
    """Score the shards that the files describe; returns their numbers."""
    return [_score(Path(path)) for path in mini_batch]


def _score(path: Path) -> str:
    shard = Shard.from_json(json.loads(path.read_text()))
    if problem := scorer(*_place()).try_score(shard):
        raise Corrupt(f"Shard {shard.number}: {problem}")
    return str(shard.number)


@cache
def _place() -> tuple[str, str, str]:
    """Lake, credential and description of the attempt; the service adds arguments of its own."""
    options = parser().parse_known_args(sys.argv[1:])[0]
    return options.lake, options.credential, options.work


def parser() -> argparse.ArgumentParser:
    """The arguments of the entry script."""
    result = argparse.ArgumentParser(prog="parallel_entry.py", description=__doc__, allow_abbrev=False)
    result.add_argument("--lake", required=True, metavar="URL", help="as in LAKE_URL")
    result.add_argument("--credential", default="default", help="as in AZURE_CREDENTIAL")
    result.add_argument("--work", required=True, metavar="PATH", help="the attempt's description in the lake")
    return result
