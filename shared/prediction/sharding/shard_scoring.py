"""One shard is scored: the same code in a function, in a Spark worker and in a parallel job of Azure ML.

It needs a lake and nothing else: a worker has no database. The receipt is written last and counts once; whoever scores
a shard again writes the same bytes.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, BinaryIO

from shared.core.errors import Corrupt, Permanent, Quarantined
from shared.core.paths import predictions_folder
from shared.core.ports import Lake
from shared.core.scenario import Scenario
from shared.prediction.commits import sha256_of
from shared.prediction.shard import ScoredShard, Shard, ShardFile, ShardWork, problem_path, receipt_path
from shared.prediction.short_history import enough
from shared.serving.ports import BatchJob, BatchResult, LoadedModel, Scoring

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

# How feature code refuses rows that are too few for it.
TOO_FEW = "too_few_rows"


@dataclass(frozen=True, slots=True)
class ShardScorer:
    """A loaded graph and the work that it is for."""

    lake: Lake
    scoring: Scoring
    scenario: Scenario
    model: LoadedModel
    work: ShardWork

    def score(self, shard: Shard) -> ScoredShard:
        """Leave the shard's prediction file and its receipt; Corrupt when its input is not what was cut."""
        with tempfile.TemporaryFile() as out:
            result, short = self._answer(shard, out)
            sha256, size = sha256_of(out), out.seek(0, 2)
            path = f"{predictions_folder(self.work.scenario, self.work.base or self.work.window)}{sha256}.parquet"
            _keep(self.lake, path, out, size)
        scored = ScoredShard(
            number=shard.number,
            first_row=shard.first_row,
            path=path,
            sha256=sha256,
            size=size,
            rows=result.rows,
            failed_rows=result.failed_rows,
            first_failed=result.first_failed,
            short=short,
            strange=result.strange,
        )
        self.lake.put(receipt_path(self.work.scenario, self.work.window, shard.number), scored.to_bytes())
        return scored

    def try_score(self, shard: Shard) -> str:
        """Score far from the workflow: a permanent fault becomes a record that it reads, and is returned."""
        try:
            self.score(shard)
        except Permanent as fault:
            refused = {"code": fault.reason_code, "column": fault.column} if isinstance(fault, Quarantined) else {}
            record = {"shard": shard.number, "reason": fault.reason, **refused}
            self.lake.put(problem_path(self.work, shard.number), json.dumps(record).encode(), if_absent=False)
            return fault.reason
        return ""

    def _answer(self, shard: Shard, out: BinaryIO) -> tuple[BatchResult, int]:
        whole = BatchJob(self.scenario, self.work.window, self.work.first_id, self.work.provenance)
        with shard_job(self.lake, whole, shard) as (job, short):
            return self.scoring.batch(self.model, job, out), short


def open_scorer(lake: Lake, scoring: Scoring, scenario: Scenario, work: ShardWork) -> ShardScorer:
    """The scorer of the work, once a process; Corrupt when its graph is not the one that the plan pins."""
    with lake.open(work.onnx) as onnx, lake.open(work.manifest) as manifest:
        facts = json.loads(manifest.read())
        if facts["sha256"] != work.provenance.model_sha256:
            told = work.provenance.model_sha256[:12]
            raise Corrupt(f"{work.manifest} is of graph {facts['sha256'][:12]}; the window's plan pins {told}.")
        return ShardScorer(lake, scoring, scenario, scoring.load(onnx.read(), facts), work)


@contextmanager
def shard_job(lake: Lake, whole: BatchJob, shard: Shard) -> Iterator[tuple[BatchJob, int]]:
    """The job of the shard's part of the window, and how many of its rows lack history."""
    job = replace(whole, first_row=shard.first_row, is_part=True)
    if whole.scenario.assemble is not None:
        table, short = _assembled(lake, whole.scenario, shard)
        yield replace(job, table=table), short
        return
    with _whole(lake, shard.files[0]) as source:
        yield replace(job, sources=((shard.files[0].path, source),)), 0


def _assembled(lake: Lake, scenario: Scenario, shard: Shard) -> tuple[pa.Table, int]:
    """What the feature code makes of the shard's tables, in the order of entities, and how many rows lack history."""
    import pyarrow as pa

    assert scenario.assemble is not None  # noqa: S101 - the caller has looked
    frames = {file.table: _frame(lake, file) for file in shard.files}
    try:
        frame = scenario.assemble(frames)
    except Quarantined as fault:
        if fault.reason_code != TOO_FEW:
            raise
        # Another shard may have enough: the window is judged as a whole.
        return _no_rows(scenario), 0
    kept = frame if scenario.live is None else frame[enough(frame, frames[scenario.live.table], scenario.live)]
    ordered = kept.sort_values(list(scenario.entity), kind="stable")
    return pa.Table.from_pandas(ordered, preserve_index=False), len(frame) - len(kept)


def _no_rows(scenario: Scenario) -> pa.Table:
    import pyarrow as pa

    names = dict.fromkeys((*scenario.features, *scenario.entity, *scenario.batch.report))
    return pa.table({name: pa.nulls(0) for name in names})


def _frame(lake: Lake, file: ShardFile) -> pd.DataFrame:
    import pyarrow.parquet as pq

    with _whole(lake, file) as source:
        return pq.read_table(source, page_checksum_verification=True).to_pandas()


@contextmanager
def _whole(lake: Lake, file: ShardFile) -> Iterator[BinaryIO]:
    with lake.open(file.path) as source:
        if sha256_of(source) != file.sha256:
            raise Corrupt(f"{file.path} is not the shard that was cut.")
        yield source


def _keep(lake: Lake, path: str, out: BinaryIO, size: int) -> None:
    """The prediction file in the lake; one that is not whole is replaced."""
    out.seek(0)
    blob, written = lake.put(path, out)
    if not written and blob.size != size:
        out.seek(0)
        lake.put(path, out, if_absent=False)
