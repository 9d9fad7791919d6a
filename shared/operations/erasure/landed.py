"""Files that landed, and all other files that hold rows: written anew without the person's."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, BinaryIO

from shared.core.blob import Blob
from shared.core.drops import blob_key
from shared.core.errors import Superseded
from shared.core.ledger import TERMINAL, Kind
from shared.core.paths import erased_path
from shared.operations.erasure.lake_files import FoundFile, files_of, has_text, read
from shared.operations.erasure.needles import Needles
from shared.operations.erasure.records import keep_record
from shared.operations.erasure.streamed_file import StreamedFile
from shared.operations.erasure.subject import Subject
from shared.operations.erasure_record import ErasureRecord
from shared.prediction.window import input_key

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts

_LANDED = ("incoming/", "scoring/", "actuals/", "telemetry/")


def erase_files(
    ports: OperationsPorts, subject: Subject, erasure: str, found: Iterable[FoundFile], used: frozenset[str]
) -> None:
    """Write each file anew; one whose work has ended moves to where nothing arrives, so that nothing is done again.

    `used` are the files ("path@etag") that windows have read.
    """
    for one in found:
        blob = ports.core.lake.stat(one.blob.path)
        if blob is None:
            continue
        with StreamedFile.of(ports, blob).without(subject).open() as content:
            if blob.path.startswith(_LANDED) and _has_ended(ports, blob, used):
                _move(ports, subject, erasure, replace(one, blob=blob), content)
            else:
                ports.core.lake.put(blob.path, content, if_absent=False)


def _has_ended(ports: OperationsPorts, blob: Blob, used: frozenset[str]) -> bool:
    if blob.path.startswith(("scoring/", "telemetry/")):
        return input_key(blob) in used
    entry = ports.core.history.find(Kind.BLOB, blob_key(blob))
    return entry is not None and entry.state in TERMINAL


def _move(ports: OperationsPorts, subject: Subject, erasure: str, one: FoundFile, content: BinaryIO) -> None:
    new = erased_path(one.blob.path, one.blob.etag)
    ports.core.lake.put(new, content, if_absent=False)
    record = ErasureRecord(erasure, "file", one.blob.path, blob_key(one.blob), new, one.rows)
    keep_record(ports, subject.scenario, record)
    with suppress(Superseded):
        ports.core.lake.remove(one.blob.path, one.blob.etag)


def scrub_texts(ports: OperationsPorts, scenario: str, needles: Needles) -> int:
    """Take the person's values out of sentences, reports and statistics; how many files were changed."""
    import json

    changed = 0
    for blob in list(files_of(ports, scenario)):
        if not has_text(blob) or (blob.path.startswith("models/") and blob.path.endswith("manifest.json")):
            continue
        text = read(ports, blob).decode(errors="surrogateescape")
        if blob.path.endswith(".json"):
            value = json.loads(text)
            new = needles.in_json(value)
            told = text if new == value else json.dumps(new, indent=1) + "\n"
        else:
            told = needles.in_text(text)
        if told != text:
            ports.core.lake.put(blob.path, told.encode(errors="surrogateescape"), if_absent=False)
            changed += 1
    return changed


def scrub_refused(ports: OperationsPorts, subject: Subject, needles: Needles) -> int:
    """Refused bytes that are no table: texts lose the person's rows and values, damaged Parquet with them goes."""
    changed = 0
    for blob in list(ports.core.lake.list(f"quarantine/{subject.scenario}/")):
        content = read(ports, blob)
        text = content.decode(errors="surrogateescape")
        if blob.path.endswith(".json") or needles.in_text(text) == text or StreamedFile.of(ports, blob).is_table:
            continue
        changed += 1
        if blob.path.endswith(".parquet"):
            ports.core.lake.remove(blob.path, blob.etag)
        else:
            # The rows first: without its values a row is nobody's.
            with StreamedFile.of(ports, blob).without(subject).open() as left:
                told = needles.in_text(left.read().decode(errors="surrogateescape"))
            ports.core.lake.put(blob.path, told.encode(errors="surrogateescape"), if_absent=False)
    return changed
