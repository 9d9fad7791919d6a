"""A blob arrived: when its drop is complete, the drop becomes a dataset version and requests training."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.core.blob import Blob
from shared.core.claims import once
from shared.core.drops import blob_key, drop_blobs, drop_key, finish_waiting
from shared.core.errors import Quarantined
from shared.core.ledger import ENDED, Kind, Outcome, State
from shared.core.notices import announce
from shared.core.paths import Landing, dataset_folder, missing_parts, table_of
from shared.core.redaction import redact
from shared.datasets.version import DatasetVersion, TableFile
from shared.intake.training_admission import check_admission, close_admission_breaches
from shared.monitoring.governor import decide_for_dataset
from shared.monitoring.quarantine import quarantine
from shared.profiles.version_report import summarise, validate
from shared.training.trainability import check_trainable

if TYPE_CHECKING:
    import pyarrow as pa

    from shared.monitoring.ports import MonitoringPorts

Files = Mapping[str, Sequence[Blob]]
MANIFEST_SCHEMA = 1


def ingest(ports: MonitoringPorts, where: Landing) -> Outcome:
    """Take the blob's drop as it is now: it waits for tables, is registered, is a duplicate, or is quarantined."""
    blobs = drop_blobs(ports, where)
    try:
        files = _by_table(where, blobs)
    except Quarantined as fault:
        quarantine(ports, where, blobs, fault)
        raise
    missing = [table.name for table in where.scenario.tables if table.name not in files]
    missing.extend(missing_parts(blob.name for blob in blobs))
    if missing:
        return Outcome(State.WAITING, f"Drop {where.drop} waits for: {', '.join(missing)}.")
    result = once(ports, Kind.DROP, drop_key(where, blobs), "", lambda: _register(ports, where, files))
    if result.outcome.state not in ENDED:
        return Outcome(State.DONE, f"Drop {where.drop} is being registered through another of its files.")
    finish_waiting(ports, blobs, result.outcome)
    return result.outcome


def _by_table(where: Landing, blobs: Sequence[Blob]) -> Files:
    files: dict[str, list[Blob]] = {}
    for blob in blobs:
        table = table_of(blob.name, where.area, where.scenario)
        files.setdefault(table.name, []).append(blob)
    return files


def _register(ports: MonitoringPorts, where: Landing, files: Files) -> Outcome:
    scenario = where.scenario.name
    blobs = [blob for group in files.values() for blob in group]
    try:
        tables = {table.name: _read(ports, files[table.name], table.name, where) for table in where.scenario.tables}
        check_trainable(where.scenario, tables)
        check_admission(ports, where, tables)
    except Quarantined as fault:
        redacted = redact(fault, where.scenario)
        quarantine(ports, where, blobs, redacted)
        raise redacted from None
    contents = {name: ports.datasets.tables.write(table) for name, table in tables.items()}
    dataset = _version(ports, where, blobs, tables, contents)
    known = ports.datasets.versions.by_digest(scenario, dataset.digest)
    if known is not None and known.sources != dataset.sources:
        return _duplicate(known)
    key = f"{scenario}/{dataset.digest[:12]}"
    result = once(ports, Kind.DATASET, key, "", lambda: _publish(ports, dataset, tables, contents))
    if result.acted:
        return result.outcome
    return _registered_before(result.outcome, ports.datasets.versions.by_digest(scenario, dataset.digest), dataset)


def _registered_before(outcome: Outcome, known: DatasetVersion | None, dataset: DatasetVersion) -> Outcome:
    if known is None:
        return Outcome(State.DUPLICATE, "The same content is being registered through another drop at this moment.")
    return outcome if known.sources == dataset.sources else _duplicate(known)


def _duplicate(known: DatasetVersion) -> Outcome:
    reason = f"The same content is dataset {known.id} already; nothing is trained again."
    return Outcome(State.DUPLICATE, reason, {"dataset": known.id})


def _read(ports: MonitoringPorts, blobs: Sequence[Blob], name: str, where: Landing) -> pa.Table:
    table = where.scenario.table(name)
    parts = []
    for blob in blobs:
        with ports.core.lake.open(blob.path, etag=blob.etag) as source:
            parts.append(ports.datasets.tables.read(source, blob.name, table))
    return ports.datasets.tables.check(parts, table)


def _version(
    ports: MonitoringPorts,
    where: Landing,
    blobs: Sequence[Blob],
    tables: Mapping[str, pa.Table],
    contents: Mapping[str, bytes],
) -> DatasetVersion:
    shas = {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
    digest = hashlib.sha256(json.dumps(shas, sort_keys=True).encode()).hexdigest()
    # The newest blob's time, not the clock: a repeat of this work finds the same id.
    dataset = f"{max(blob.modified for blob in blobs):%Y%m%dT%H%M%SZ}-{digest[:8]}"
    folder = dataset_folder(where.scenario.name, dataset)
    listed = tuple(TableFile(name, f"{folder}{name}.parquet", shas[name], tables[name].num_rows) for name in shas)
    sources = tuple(sorted(blob_key(blob) for blob in blobs))
    return DatasetVersion(where.scenario.name, dataset, digest, listed, sources, ports.core.clock())


def _publish(
    ports: MonitoringPorts, dataset: DatasetVersion, tables: Mapping[str, pa.Table], contents: Mapping[str, bytes]
) -> Outcome:
    folder = dataset_folder(dataset.scenario, dataset.id)
    for name, content in contents.items():
        ports.core.lake.put(f"{folder}{name}.parquet", content)
    validation = validate(ports, dataset, tables)
    ports.core.lake.put(f"{folder}manifest.json", _json(_manifest(dataset)))
    registered = ports.datasets.versions.add(dataset)
    close_admission_breaches(ports, dataset.scenario)
    decision = decide_for_dataset(ports, registered)
    subject = f"datasets/{registered.scenario}/{registered.id}"
    announce(ports, "DatasetRegistered", subject, {"scenario": registered.scenario, "dataset": registered.id})
    training = f"Training run {decision.run} was requested." if decision.run else decision.sentence
    reason = f"Registered as dataset {registered.id} ({registered.rows} rows). {training} {summarise(validation)}"
    return Outcome(State.DONE, reason, {"dataset": registered.id, "run": decision.run})


def _manifest(dataset: DatasetVersion) -> Mapping[str, Any]:
    tables = {file.name: {"path": file.path, "sha256": file.sha256, "rows": file.rows} for file in dataset.tables}
    return {
        "schema": MANIFEST_SCHEMA,
        "scenario": dataset.scenario,
        "id": dataset.id,
        "digest": dataset.digest,
        "tables": tables,
        "sources": list(dataset.sources),
    }


def _json(value: Any) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()
