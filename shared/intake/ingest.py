"""A blob arrived: when its drop is complete, the drop becomes a dataset version and requests training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.claims import once
from shared.core.drops import drop_blobs, drop_key, finish_waiting
from shared.core.errors import Quarantined
from shared.core.lake_reading import read_json
from shared.core.ledger import ENDED, Kind, Outcome, State
from shared.core.notices import announce
from shared.core.paths import Landing, dataset_folder, missing_parts, table_of
from shared.core.redaction import redact
from shared.datasets.version import DatasetVersion
from shared.intake.accumulation import Added, add_drop
from shared.intake.drop_tables import Files, read_drop
from shared.intake.training_admission import close_admission_breaches
from shared.monitoring.governor import decide_for_dataset
from shared.monitoring.quarantine import quarantine
from shared.profiles.version_report import summarise

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


def ingest(ports: MonitoringPorts, where: Landing) -> Outcome:
    """Take the blob's drop as it is now: it waits for tables, is registered, is a duplicate, or is quarantined."""
    blobs = drop_blobs(ports, where)
    try:
        files = _by_table(where, blobs)
    except Quarantined as fault:
        quarantine(ports, where, blobs, fault)
        raise
    missing = _absent(where, files)
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


def _absent(where: Landing, files: Files) -> list[str]:
    """The tables without which the drop is not whole: those that come with every drop that brings any rows."""
    wanted = [table.name for table in where.scenario.tables if table.arrives == "with_drop"]
    absent = [name for name in wanted if name not in files]
    # Labels, or a table that is carried, may come alone.
    return absent if len(absent) < len(wanted) or not files else []


def _register(ports: MonitoringPorts, where: Landing, files: Files) -> Outcome:
    blobs = [blob for group in files.values() for blob in group]
    try:
        tables = read_drop(ports, where, files, ports.datasets.versions.head(where.scenario.name))
        added = add_drop(ports, where, files, tables)
    except Quarantined as fault:
        redacted = redact(fault, where.scenario)
        quarantine(ports, where, blobs, redacted)
        raise redacted from None
    if added.dataset is None:
        return Outcome(State.WAITING if added.new else State.DUPLICATE, added.reason)
    if not added.new:
        return Outcome(State.DUPLICATE, added.reason, {"dataset": added.dataset.id})
    return publish(ports, where, added, added.dataset)


def publish(ports: MonitoringPorts, where: Landing, added: Added, dataset: DatasetVersion) -> Outcome:
    """Announce the version and ask for its training, once; what waited for it ends."""
    key = f"{dataset.scenario}/{dataset.digest[:12]}"
    outcome = once(ports, Kind.DATASET, key, "", lambda: _announce(ports, dataset, added.remarks)).outcome
    if outcome.state not in ENDED:
        reason = f"Dataset {dataset.id} holds drop {where.drop}; another worker announces it."
        outcome = Outcome(State.DONE, reason, {"dataset": dataset.id})
    for drop in _released(ports, dataset):
        if drop != where.drop:
            _settle_released(ports, replace(where, drop=drop), dataset)
    return outcome


def _released(ports: MonitoringPorts, dataset: DatasetVersion) -> list[str]:
    """The drops that the version before did not hold; feedback waits for nothing."""
    ids = {version.id: version for version in ports.datasets.versions.list(dataset.scenario)}
    place = list(ids).index(dataset.id)
    before = list(ids.values())[place - 1].drops if place else ()
    landed = {part.drop for table in dataset.tables for part in table.parts if part.kind == "drop"}
    return [drop for drop in dataset.drops if drop in landed and drop not in before]


def _settle_released(ports: MonitoringPorts, where: Landing, dataset: DatasetVersion) -> None:
    """A drop that waited ends with the version that holds it."""
    blobs = drop_blobs(ports, where)
    reason = f"What drop {where.drop} waited for has come: it is in dataset {dataset.id}."
    outcome = Outcome(State.DONE, reason, {"dataset": dataset.id})
    once(ports, Kind.DROP, drop_key(where, blobs), "", lambda: outcome)
    finish_waiting(ports, blobs, outcome)


def _announce(ports: MonitoringPorts, dataset: DatasetVersion, remarks: Sequence[str]) -> Outcome:
    validation = read_json(ports, f"{dataset_folder(dataset.scenario, dataset.id)}validation.json")
    close_admission_breaches(ports, dataset.scenario)
    decision = decide_for_dataset(ports, dataset)
    subject = f"datasets/{dataset.scenario}/{dataset.id}"
    announce(ports, "DatasetRegistered", subject, {"scenario": dataset.scenario, "dataset": dataset.id})
    training = f"Training run {decision.run} was requested." if decision.run else decision.sentence
    sentences = (f"Registered as dataset {dataset.id} ({dataset.rows} rows).", *remarks, training)
    reason = f"{' '.join(sentences)} {summarise(validation)}"
    return Outcome(State.DONE, reason, {"dataset": dataset.id, "run": decision.run})
