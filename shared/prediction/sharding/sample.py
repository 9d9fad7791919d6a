"""Some shards of a large window, read again: monitoring looks at rows from all over it, and holds no window whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.prediction.commits import answer_blocks, whole_commit
from shared.prediction.plans import read_plan
from shared.prediction.sharding.planning import planned_shards
from shared.prediction.window import Commit

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    import pyarrow as pa

    from shared.datasets.rows import Rows
    from shared.prediction.ports import PredictionPorts
    from shared.prediction.shard import Shard, ShardFile

# Evenly spaced over the window.
_MOST = 3


def sample_shards(ports: PredictionPorts, commit: Commit) -> tuple[Mapping[str, Rows], Iterator[pa.RecordBatch]]:
    """The input tables of some shards of the committed window by name, and the answers to them, block by block."""
    plan = read_plan(ports, commit.scenario, commit.window)
    answers = {file.first_row: file for file in whole_commit(ports, commit).shards}
    chosen = _spread([one for one in planned_shards(ports, plan) if one.first_row in answers])
    names = [file.table for file in chosen[0].files] if chosen else []
    files = {name: [file for shard in chosen for file in shard.files if file.table == name] for name in names}
    tables = {name: _rows(ports, found) for name, found in files.items()}
    return tables, answer_blocks(ports, [answers[shard.first_row] for shard in chosen])


def _rows(ports: PredictionPorts, files: Sequence[ShardFile]) -> Rows:
    from shared.datasets.rows import JoinedRows
    from shared.datasets.stored_rows import spooled

    parts = []
    for file in files:
        with ports.core.lake.open(file.path) as source:
            parts.append(spooled(source, file.sha256, file.path))
    return JoinedRows(parts)


def _spread(shards: list[Shard]) -> list[Shard]:
    if len(shards) <= _MOST:
        return shards
    return [shards[number * (len(shards) - 1) // (_MOST - 1)] for number in range(_MOST)]
