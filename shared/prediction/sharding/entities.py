"""Windows of several tables are cut by entity: a shard holds some entities whole, with all that any table says of them.

Entities go into shards in order, so that ids follow (entity, time), whoever scores which shard.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Generator, Iterator, Mapping, Sequence
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from shared.core.paths import table_of
from shared.core.scenario import Scenario
from shared.datasets.rejects import Rejects
from shared.prediction.shard import Shard, ShardFile
from shared.prediction.sharding.piece import Piece
from shared.prediction.window import split_input
from shared.prediction.window_inputs import window_table
from shared.prediction.window_plan import WindowPlan

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.prediction.ports import PredictionPorts

# So many rows are in memory before they are put aside.
_HELD = 1_000_000

type Keep = Callable[[str, pa.Table], ShardFile]


def cut_by_entity(ports: PredictionPorts, scenario: Scenario, plan: WindowPlan, keep: Keep) -> Piece:
    """The shards of the window; its files are read twice and never held whole. `keep` writes a table's rows."""
    key, rejects = scenario.batch.shard_by, Rejects(scenario.tolerated)
    sizes = _count(_rows(ports, scenario, plan, rejects), key)
    groups = _groups(sizes, ports.prediction.sharding.shard_rows)
    others = _others(ports, scenario, plan)
    shards: list[Shard] = []
    first = 0
    with tempfile.TemporaryDirectory(prefix="mlops-shards-") as folder:
        _put_aside(_rows(ports, scenario, plan, Rejects(scenario.tolerated)), key, groups, Path(folder))
        for number, group in enumerate(groups):
            rows = _aside(Path(folder), number)
            files = [keep(scenario.batch.table, rows)]
            files += [keep(name, _of(table, key, group)) for name, table in others.items()]
            shards.append(Shard(number, first, rows.num_rows, tuple(files)))
            first += rows.num_rows
    return Piece("", tuple(shards), tuple(rejects.found), rejects.read or first)


def _rows(ports: PredictionPorts, scenario: Scenario, plan: WindowPlan, rejects: Rejects) -> Generator[pa.RecordBatch]:
    """The rows of the table to predict, strictly read."""
    table = scenario.scoring_table

    def parts() -> Generator[Iterator[pa.RecordBatch]]:
        for path, etag in map(split_input, plan.inputs):
            name = PurePosixPath(path).name
            if table_of(name, "scoring", scenario).name == table.name:
                with ports.core.lake.open(path, etag=etag) as source:
                    yield ports.datasets.tables.stream(source, name, table, rejects)

    with closing(parts()) as opened:
        yield from ports.datasets.tables.check_stream(opened, table)


def _others(ports: PredictionPorts, scenario: Scenario, plan: WindowPlan) -> Mapping[str, pa.Table]:
    """The tables beside the rows to predict, which are small."""
    beside = [table for table in scenario.scoring_tables if table.name != scenario.batch.table]
    return {table.name: window_table(ports, scenario, table, plan.inputs) for table in beside}


def _count(batches: Iterator[pa.RecordBatch], key: str) -> Counter[Any]:
    sizes: Counter[Any] = Counter()
    for batch in batches:
        for found in batch.column(key).value_counts().to_pylist():
            sizes[found["values"]] += found["counts"]
    return sizes


def _groups(sizes: Mapping[Any, int], most: int) -> list[list[Any]]:
    """The entities of each shard, in order: as many as fit, at least one."""
    groups: list[list[Any]] = []
    room = 0
    for entity in sorted(sizes):
        if not groups or sizes[entity] > room:
            groups.append([])
            room = most
        groups[-1].append(entity)
        room -= sizes[entity]
    return groups


def _put_aside(batches: Iterator[pa.RecordBatch], key: str, groups: Sequence[Sequence[Any]], folder: Path) -> None:
    """Write the rows into files of their shards, as they come."""
    import pyarrow as pa

    held: list[pa.RecordBatch] = []
    count, turn = 0, 0
    for batch in batches:
        held.append(batch)
        count += batch.num_rows
        if count >= _HELD:
            _divide(pa.Table.from_batches(held), key, groups, folder, turn)
            held, count, turn = [], 0, turn + 1
    if held:
        _divide(pa.Table.from_batches(held), key, groups, folder, turn)


def _divide(rows: pa.Table, key: str, groups: Sequence[Sequence[Any]], folder: Path, turn: int) -> None:
    import pyarrow.parquet as pq

    for number, group in enumerate(groups):
        part = _of(rows, key, group)
        if part.num_rows:
            pq.write_table(part, folder / f"{number:06d}-{turn:06d}.parquet")


def _aside(folder: Path, number: int) -> pa.Table:
    import pyarrow as pa
    import pyarrow.parquet as pq

    return pa.concat_tables(pq.read_table(path) for path in sorted(folder.glob(f"{number:06d}-*.parquet")))


def _of(table: pa.Table, key: str, group: Sequence[Any]) -> pa.Table:
    """The rows of these entities; the whole of a table that says nothing of entities."""
    import pyarrow as pa
    import pyarrow.compute as pc

    if key not in table.column_names:
        return table
    return table.filter(pc.is_in(table.column(key), value_set=pa.array(group, table.schema.field(key).type)))
