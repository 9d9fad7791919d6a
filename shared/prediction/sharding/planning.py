"""The shards of a window: its files are read once, strictly, and written as normalised Parquet.

Each input file is a piece with a record of its own, so that what one call has cut no other cuts again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from shared.core.errors import Missing
from shared.core.lake_reading import read_json
from shared.core.paths import shards_folder
from shared.core.scenario import Scenario
from shared.datasets.rejects import Reject, Rejects
from shared.prediction.commits import sha256_of
from shared.prediction.reject_files import write_rejects
from shared.prediction.shard import Shard, ShardFile
from shared.prediction.sharding.cutting import cut
from shared.prediction.sharding.entities import cut_by_entity
from shared.prediction.sharding.piece import Piece, piece_path
from shared.prediction.window import split_input
from shared.prediction.window_plan import WindowPlan

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.prediction.ports import PredictionPorts


@dataclass(frozen=True, slots=True)
class ShardPlan:
    """All shards of a window in order, and the rows that were set aside, of how many."""

    shards: tuple[Shard, ...]
    rejects: tuple[Reject, ...]
    read: int


class _OutOfTimeError(Exception):
    """The call has no time for another file."""


def plan_shards(
    ports: PredictionPorts, scenario: Scenario, plan: WindowPlan, is_late: Callable[[], bool]
) -> ShardPlan | None:
    """The shards of the window, cut now as far as they are not; None when the call must end before all files are.

    Quarantined like a window that is read in one piece: for a row, and for the whole.
    """
    done = _read_pieces(ports, plan)
    if len(done) < _pieces(scenario, plan):
        try:
            _cut_rest(ports, scenario, plan, done, is_late)
        except _OutOfTimeError:
            return None
        done = _read_pieces(ports, plan)
        write_rejects(ports, scenario, plan.window, [one for piece in done for one in piece.rejects])
    return ShardPlan(
        tuple(shard for piece in done for shard in piece.shards),
        tuple(one for piece in done for one in piece.rejects),
        sum(piece.read for piece in done),
    )


def _pieces(scenario: Scenario, plan: WindowPlan) -> int:
    """How many pieces a window has: each file is one, or all tables together."""
    return 1 if scenario.batch.shard_by else len(plan.inputs)


def _read_pieces(ports: PredictionPorts, plan: WindowPlan) -> list[Piece]:
    pieces = []
    for number in range(len(plan.inputs)):
        path = piece_path(plan.scenario, plan.window, number)
        if ports.core.lake.stat(path) is None:
            break
        pieces.append(Piece.from_json(read_json(ports, path), path))
    return pieces


def _cut_rest(
    ports: PredictionPorts,
    scenario: Scenario,
    plan: WindowPlan,
    done: Sequence[Piece],
    is_late: Callable[[], bool],
) -> None:
    """Cut the files that are not; those that are take part in the checks of the whole from their shards.

    The record of the last one is kept when the whole is found good: with it the window is cut.
    """
    if scenario.batch.shard_by:
        _keep_record(ports, plan, 0, cut_by_entity(ports, scenario, plan, partial(keep_file, ports, plan)))
        return
    table, known = scenario.scoring_table, list(done)

    def parts() -> Generator[Iterator[pa.RecordBatch]]:
        for piece in done:
            yield _stored(ports, piece.shards)
        for number in range(len(done), len(plan.inputs)):
            if number > len(done) and is_late():
                raise _OutOfTimeError
            yield _cut_file(ports, scenario, plan, number, known)

    with closing(parts()) as opened:
        for _ in ports.datasets.tables.check_stream(opened, table):
            pass
    _keep_record(ports, plan, len(known) - 1, known[-1])


def _keep_record(ports: PredictionPorts, plan: WindowPlan, number: int, piece: Piece) -> None:
    ports.core.lake.put(piece_path(plan.scenario, plan.window, number), piece.to_bytes())


def _cut_file(
    ports: PredictionPorts, scenario: Scenario, plan: WindowPlan, number: int, known: list[Piece]
) -> Iterator[pa.RecordBatch]:
    """The rows of the file as they are written to shards; at their end its record is kept."""
    rejects = Rejects(scenario.tolerated)
    path, etag = split_input(plan.inputs[number])
    before = [shard for piece in known for shard in piece.shards]
    first = before[-1].first_row + before[-1].rows if before else 0
    shards: list[Shard] = []
    with ports.core.lake.open(path, etag=etag) as source:
        rows = ports.datasets.tables.stream(source, PurePosixPath(path).name, scenario.scoring_table, rejects)
        for table in cut(rows, ports.prediction.sharding):
            file = keep_file(ports, plan, scenario.batch.table, table)
            shards.append(Shard(len(before) + len(shards), first, table.num_rows, (file,)))
            first += table.num_rows
            yield from table.to_batches()
    rows_read = rejects.read or sum(shard.rows for shard in shards)
    piece = Piece(plan.inputs[number], tuple(shards), tuple(rejects.found), rows_read)
    known.append(piece)
    if number + 1 < len(plan.inputs):
        _keep_record(ports, plan, number, piece)


def keep_file(ports: PredictionPorts, plan: WindowPlan, table: str, rows: pa.Table) -> ShardFile:
    """Write the rows under their sha256; a file there that is not whole is replaced."""
    content = ports.datasets.tables.write(rows)
    sha256 = hashlib.sha256(content).hexdigest()
    path = f"{shards_folder(plan.scenario, plan.window)}{sha256}.parquet"
    file = ShardFile(table, path, sha256, len(content))
    _, written = ports.core.lake.put(path, content)
    if not written and not _is_whole(ports, file):
        ports.core.lake.put(path, content, if_absent=False)
    return file


def _stored(ports: PredictionPorts, shards: Sequence[Shard]) -> Iterator[pa.RecordBatch]:
    import pyarrow.parquet as pq

    for shard in shards:
        with ports.core.lake.open(shard.files[0].path) as source:
            yield from pq.ParquetFile(source, page_checksum_verification=True).iter_batches()


def planned_shards(ports: PredictionPorts, plan: WindowPlan) -> list[Shard]:
    """The shards of a window that is cut, in order."""
    return [shard for piece in _read_pieces(ports, plan) for shard in piece.shards]


def mend_shards(ports: PredictionPorts, scenario: Scenario, plan: WindowPlan) -> None:
    """Write every shard file again that is not whole, from the pinned files it was cut from."""
    for piece in _read_pieces(ports, plan):
        if any(not _is_whole(ports, file) for shard in piece.shards for file in shard.files):
            _cut_again(ports, scenario, plan, piece)


def _cut_again(ports: PredictionPorts, scenario: Scenario, plan: WindowPlan, piece: Piece) -> None:
    if scenario.batch.shard_by:
        cut_by_entity(ports, scenario, plan, partial(keep_file, ports, plan))
        return
    path, etag = split_input(piece.input)
    with ports.core.lake.open(path, etag=etag) as source:
        table, rejects = scenario.scoring_table, Rejects(scenario.tolerated)
        rows = ports.datasets.tables.stream(source, PurePosixPath(path).name, table, rejects)
        for one in cut(rows, ports.prediction.sharding):
            keep_file(ports, plan, scenario.batch.table, one)


def _is_whole(ports: PredictionPorts, file: ShardFile) -> bool:
    try:
        with ports.core.lake.open(file.path) as source:
            return sha256_of(source) == file.sha256
    except Missing:
        return False
