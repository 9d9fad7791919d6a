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
from typing import TYPE_CHECKING, Any, BinaryIO

from shared.domain.lineage import Revision
from shared.domain.paths import commit_path, plan_path, table_of, window_folder
from shared.domain.personal import untold
from shared.domain.predictions import first_id
from shared.domain.records import Commit, Deployment, Outcome, Window
from shared.domain.scenario import Scenario, Table
from shared.errors import Corrupt, Missing, Quarantined, Superseded, Transient
from shared.ports import Ports
from shared.ports.scoring import BatchJob, Provenance
from shared.workflows.models import read_json
from shared.workflows.serving import Serving, load_deployed
from shared.workflows.windows import drop_files, input_key, split_input

if TYPE_CHECKING:
    import pyarrow as pa

SCHEMA = 1
_CHUNK = 1 << 20


def score_window(ports: Ports, scenario_name: str, window_id: str) -> Outcome:
    """How the window ended: committed with its rows, or quarantined with the reason."""
    scenario, window = _window(ports, scenario_name, window_id)
    try:
        commit = _committed(ports, scenario, window)
    except (Quarantined, Superseded, Missing) as fault:
        told = untold(fault, scenario) if isinstance(fault, Quarantined) else fault
        ports.windows.close(scenario.name, window.id, "quarantined", told.reason)
        raise told from None
    _to_sql(ports, scenario, commit)
    ports.windows.close(scenario.name, window.id, "committed", "")
    reason = f"{commit.rows} rows were predicted with {commit.model}; {commit.failed_rows} failed."
    origin = {"model": commit.model, "run": commit.run, "dataset": commit.dataset}
    return Outcome("done", reason, {"rows": commit.rows, "sha256": commit.sha256, "path": commit.path, **origin})


def _window(ports: Ports, scenario_name: str, window_id: str) -> tuple[Scenario, Window]:
    scenario = ports.scenarios.get(scenario_name)
    found = [one for one in ports.windows.list(scenario_name) if one.id == window_id] if scenario else []
    if scenario is None or not found:
        raise Missing(f"There is no window {window_id} of {scenario_name}.")
    return scenario, found[0]


def _committed(ports: Ports, scenario: Scenario, window: Window) -> Commit:
    """The commit that stands in the lake; made now if there is none."""
    path = commit_path(scenario.name, window.id)
    if ports.lake.stat(path) is None:
        ports.lake.put(path, _json(asdict(_score(ports, scenario, window))))
    # Whoever wrote it: what stands there is true.
    return commit_of(read_json(ports, path), path)


def commit_of(value: Mapping[str, Any], path: str) -> Commit:
    """The content of a `_COMMIT.json`; Corrupt when its schema is unknown."""
    facts = dict(value)
    if facts.pop("schema", None) != SCHEMA:
        raise Corrupt(f"{path} has a schema this code does not know; it reads {SCHEMA}.")
    return Commit(**{**facts, "scored_at": datetime.fromisoformat(facts["scored_at"])})


def _score(ports: Ports, scenario: Scenario, window: Window) -> Commit:
    plan, plan_sha = _pin(ports, scenario, window)
    serving = load_deployed(ports, _deployment(plan))
    folder = window_folder(scenario.name, window.id)
    with _job(ports, scenario, plan, serving) as job, tempfile.TemporaryFile() as out:
        result = ports.scoring.batch(serving.loaded, job, out)
        sha = _sha256(out)
        ports.lake.put(f"{folder}{sha}.parquet", out)
    return Commit(
        scenario=scenario.name,
        window=window.id,
        ordinal=plan["ordinal"],
        path=f"{folder}{sha}.parquet",
        sha256=sha,
        rows=result.rows,
        failed_rows=result.failed_rows,
        plan_sha256=plan_sha,
        model=serving.model.id,
        model_sha256=serving.model.sha256,
        run=serving.model.run,
        dataset=serving.model.dataset,
        scored_at=datetime.fromisoformat(plan["planned_at"]),
    )


def _pin(ports: Ports, scenario: Scenario, window: Window) -> tuple[Mapping[str, Any], str]:
    """The plan: inputs, model and time, pinned by whoever is first; later ones use what stands."""
    path = plan_path(scenario.name, window.id)
    if ports.lake.stat(path) is None:
        ports.lake.put(path, _json(_plan(ports, scenario, window)))
    with ports.lake.open(path) as source:
        content = source.read()
    plan = json.loads(content)
    if plan.get("schema") != SCHEMA:
        raise Corrupt(f"{path} has a schema this code does not know; it reads {SCHEMA}.")
    return plan, hashlib.sha256(content).hexdigest()


def _plan(ports: Ports, scenario: Scenario, window: Window) -> Mapping[str, Any]:
    correction = ports.corrections.find(scenario.name, window.id)
    if correction is None:
        current = ports.deployments.current(scenario.name)
        if current is None:
            raise Transient(f"No model is deployed for {scenario.name}.")
        return _planned(ports, window, _inputs(ports, scenario, window), current)
    # The same window again on purpose: what it is made of and which model scores it was decided when it was asked for.
    told = {"base": correction.base, "number": correction.number, "by": correction.by, "reason": correction.reason}
    return {**_planned(ports, window, correction.inputs, correction.deployment), "corrects": told}


def _planned(ports: Ports, window: Window, inputs: Sequence[str], deployment: Deployment) -> Mapping[str, Any]:
    return {
        "scenario": window.scenario,
        "window": window.id,
        "ordinal": window.ordinal,
        "inputs": list(inputs),
        "deployment": {**asdict(deployment), "at": deployment.at.isoformat()},
        "planned_at": ports.clock().isoformat(),
    }


def _inputs(ports: Ports, scenario: Scenario, window: Window) -> list[str]:
    """The window's own files; of several tables also the files of their drops that belong to an earlier window."""
    # A file that was touched since it was planned has two ETags; the later one is what can be read.
    inputs = {split_input(key)[0]: key for key in window.inputs}
    if len(scenario.scoring_tables) > 1:
        for drop in dict.fromkeys(path.split("/")[2] for path in list(inputs)):
            for blob in drop_files(ports, scenario, drop):
                inputs.setdefault(blob.path, input_key(blob))
    return list(inputs.values())


def _deployment(plan: Mapping[str, Any]) -> Deployment:
    pinned = plan["deployment"]
    return Deployment(**{**pinned, "at": datetime.fromisoformat(pinned["at"])})


@contextmanager
def _job(ports: Ports, scenario: Scenario, plan: Mapping[str, Any], serving: Serving) -> Iterator[BatchJob]:
    """What to score; the files it streams from are closed with it, however far they were read."""
    provenance = Provenance(
        run_id=serving.model.run,
        model=serving.model.id,
        model_sha256=serving.model.sha256,
        dataset=serving.model.dataset,
        scored_at=datetime.fromisoformat(plan["planned_at"]),
    )
    job = BatchJob(scenario, plan["window"], first_id(plan["ordinal"]), provenance)
    if scenario.assemble is None and len(scenario.scoring_tables) == 1:
        with closing(_streamed(ports, scenario.scoring_table, plan["inputs"])) as batches:
            yield replace(job, batches=batches)
    else:
        yield replace(job, table=_features(ports, scenario, plan["inputs"]))


def _streamed(ports: Ports, table: Table, inputs: Sequence[str]) -> Generator[pa.RecordBatch]:
    """The rows of all inputs in order, strictly read and never in memory all at once."""

    def parts() -> Generator[Iterator[pa.RecordBatch]]:
        for path, etag in map(split_input, inputs):
            with ports.lake.open(path, etag=etag) as source:
                yield ports.tables.stream(source, path.rsplit("/", 1)[1], table)

    with closing(parts()) as opened:
        yield from ports.tables.check_stream(opened, table)


def _features(ports: Ports, scenario: Scenario, inputs: Sequence[str]) -> pa.Table:
    """The rows of all inputs, strictly read; feature code of the scenario sees the window in one piece."""
    import pyarrow as pa

    tables = {table.name: window_table(ports, scenario, table, inputs) for table in scenario.scoring_tables}
    if scenario.assemble is None:
        return tables[scenario.batch.table]
    frame = scenario.assemble({name: table.to_pandas() for name, table in tables.items()})
    return pa.Table.from_pandas(frame, preserve_index=False)


def window_table(ports: Ports, scenario: Scenario, table: Table, inputs: Sequence[str]) -> pa.Table:
    """One table of the window, from all files that belong to it; Missing when a drop has lost its file."""
    parts, drops = [], set()
    for path, etag in map(split_input, inputs):
        *_, drop, file = path.split("/")
        if table_of(file, "scoring", scenario).name == table.name:
            drops.add(drop)
            with ports.lake.open(path, etag=etag) as source:
                parts.append(ports.tables.read(source, file, table))
    if not parts:
        raise Missing(f"The window has no file of table {table.name} any more.")
    beside = len(drops) > 1 and table.name != scenario.batch.table
    return ports.tables.check([_distinct(parts)] if beside else parts, table)


def _distinct(parts: Sequence[pa.Table]) -> pa.Table:
    """Each row once: what stands beside the rows to predict (a list of machines) comes again with every drop."""
    import pyarrow as pa

    whole = pa.concat_tables(parts)
    return whole.group_by(whole.column_names, use_threads=False).aggregate([])


def _to_sql(ports: Ports, scenario: Scenario, commit: Commit) -> None:
    """SQL follows the lake: the rows are those of the committed file, checked by its sha256."""
    if ports.predictions.committed(scenario.name, commit.window) == commit:
        return
    ports.predictions.prepare(scenario)
    ports.monitoring.actuals.prepare(scenario)
    with committed_file(ports, commit) as parquet:
        ports.predictions.load(scenario, commit, parquet, revision_of(ports, commit))


@contextmanager
def committed_file(ports: Ports, commit: Commit) -> Iterator[BinaryIO]:
    """The window's Parquet file, at its beginning; Corrupt when it is not what was committed."""
    with ports.lake.open(commit.path) as parquet:
        if _sha256(parquet) != commit.sha256:
            raise Corrupt(f"{commit.path} is not the file that was committed.")
        parquet.seek(0)
        yield parquet


def revision_of(ports: Ports, commit: Commit) -> Revision:
    """Which version of which window this is, since when, and what it was made of: as the lake says it."""
    plan = read_json(ports, plan_path(commit.scenario, commit.window))
    stands = ports.lake.stat(commit_path(commit.scenario, commit.window))
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
