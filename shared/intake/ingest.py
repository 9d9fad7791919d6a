"""A blob arrived: when its drop is complete, the drop becomes a dataset version and requests training."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from shared.core.blob import Blob
from shared.core.claims import once
from shared.core.drops import HELD, drop_files, drop_key, finish_waiting, without_marker
from shared.core.errors import Busy, Quarantined
from shared.core.lake_reading import read_json
from shared.core.ledger import ENDED, Kind, Outcome, State
from shared.core.notices import announce
from shared.core.paths import Landing, dataset_folder
from shared.core.redaction import redact
from shared.core.wording import counted
from shared.datasets.version import DatasetVersion
from shared.intake.accumulation import Added, Origin, add_drop
from shared.intake.arrivals import Files, by_table, is_whole, waits_for
from shared.intake.drop_tables import read_drop
from shared.intake.stream_rows import freeze_rows, stream_parts, stream_table, told, waits_for_stream
from shared.intake.training_admission import close_admission_breaches
from shared.monitoring.governor import decide_for_dataset
from shared.monitoring.quarantine import quarantine
from shared.profiles.version_report import summarise

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts


def ingest(ports: MonitoringPorts, where: Landing) -> Outcome:
    """Take the blob's drop as it is now: it waits for files, is registered, is a duplicate, or is quarantined."""
    landed = drop_files(ports, where)
    try:
        files = by_table(where, landed)
    except Quarantined as fault:
        quarantine(ports, where, without_marker(where, landed), fault)
        raise
    waits = waits_for(where, files, landed)
    if waits:
        return Outcome(State.WAITING, waits)
    return _take(ports, where, landed, held=False)


def ingest_together(ports: MonitoringPorts, drops: Sequence[Landing]) -> None:
    """Take drops whose files have all come: the last one that can be learned from makes one version of them all."""
    *before, last = drops
    held = [where for where in before if _take_settled(ports, where, held=True) == State.WAITING]
    state = _take_settled(ports, last, held=False)
    while held and state != State.DONE:
        state = _take_settled(ports, held.pop(), held=False)


def _take_settled(ports: MonitoringPorts, where: Landing, *, held: bool) -> str:
    landed = drop_files(ports, where)
    # A file that names no table was refused by its own event.
    return _take(ports, where, landed, held=held).state if is_whole(where, landed) else State.IGNORED


def _take(ports: MonitoringPorts, where: Landing, landed: Sequence[Blob], *, held: bool) -> Outcome:
    blobs = without_marker(where, landed)
    files = by_table(where, landed)
    result = once(ports, Kind.DROP, drop_key(where, blobs), "", lambda: _register(ports, where, files, held=held))
    if result.outcome.state not in ENDED:
        # Who registers it ends this file too. Should that worker be dead, the sweep finds the file waiting.
        return Outcome(State.WAITING, f"Drop {where.drop} is being registered through another of its files.")
    finish_waiting(ports, landed, result.outcome)
    return result.outcome


def _register(ports: MonitoringPorts, where: Landing, files: Files, *, held: bool) -> Outcome:
    if waits := waits_for_stream(ports, where, files):
        # As a drop that is held: the sweep looks again.
        return Outcome(State.WAITING, waits, {HELD: True})
    blobs = [blob for group in files.values() for blob in group]
    try:
        added = _add(ports, where, files, held=held)
    except Quarantined as fault:
        redacted = redact(fault, where.scenario)
        quarantine(ports, where, blobs, redacted)
        raise redacted from None
    if added.dataset is None:
        detail = {HELD: True} if added.held else {}
        return Outcome(State.WAITING if added.new else State.DUPLICATE, added.reason, detail)
    if not added.new:
        return Outcome(State.DUPLICATE, added.reason, {"dataset": added.dataset.id})
    return publish(ports, where, added, added.dataset)


def _add(ports: MonitoringPorts, where: Landing, files: Files, *, held: bool) -> Added:
    head, scenario = ports.datasets.versions.head(where.scenario.name), where.scenario
    frozen = freeze_rows(ports, where, files, head)
    if frozen is None:
        return add_drop(ports, where, files, read_drop(ports, where, files, head, {}), held=held)
    rows = scenario.batch.table
    tables = read_drop(ports, where, files, head, {rows: stream_table(ports, scenario, frozen)})
    origin = Origin(stream=rows, before=tuple(part.drop for part in stream_parts(head, scenario)))
    newest = max(blob.modified for group in files.values() for blob in group)
    added = add_drop(ports, where, {**files, rows: frozen.blobs(newest)}, tables, origin, held=held)
    return replace(added, remarks=(*told(ports, where, frozen, head), *added.remarks))


def publish(ports: MonitoringPorts, where: Landing, added: Added, dataset: DatasetVersion) -> Outcome:
    """Announce the version and ask for its training, once; what waited for it ends."""
    outcome = once(ports, Kind.DATASET, dataset.key, "", lambda: _announce(ports, dataset, added.remarks)).outcome
    if outcome.state not in ENDED:
        raise Busy(f"Dataset {dataset.id} holds drop {where.drop}; another worker announces it.")
    for drop in _released(ports, dataset):
        if drop != where.drop:
            _settle_released(ports, replace(where, drop=drop), dataset)
    return outcome


def _released(ports: MonitoringPorts, dataset: DatasetVersion) -> list[str]:
    """The drops that the version before did not hold, and none of fewer drops does; feedback waits for nothing.

    By clocks alone another version would come before the one that this was made of.
    """
    ids = ports.datasets.versions.ids(dataset.scenario)
    place = ids.index(dataset.id)
    version = ports.datasets.versions.find(dataset.scenario, ids[place - 1]) if place else None
    before = set() if version is None else set(version.drops)
    landed = {part.drop for table in dataset.tables for part in table.parts if part.kind == "drop"}
    waited = [drop for drop in dataset.drops if drop in landed and drop not in before]
    return [drop for drop in waited if not _was_held(ports, dataset, drop)]


def _was_held(ports: MonitoringPorts, dataset: DatasetVersion, drop: str) -> bool:
    """Whether the drop has a version of its own, which whoever registered it announces."""
    others = ports.datasets.versions.holding(dataset.scenario, drop)
    return any(len(other.drops) < len(dataset.drops) for other in others)


def _settle_released(ports: MonitoringPorts, where: Landing, dataset: DatasetVersion) -> None:
    """A drop that waited ends with the version that holds it."""
    landed = drop_files(ports, where)
    blobs = without_marker(where, landed)
    reason = f"What drop {where.drop} waited for has come: it is in dataset {dataset.id}."
    outcome = Outcome(State.DONE, reason, {"dataset": dataset.id})
    once(ports, Kind.DROP, drop_key(where, blobs), "", lambda: outcome)
    finish_waiting(ports, landed, outcome)


def _announce(ports: MonitoringPorts, dataset: DatasetVersion, remarks: Sequence[str]) -> Outcome:
    validation = read_json(ports, f"{dataset_folder(dataset.scenario, dataset.id)}validation.json")
    close_admission_breaches(ports, dataset.scenario)
    decision = decide_for_dataset(ports, dataset)
    subject = f"datasets/{dataset.scenario}/{dataset.id}"
    announce(ports, "DatasetRegistered", subject, {"scenario": dataset.scenario, "dataset": dataset.id})
    training = f"Training run {decision.run} was requested." if decision.run else decision.sentence
    sentences = (f"Registered as dataset {dataset.id} ({counted(dataset.rows, 'row')}).", *remarks, training)
    reason = f"{' '.join(sentences)} {summarise(validation)}"
    return Outcome(State.DONE, reason, {"dataset": dataset.id, "run": decision.run})
