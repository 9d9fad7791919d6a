"""Some shards of a large window, read again: monitoring looks at rows from all over it, and holds no window whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.core.lake_reading import read_parquet
from shared.prediction.commits import whole_commit
from shared.prediction.plans import read_plan
from shared.prediction.sharding.planning import planned_shards
from shared.prediction.window import Commit

if TYPE_CHECKING:
    from collections.abc import Mapping

    import pyarrow as pa

    from shared.prediction.ports import PredictionPorts
    from shared.prediction.shard import Shard

# Evenly spaced over the window.
_MOST = 3


def sample_shards(ports: PredictionPorts, commit: Commit) -> tuple[Mapping[str, pa.Table], pa.Table]:
    """The input tables of some shards of the committed window by name, and the answers to them."""
    import pyarrow as pa

    plan = read_plan(ports, commit.scenario, commit.window)
    answers = {file.first_row: file.path for file in whole_commit(ports, commit).shards}
    chosen = _spread([one for one in planned_shards(ports, plan) if one.first_row in answers])
    names = [file.table for file in chosen[0].files] if chosen else []
    tables = {
        name: pa.concat_tables(
            read_parquet(ports, file.path) for shard in chosen for file in shard.files if file.table == name
        )
        for name in names
    }
    return tables, pa.concat_tables(read_parquet(ports, answers[shard.first_row]) for shard in chosen)


def _spread(shards: list[Shard]) -> list[Shard]:
    if len(shards) <= _MOST:
        return shards
    return [shards[number * (len(shards) - 1) // (_MOST - 1)] for number in range(_MOST)]
