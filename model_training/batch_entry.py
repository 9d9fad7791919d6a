"""Entry script of Azure ML's parallel job: scores files as the function app does, one line of JSON for a prediction.

The service calls `init()` once in a process and `run(mini_batch)` with paths of files. A file that cannot be read or
scored fails its mini-batch with a sentence: nothing is skipped silently.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from shared.core.errors import BadInput
from shared.core.policies import BadRows
from shared.core.scenario import Scenario
from shared.datasets.accepted_contracts import accepted_changes
from shared.datasets.contract_change import widened
from shared.datasets.ports import Tables
from shared.serving.ports import BatchJob, LoadedModel, Provenance, Scoring
from shared.serving.strange_values import told
from shared.training.model import MANIFEST, MODEL
from shared.training.stored_models import read_graph

if TYPE_CHECKING:
    import pyarrow as pa


@dataclass(frozen=True, slots=True)
class Scorer:
    """A loaded model, and the origin that every prediction row names."""

    scenario: Scenario
    model: LoadedModel
    provenance: Provenance
    scoring: Scoring
    tables: Tables

    def lines(self, path: Path) -> Iterator[str]:
        """The file's predictions in its order, `prediction_id` counts from 0 and `window` names the file.

        Quarantined when the file breaks its contract or more rows fail than are tolerated.
        """
        import pyarrow.parquet as pq

        with path.open("rb") as source, tempfile.TemporaryFile() as out:
            strange = self.scoring.batch(self.model, self._job(path, source), out).strange
            if sentences := told(strange.unknown_text, strange.far_text):
                # The job's log; its output has the predictions alone.
                sys.stderr.write(f"{path.name}: {sentences}\n")
            out.seek(0)
            for batch in pq.ParquetFile(out, page_checksum_verification=True).iter_batches():
                for row in batch.to_pylist():
                    yield json.dumps(row, default=_text, allow_nan=False)

    def _job(self, path: Path, source: Any) -> BatchJob:
        job = BatchJob(self.scenario, path.name, 0, self.provenance)
        table = self.scenario.scoring_table
        blocks = self.tables.check_stream([self.tables.stream(source, path.name, table)], table)
        return replace(job, table=self._assembled(blocks)) if self.scenario.assemble else replace(job, batches=blocks)

    def _assembled(self, blocks: Iterator[pa.RecordBatch]) -> pa.Table:
        import pyarrow as pa

        assert self.scenario.assemble is not None  # noqa: S101 - the caller has checked it
        table = pa.Table.from_batches(list(blocks))
        frame = self.scenario.assemble({self.scenario.batch.table: table.to_pandas()})
        return pa.Table.from_pandas(frame, preserve_index=False)


def init() -> None:
    """Load the model that the arguments name, once."""
    scorer()


def run(mini_batch: Sequence[str]) -> list[str]:
    """The predictions of the files, as lines of JSON."""
    return [line for path in mini_batch for line in scorer().lines(Path(path))]


@cache
def scorer() -> Scorer:
    """The scorer that the process's arguments describe; the service adds arguments of its own."""
    from model_training.scenarios import SCENARIOS

    return scorer_of(parser().parse_known_args(sys.argv[1:])[0], SCENARIOS)


def parser() -> argparse.ArgumentParser:
    """The arguments of the entry script."""
    result = argparse.ArgumentParser(prog="batch_entry.py", description=__doc__, allow_abbrev=False)
    result.add_argument("--scenario", required=True)
    result.add_argument("--model", required=True, type=Path, metavar="FOLDER", help="model.onnx and manifest.json")
    result.add_argument("--model_id", required=True, metavar="NAME:VERSION")
    result.add_argument("--model_sha256", default="", metavar="SHA256", help="of the graph; that of model.onnx without")
    result.add_argument("--contract", type=Path, metavar="FILE", help="what was accepted beyond the declared contract")
    result.add_argument("--scored_at", required=True, type=datetime.fromisoformat, metavar="TIME", help="ISO 8601, UTC")
    result.add_argument("--tolerated_rows", required=True, type=int, metavar="ROWS", help="failed rows of a file")
    return result


def scorer_of(options: argparse.Namespace, scenarios: Mapping[str, Scenario]) -> Scorer:
    """The scorer; BadInput for a scenario that cannot be scored file by file, Corrupt for a model that has changed."""
    from shared.adapters.onnx.scoring import OnnxScoring
    from shared.adapters.tables import ArrowTables

    declared = check_single_file(options.scenario, scenarios)
    scenario = widened(declared, accepted_changes(options.contract))
    if options.tolerated_rows < 0:
        raise BadInput(f"--tolerated_rows is {options.tolerated_rows}; accepted: 0 or more.")
    scored = replace(
        scenario, bad_rows=BadRows(), batch=replace(scenario.batch, error_threshold=options.tolerated_rows)
    )
    onnx, manifest = _graph(options)
    # The service starts a process for each core: one thread is its share.
    scoring = OnnxScoring(workers=1)
    model = scoring.load(onnx, manifest)
    return Scorer(scored, model, _origin(options, manifest), scoring, ArrowTables())


def _graph(options: argparse.Namespace) -> tuple[bytes, Mapping[str, Any]]:
    if options.model_sha256:
        return read_graph(options.model, options.model_sha256, options.model_id)
    return (options.model / MODEL).read_bytes(), json.loads((options.model / MANIFEST).read_text())


def _origin(options: argparse.Namespace, manifest: Mapping[str, Any]) -> Provenance:
    for name in ("run", "dataset"):
        if not manifest.get(name):
            raise BadInput(
                f"The manifest of {options.model_id} does not name its {name}: predictions could not be traced."
            )
    return Provenance(
        run_id=manifest["run"],
        model=options.model_id,
        model_sha256=manifest["sha256"],
        dataset=manifest["dataset"],
        scored_at=options.scored_at,
    )


def check_single_file(name: str, scenarios: Mapping[str, Scenario]) -> Scenario:
    """The scenario; BadInput when it is not known or needs more than one file to compute its features."""
    accepted = [known for known, scenario in scenarios.items() if len(scenario.scoring_tables) == 1]
    if name not in accepted:
        problem = "needs several tables at once" if name in scenarios else "is not known"
        raise BadInput(f"Scenario {name!r} {problem}; a mini-batch holds one file; accepted: {', '.join(accepted)}.")
    return scenarios[name]


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
