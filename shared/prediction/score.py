"""Score a window once in effect: pinned plan, content-addressed Parquet, commit put-if-absent, one SQL transaction.

The lake leads: `_COMMIT.json` is the moment a window becomes true. Every step may be repeated by anybody.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, BinaryIO

from shared.core.errors import Corrupt, Missing, Quarantined, Superseded, Transient
from shared.core.lake_reading import read_json
from shared.core.ledger import Outcome
from shared.core.paths import Landing, commit_path, landing, plan_path, table_of, window_folder
from shared.core.redaction import redact
from shared.core.scenario import Scenario, Table
from shared.prediction.revision import Revision
from shared.prediction.window import Commit, Window
from shared.prediction.windows import drop_files, input_key, split_input
from shared.serving.deployed_model import DeployedModel, load_deployed
from shared.serving.deployment import Deployment
from shared.serving.ports import BatchJob, Provenance
from shared.serving.prediction_rows import first_id

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.prediction.ports import PredictionPorts

SCHEMA = 1
_CHUNK = 1 << 20


def score_window(ports: PredictionPorts, scenario_name: str, window_id: str) -> Outcome:
    """How the window ended: committed with its rows, or quarantined with the reason."""
    scenario, window = _window(ports, scenario_name, window_id)
    try:
        commit = _committed(ports, scenario, window)
    except (Quarantined, Superseded, Missing) as fault:
        redacted = redact(fault, scenario) if isinstance(fault, Quarantined) else fault
        ports.prediction.windows.close(scenario.name, window.id, "quarantined", redacted.reason)
        raise redacted from None
    _to_sql(ports, scenario, commit)
    ports.prediction.windows.close(scenario.name, window.id, "committed", "")
    reason = f"{commit.rows} rows were predicted with {commit.model}; {commit.failed_rows} failed."
    origin = {"model": commit.model, "run": commit.run, "dataset": commit.dataset}
    return Outcome("done", reason, {"rows": commit.rows, "sha256": commit.sha256, "path": commit.path, **origin})


def _window(ports: PredictionPorts, scenario_name: str, window_id: str) -> tuple[Scenario, Window]:
    scenario = ports.core.scenarios.get(scenario_name)
    found = [one for one in ports.prediction.windows.list(scenario_name) if one.id == window_id] if scenario else []
    if scenario is None or not found:
        raise Missing(f"There is no window {window_id} of {scenario_name}.")
    return scenario, found[0]


def _committed(ports: PredictionPorts, scenario: Scenario, window: Window) -> Commit:
    """The commit that stands in the lake; made now if there is none."""
    path = commit_path(scenario.name, window.id)
    if ports.core.lake.stat(path) is None:
        ports.core.lake.put(path, _json(asdict(_score(ports, scenario, window))))
    # Whoever wrote it: what stands there is true.
    return commit_of(read_json(ports, path), path)


def commit_of(value: Mapping[str, Any], path: str) -> Commit:
    """The content of a `_COMMIT.json`; Corrupt when its schema is unknown."""
    facts = dict(value)
    if facts.pop("schema", None) != SCHEMA:
        raise Corrupt(f"{path} has a schema this code does not know; it reads {SCHEMA}.")
    return Commit(**{**facts, "scored_at": datetime.fromisoformat(facts["scored_at"])})


def _score(ports: PredictionPorts, scenario: Scenario, window: Window) -> Commit:
    plan, plan_sha = _pin(ports, scenario, window)
    deployed = load_deployed(ports, _deployment(plan))
    folder = window_folder(scenario.name, window.id)
    with _job(ports, scenario, plan, deployed) as job, tempfile.TemporaryFile() as out:
        result = ports.serving.scoring.batch(deployed.loaded, job, out)
        sha = _sha256(out)
        ports.core.lake.put(f"{folder}{sha}.parquet", out)
    return Commit(
        scenario=scenario.name,
        window=window.id,
        ordinal=plan["ordinal"],
        path=f"{folder}{sha}.parquet",
        sha256=sha,
        rows=result.rows,
        failed_rows=result.failed_rows,
        plan_sha256=plan_sha,
        model=deployed.model.id,
        model_sha256=deployed.model.sha256,
        run=deployed.model.run,
        dataset=deployed.model.dataset,
        scored_at=datetime.fromisoformat(plan["planned_at"]),
    )


def _pin(ports: PredictionPorts, scenario: Scenario, window: Window) -> tuple[Mapping[str, Any], str]:
    """The plan: inputs, model and time, pinned by whoever is first; later ones use what stands."""
    path = plan_path(scenario.name, window.id)
    if ports.core.lake.stat(path) is None:
        ports.core.lake.put(path, _json(_plan(ports, scenario, window)))
    with ports.core.lake.open(path) as source:
        content = source.read()
    plan = json.loads(content)
    if plan.get("schema") != SCHEMA:
        raise Corrupt(f"{path} has a schema this code does not know; it reads {SCHEMA}.")
    return plan, hashlib.sha256(content).hexdigest()


def _plan(ports: PredictionPorts, scenario: Scenario, window: Window) -> Mapping[str, Any]:
    correction = ports.prediction.corrections.find(scenario.name, window.id)
    if correction is None:
        current = ports.release.deployments.current(scenario.name)
        if current is None:
            raise Transient(f"No model is deployed for {scenario.name}.")
        return _planned(ports, window, _inputs(ports, scenario, window), current)
    # The same window again on purpose: what it is made of and which model scores it was decided when it was asked for.
    told = {"base": correction.base, "number": correction.number, "by": correction.by, "reason": correction.reason}
    return {**_planned(ports, window, correction.inputs, correction.deployment), "corrects": told}


def _planned(
    ports: PredictionPorts, window: Window, inputs: Sequence[str], deployment: Deployment
) -> Mapping[str, Any]:
    return {
        "scenario": window.scenario,
        "window": window.id,
        "ordinal": window.ordinal,
        "inputs": list(inputs),
        "deployment": {**asdict(deployment), "at": deployment.at.isoformat()},
        "planned_at": ports.core.clock().isoformat(),
    }


def _inputs(ports: PredictionPorts, scenario: Scenario, window: Window) -> list[str]:
    """The window's own files; of several tables also the files of their drops that belong to an earlier window."""
    # A file that was touched since it was planned has two ETags; the later one is what can be read.
    inputs = {split_input(key)[0]: key for key in window.inputs}
    if len(scenario.scoring_tables) > 1:
        places = [landing(path, ports.core.scenarios) for path in inputs]
        for drop in dict.fromkeys(where.drop for where in places if isinstance(where, Landing)):
            for blob in drop_files(ports, scenario, drop):
                inputs.setdefault(blob.path, input_key(blob))
    return list(inputs.values())


def _deployment(plan: Mapping[str, Any]) -> Deployment:
    pinned = plan["deployment"]
    return Deployment(**{**pinned, "at": datetime.fromisoformat(pinned["at"])})


@contextmanager
def _job(
    ports: PredictionPorts, scenario: Scenario, plan: Mapping[str, Any], deployed: DeployedModel
) -> Iterator[BatchJob]:
    """What to score; the files it streams from are closed with it, however far they were read."""
    provenance = Provenance(
        run_id=deployed.model.run,
        model=deployed.model.id,
        model_sha256=deployed.model.sha256,
        dataset=deployed.model.dataset,
        scored_at=datetime.fromisoformat(plan["planned_at"]),
    )
    job = BatchJob(scenario, plan["window"], first_id(plan["ordinal"]), provenance)
    if scenario.assemble is None and len(scenario.scoring_tables) == 1:
        with closing(_streamed(ports, scenario.scoring_table, plan["inputs"])) as batches:
            yield replace(job, batches=batches)
    else:
        yield replace(job, table=_features(ports, scenario, plan["inputs"]))


def _streamed(ports: PredictionPorts, table: Table, inputs: Sequence[str]) -> Generator[pa.RecordBatch]:
    """The rows of all inputs in order, strictly read and never in memory all at once."""

    def parts() -> Generator[Iterator[pa.RecordBatch]]:
        for path, etag in map(split_input, inputs):
            with ports.core.lake.open(path, etag=etag) as source:
                yield ports.datasets.tables.stream(source, PurePosixPath(path).name, table)

    with closing(parts()) as opened:
        yield from ports.datasets.tables.check_stream(opened, table)


def _features(ports: PredictionPorts, scenario: Scenario, inputs: Sequence[str]) -> pa.Table:
    """The rows of all inputs, strictly read; feature code of the scenario sees the window in one piece."""
    import pyarrow as pa

    tables = {table.name: window_table(ports, scenario, table, inputs) for table in scenario.scoring_tables}
    if scenario.assemble is None:
        return tables[scenario.batch.table]
    frame = scenario.assemble({name: table.to_pandas() for name, table in tables.items()})
    return pa.Table.from_pandas(frame, preserve_index=False)


def window_table(ports: PredictionPorts, scenario: Scenario, table: Table, inputs: Sequence[str]) -> pa.Table:
    """One table of the window, from all files that belong to it; Missing when a drop has lost its file."""
    parts, drops = [], set()
    for path, etag in map(split_input, inputs):
        file = PurePosixPath(path)
        if table_of(file.name, "scoring", scenario).name == table.name:
            drops.add(file.parent)
            with ports.core.lake.open(path, etag=etag) as source:
                parts.append(ports.datasets.tables.read(source, file.name, table))
    if not parts:
        raise Missing(f"The window has no file of table {table.name} any more.")
    beside = len(drops) > 1 and table.name != scenario.batch.table
    return ports.datasets.tables.check([_distinct(parts)] if beside else parts, table)


def _distinct(parts: Sequence[pa.Table]) -> pa.Table:
    """Each row once: what stands beside the rows to predict (a list of machines) comes again with every drop."""
    import pyarrow as pa

    whole = pa.concat_tables(parts)
    return whole.group_by(whole.column_names, use_threads=False).aggregate([])


def _to_sql(ports: PredictionPorts, scenario: Scenario, commit: Commit) -> None:
    """SQL follows the lake: the rows are those of the committed file, checked by its sha256."""
    if ports.prediction.predictions.committed(scenario.name, commit.window) == commit:
        return
    ports.prediction.predictions.prepare(scenario)
    ports.prediction.actuals.prepare(scenario)
    with committed_file(ports, commit) as parquet:
        ports.prediction.predictions.load(scenario, commit, parquet, revision_of(ports, commit))


@contextmanager
def committed_file(ports: PredictionPorts, commit: Commit) -> Iterator[BinaryIO]:
    """The window's Parquet file, at its beginning; Corrupt when it is not what was committed."""
    with ports.core.lake.open(commit.path) as parquet:
        if _sha256(parquet) != commit.sha256:
            raise Corrupt(f"{commit.path} is not the file that was committed.")
        parquet.seek(0)
        yield parquet


def revision_of(ports: PredictionPorts, commit: Commit) -> Revision:
    """Which version of which window this is, since when, and what it was made of: as the lake says it."""
    plan = read_json(ports, plan_path(commit.scenario, commit.window))
    stands = ports.core.lake.stat(commit_path(commit.scenario, commit.window))
    corrects = plan.get("corrects") or {"base": commit.window, "number": 1}
    return Revision(
        base=corrects["base"],
        number=corrects["number"],
        committed_at=commit.scored_at if stands is None else stands.modified,
        inputs=tuple(plan["inputs"]),
        generation=plan["deployment"]["generation"],
    )


def _sha256(source: BinaryIO) -> str:
    digest = hashlib.sha256()
    source.seek(0)
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
    source.seek(0)
    return digest.hexdigest()


def _json(value: Mapping[str, Any]) -> bytes:
    return (json.dumps({"schema": SCHEMA, **value}, indent=1, default=_text) + "\n").encode()


def _text(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)
