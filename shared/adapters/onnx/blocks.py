"""The rows of a window in blocks of one size, however its files divide them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, BinaryIO

import pyarrow as pa
import pyarrow.parquet as pq

from shared.core.errors import Corrupt, Quarantined
from shared.serving.prediction_rows import CARRIED

if TYPE_CHECKING:
    from shared.serving.ports import BatchJob
    from shared.training.input_contract import InputContract


def blocks(job: BatchJob, contract: InputContract, size: int) -> Iterator[tuple[int, pa.Table]]:
    """(row number from 0 in the window, table of `size` rows, the last one shorter) over the job's rows, in order.

    Equal rows give equal blocks, because a model may round differently in blocks of other sizes.
    """
    start = job.first_row
    for table in _cut(_batches(job, contract, size), size):
        yield start, table
        start += table.num_rows


def _cut(batches: Iterable[pa.RecordBatch], size: int) -> Iterator[pa.Table]:
    parts: list[pa.RecordBatch] = []
    room = size
    for batch in batches:
        rest = batch
        while rest.num_rows >= room:
            yield pa.Table.from_batches([*parts, rest.slice(0, room)])
            rest, parts, room = rest.slice(room), [], size
        if rest.num_rows:
            parts.append(rest)
            room -= rest.num_rows
    if parts:
        yield pa.Table.from_batches(parts)


def _batches(job: BatchJob, contract: InputContract, size: int) -> Iterator[pa.RecordBatch]:
    if job.table is not None:
        columns = _needed(job, contract, job.table.schema.names, "the assembled features")
        yield from job.table.select(columns).to_batches(size)
        return
    if job.batches is not None:
        for batch in job.batches:
            yield batch.select(_needed(job, contract, batch.schema.names, "the table"))
        return
    for name, source in job.sources:
        yield from _read(job, contract, name, source, size)


def _read(job: BatchJob, contract: InputContract, name: str, source: BinaryIO, size: int) -> Iterator[pa.RecordBatch]:
    categories = [feature.name for feature in contract.features if feature.kind == "category"]
    try:
        # With its buffer the whole file would stay in memory until the last row is read.
        file = pq.ParquetFile(source, read_dictionary=categories, pre_buffer=False, page_checksum_verification=True)
        columns = _needed(job, contract, file.schema_arrow.names, name)
        for batch in file.iter_batches(size, columns=columns, use_threads=False):
            yield batch.select(columns)
    except (pa.ArrowException, OSError) as error:
        if isinstance(error, OSError) and error.errno:
            raise  # the disk or the network, not the file
        raise Corrupt(f"{name} cannot be read as Parquet: {error}") from error


def _needed(job: BatchJob, contract: InputContract, present: Sequence[str], where: str) -> list[str]:
    """Features, entity and report columns, each once; a report column that may be absent is left out."""
    scenario = job.scenario
    carried = (CARRIED,) if scenario.carries and CARRIED in present else ()
    wanted = dict.fromkeys((*contract.names, *scenario.entity, *scenario.batch.report, *carried))
    absent = [name for name in wanted if name not in present]
    optional = {column.name for column in scenario.scoring_table.columns if column.optional} - {*contract.names}
    for name in absent:
        if name not in optional:
            sentence = f"{where}: column {name!r} is missing; scoring {scenario.name} needs {', '.join(wanted)}."
            raise Quarantined("missing_column", sentence, table=scenario.batch.table, column=name)
    return [name for name in wanted if name not in absent]
