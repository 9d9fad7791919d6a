"""Commits in the lake, and the prediction files and versions that they stand for."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING, BinaryIO

from shared.core.errors import Corrupt
from shared.core.lake_reading import read_json
from shared.core.paths import commit_path, window_folder
from shared.prediction.plans import read_plan
from shared.prediction.revision import Revision
from shared.prediction.window import Commit, CommittedFile
from shared.serving.prediction_rows import is_answer

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.prediction.ports import PredictionPorts

_CHUNK = 1 << 20


def read_commit(ports: PredictionPorts, path: str) -> Commit:
    """The commit at that path; Corrupt when it is none that this code knows."""
    return Commit.from_json(read_json(ports, path), path)


@contextmanager
def committed_file(ports: PredictionPorts, file: CommittedFile) -> Iterator[BinaryIO]:
    """A Parquet file of a commit, at its beginning; Corrupt when it is not the file that was committed."""
    with ports.core.lake.open(file.path) as parquet:
        if sha256_of(parquet) != file.sha256:
            raise Corrupt(f"{file.path} is not the file that was committed.")
        yield parquet


def answer_blocks(ports: PredictionPorts, files: Iterable[CommittedFile]) -> Iterator[pa.RecordBatch]:
    """The answers in these files block by block, one at least of each, without what else a row tells.

    Corrupt like `committed_file`.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    for file in files:
        with committed_file(ports, file) as source:
            parquet = pq.ParquetFile(source, page_checksum_verification=True, pre_buffer=False)
            names = [name for name in parquet.schema_arrow.names if is_answer(name)]
            if not parquet.metadata.num_rows:
                yield pa.RecordBatch.from_pylist([], pa.schema([parquet.schema_arrow.field(name) for name in names]))
            yield from parquet.iter_batches(columns=names)


def whole_commit(ports: PredictionPorts, commit: Commit) -> Commit:
    """The commit with all its files; SQL does not know those of shards."""
    if not commit.is_sharded or commit.shards:
        return commit
    return read_commit(ports, commit_path(commit.scenario, commit.window))


def revision_of(ports: PredictionPorts, commit: Commit) -> Revision:
    """Which version of which window the commit is, since when, and what it was made of, read from the lake."""
    plan = read_plan(ports, commit.scenario, commit.window)
    return Revision(
        base=plan.base,
        number=plan.corrects.number if plan.corrects else 1,
        committed_at=_committed_at(ports, commit),
        inputs=plan.inputs,
        generation=plan.deployment.generation,
    )


def _committed_at(ports: PredictionPorts, commit: Commit) -> datetime:
    """When the window became true; of one that was written anew, when it first did."""
    path = _erased_path(commit.scenario, commit.window)
    if ports.core.lake.stat(path) is not None:
        return datetime.fromisoformat(read_json(ports, path)["committed_at"])
    blob = ports.core.lake.stat(commit_path(commit.scenario, commit.window))
    return commit.scored_at if blob is None else blob.modified


def keep_erased(ports: PredictionPorts, commit: Commit, committed_at: datetime) -> None:
    """Note beside the window, before it is written anew without somebody's rows, since when it was true."""
    content = json.dumps({"committed_at": committed_at.isoformat()}) + "\n"
    ports.core.lake.put(_erased_path(commit.scenario, commit.window), content.encode())


def is_erased(ports: PredictionPorts, scenario: str, window: str) -> bool:
    """Whether rows of the window were erased: it then has fewer rows than its plan's files had."""
    return ports.core.lake.stat(_erased_path(scenario, window)) is not None


def _erased_path(scenario: str, window: str) -> str:
    return f"{window_folder(scenario, window)}erased.json"


def sha256_of(source: BinaryIO) -> str:
    """The sha256 of the whole file, which is at its beginning afterwards."""
    digest = hashlib.sha256()
    source.seek(0)
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
    source.seek(0)
    return digest.hexdigest()
