"""Requests for erasure, their approval and receipt, and the records through which old digests are found again."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from shared.core.lake_reading import read_json
from shared.core.paths import erasures_folder
from shared.operations.erasure.subject import Subject
from shared.operations.erasure_record import ErasureRecord

if TYPE_CHECKING:
    from shared.operations.ports import OperationsPorts

SCHEMA = 1


@dataclass(frozen=True, slots=True)
class ErasureRequest:
    """Who asked to erase whom, and why; `subject` is a keyed digest (HMAC-SHA256) of the person's key."""

    scenario: str
    id: str
    subject: str
    by: str
    reason: str
    requested_at: datetime
    approved_by: str = ""
    approved_at: datetime | None = None
    finished_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    models: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """JSON values."""
        times = {name: getattr(self, name) for name in ("requested_at", "approved_at", "finished_at")}
        told = {name: time.isoformat() if time else None for name, time in times.items()}
        return {"schema": SCHEMA, **asdict(self), **told, "counts": dict(self.counts), "models": list(self.models)}


def keyed_digest(secret: bytes, subject: Subject) -> str:
    """The HMAC by which a request for the same person is known again by whoever has the secret."""
    named = json.dumps([subject.scenario, subject.columns, subject.values])
    return hmac.new(secret, named.encode(), hashlib.sha256).hexdigest()


def new_request(  # noqa: PLR0917 -- the facts of a request
    ports: OperationsPorts, subject: Subject, digest: str, by: str, reason: str, now: datetime
) -> ErasureRequest:
    """Keep the request; one that is not finished yet is returned instead."""
    open_one = open_request(ports, subject.scenario, digest)
    if open_one is not None:
        return open_one
    made = ErasureRequest(subject.scenario, f"{now:%Y%m%dT%H%M%SZ}-{digest[:8]}", digest, by, reason, now)
    ports.core.lake.put(_path(made, "request"), _bytes(made.to_json()))
    return made


def open_request(ports: OperationsPorts, scenario: str, digest: str) -> ErasureRequest | None:
    """The request for that person that is not finished yet."""
    for request in requests(ports, scenario):
        if request.subject == digest and request.finished_at is None:
            return request
    return None


def approve(ports: OperationsPorts, request: ErasureRequest, by: str, now: datetime) -> ErasureRequest:
    """Keep the approval; of two the first counts."""
    ports.core.lake.put(_path(request, "approval"), _bytes({"by": by, "at": now.isoformat()}))
    return _read(ports, _path(request, "request"))


def keep_footprint(
    ports: OperationsPorts, request: ErasureRequest, rows: Mapping[str, int], models: Sequence[str]
) -> tuple[dict[str, int], tuple[str, ...]]:
    """What was found at first, which a run that goes on does not find again: rows by area, and models."""
    path = _path(request, "found")
    ports.core.lake.put(path, _bytes({"rows": dict(rows), "models": list(models)}))
    kept = read_json(ports, path)
    return dict(kept["rows"]), tuple(kept["models"])


def finish(ports: OperationsPorts, finished: ErasureRequest) -> None:
    """Write the receipt: with it the erasure is over."""
    ports.core.lake.put(_path(finished, "receipt"), _bytes(finished.to_json()))


def requests(ports: OperationsPorts, scenario: str) -> list[ErasureRequest]:
    """Every request as it stands, oldest first."""
    blobs = ports.core.lake.list(erasures_folder(scenario))
    return [_read(ports, blob.path) for blob in blobs if blob.path.endswith("/request.json")]


def _read(ports: OperationsPorts, path: str) -> ErasureRequest:
    folder = path.removesuffix("request.json")
    if ports.core.lake.stat(f"{folder}receipt.json") is not None:
        return _from_json(read_json(ports, f"{folder}receipt.json"))
    request = _from_json(read_json(ports, path))
    if ports.core.lake.stat(f"{folder}approval.json") is None:
        return request
    approval = read_json(ports, f"{folder}approval.json")
    return replace(request, approved_by=approval["by"], approved_at=datetime.fromisoformat(approval["at"]))


def _from_json(value: Mapping[str, Any]) -> ErasureRequest:
    facts = {name: fact for name, fact in value.items() if name != "schema"}
    for name in ("requested_at", "approved_at", "finished_at"):
        facts[name] = datetime.fromisoformat(facts[name]) if facts[name] else None
    return ErasureRequest(**{**facts, "models": tuple(facts["models"])})


def keep_record(ports: OperationsPorts, scenario: str, record: ErasureRecord) -> None:
    """Keep what was replaced, once."""
    content = _bytes({"schema": SCHEMA, **asdict(record)})
    ports.core.lake.put(f"{erasures_folder(scenario)}records/{_name(record.old)}.json", content)


def resolve(ports: OperationsPorts, scenario: str, old: str) -> str:
    """What stands for an old digest or `path@etag` now; itself when nothing was erased from it."""
    path = f"{erasures_folder(scenario)}records/{_name(old)}.json"
    if ports.core.lake.stat(path) is None:
        return old
    return resolve(ports, scenario, str(read_json(ports, path)["new"]))


def _name(old: str) -> str:
    return hashlib.sha256(old.encode()).hexdigest()[:40]


def _path(request: ErasureRequest, name: str) -> str:
    return f"{erasures_folder(request.scenario)}{request.id}/{name}.json"


def _bytes(value: Mapping[str, Any]) -> bytes:
    return (json.dumps(value, indent=1, sort_keys=True) + "\n").encode()
