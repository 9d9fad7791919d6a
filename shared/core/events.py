"""Event Grid payloads of both schemas become our own values. An event is trusted for its shape only."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.core.errors import BadInput

# Azure Storage operations that mean "the blob's bytes are complete".
_COMPLETING = frozenset({"PutBlob", "PutBlockList", "CopyBlob", "FlushWithClose", "SftpCommit"})
_SUBJECT = "/blobServices/default/containers/"
_FINAL_STATUS = frozenset({"completed", "failed", "canceled"})


@dataclass(frozen=True, slots=True)
class BlobArrived:
    """A blob's bytes are complete. `etag` (without quotes, may be empty) pins the read; the size is only a hint."""

    event_id: str
    container: str
    path: str
    etag: str
    size: int
    api: str
    sequencer: str = ""


@dataclass(frozen=True, slots=True)
class ModelRegistered:
    """A registry says that it holds this model version. The registry is read again before the version is used."""

    event_id: str
    workspace: str
    name: str
    version: str


@dataclass(frozen=True, slots=True)
class RunEnded:
    """A training run reached a final status: `completed`, `failed` or `canceled`."""

    event_id: str
    run_id: str
    status: str


@dataclass(frozen=True, slots=True)
class DeadLetterFound:
    """The sweep found events that could not be delivered; `letter_id` names their file."""

    event_id: str
    letter_id: str


@dataclass(frozen=True, slots=True)
class DropsSettled:
    """The sweep found drops of a scenario whose files have all come; they become one dataset version."""

    event_id: str
    scenario: str
    drops: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ignored:
    """A well-formed event that asks for nothing, with the reason."""

    event_id: str
    kind: str
    subject: str
    reason: str


DEAD_LETTER = "Mlops.DeadLetterFound"
DROPS_SETTLED = "Mlops.DropsSettled"

Event = BlobArrived | ModelRegistered | RunEnded | DeadLetterFound | DropsSettled | Ignored


@dataclass(frozen=True, slots=True)
class _Envelope:
    id: str
    kind: str
    subject: str
    source: str
    data: Mapping[str, Any]

    def ignored(self, reason: str) -> Ignored:
        return Ignored(self.id, self.kind, self.subject, reason)

    def text(self, name: str) -> str:
        value = self.data.get(name)
        return "" if value is None else str(value)


def parse(raw: Mapping[str, Any]) -> Event:
    """One event, Event Grid schema or CloudEvents 1.0, as our own value; BadInput when it is neither."""
    envelope = _envelope(raw)
    reader = _BY_LOWER_CASE.get(envelope.kind.lower())
    if reader is not None:
        return reader(envelope)
    return envelope.ignored(
        _REASONS_TO_IGNORE.get(envelope.kind.lower(), f"events of type {envelope.kind} ask for nothing here")
    )


def parse_message(text: str) -> Event:
    """The event in a queue message; BadInput when it is not one JSON object."""
    try:
        raw = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"The message is not JSON ({error}); accepted: one Event Grid event or CloudEvent.") from error
    if isinstance(raw, list) and len(raw) == 1:
        raw = raw[0]
    if not isinstance(raw, dict):
        raise BadInput("The message is not a JSON object; accepted: one Event Grid event or CloudEvent.")
    return parse(raw)


def without_addresses(message: str) -> str:
    """The message as the ledger keeps it for a replay: its addresses, which may hold a signature, are left out."""
    try:
        raw = json.loads(message)
        event = raw[0] if isinstance(raw, list) else raw
        data = {name: value for name, value in _data(event).items() if not name.endswith("url")}
    except (BadInput, ValueError, RecursionError, LookupError, TypeError, AttributeError):
        return message
    return json.dumps({**{name: value for name, value in event.items() if name != "data_base64"}, "data": data})


def _envelope(raw: Mapping[str, Any]) -> _Envelope:
    cloud = "specversion" in raw
    names = ("id", "type", "subject", "source") if cloud else ("id", "eventType", "subject", "topic")
    values = [raw.get(name) for name in names]
    if not isinstance(values[0], str) or not isinstance(values[1], str):
        schema = "CloudEvents 1.0" if cloud else "Event Grid schema"
        raise BadInput(f"The event lacks {names[0]} or {names[1]} as text, which the {schema} asks for.")
    texts = [value if isinstance(value, str) else "" for value in values]
    return _Envelope(texts[0], texts[1], texts[2], texts[3], _data(raw))


def _data(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    data = raw.get("data")
    if "data_base64" in raw:
        try:
            data = json.loads(base64.b64decode(str(raw["data_base64"]), validate=True))
        except (binascii.Error, ValueError, RecursionError) as error:
            raise BadInput(f"The event's data_base64 is not base64 of JSON ({error}).") from error
    if not isinstance(data, Mapping):
        raise BadInput("The event's data is not a JSON object.")
    # The wire says camelCase, part of the documentation PascalCase.
    return {str(name).lower(): value for name, value in data.items()}


def _blob_created(envelope: _Envelope) -> Event:
    api = envelope.text("api")
    if api not in _COMPLETING:
        return envelope.ignored(f"{api or 'an unnamed operation'} does not complete a blob")
    return _blob(envelope, api)


def _blob_renamed(envelope: _Envelope) -> Event:
    return _blob(envelope, envelope.text("api") or "RenameFile")


def _blob(envelope: _Envelope, api: str) -> Event:
    # Container and path come from the subject: a URL in an event is never followed.
    container, separator, path = envelope.subject.removeprefix(_SUBJECT).partition("/blobs/")
    if not envelope.subject.startswith(_SUBJECT) or not separator or not path:
        return envelope.ignored("the subject names no blob")
    size = envelope.text("contentlength")
    etag = envelope.text("etag").strip('"')
    length = int(size) if size.isdigit() else 0
    return BlobArrived(envelope.id, container, path, etag, length, api, envelope.text("sequencer"))


def _model_registered(envelope: _Envelope) -> Event:
    name, version = envelope.text("modelname"), envelope.text("modelversion")
    if not name or not version:
        return envelope.ignored("the event names no model version")
    return ModelRegistered(envelope.id, envelope.source, name, version)


def _run_ended(envelope: _Envelope) -> Event:
    status = (envelope.text("runstatus") or "completed").lower()
    if status not in _FINAL_STATUS:
        return envelope.ignored(f"run status {status} is not final")
    if _is_step(envelope):
        return envelope.ignored("a step of a pipeline ended; the pipeline run speaks for it")
    return RunEnded(envelope.id, envelope.text("runid"), status)


def _is_step(envelope: _Envelope) -> bool:
    properties = envelope.data.get("runproperties")
    return isinstance(properties, Mapping) and properties.get("azureml.runsource") == "azureml.StepRun"


def _dead_letter(envelope: _Envelope) -> Event:
    return DeadLetterFound(envelope.id, envelope.subject)


def _drops_settled(envelope: _Envelope) -> Event:
    drops = envelope.data.get("drops")
    if not isinstance(drops, list) or not all(isinstance(drop, str) for drop in drops) or not drops:
        return envelope.ignored("the event names no drops")
    return DropsSettled(envelope.id, envelope.text("scenario"), tuple(drops))


_READERS = {
    "Microsoft.Storage.BlobCreated": _blob_created,
    "Microsoft.Storage.BlobRenamed": _blob_renamed,
    "Microsoft.MachineLearningServices.ModelRegistered": _model_registered,
    "Microsoft.MachineLearningServices.RunCompleted": _run_ended,
    "Microsoft.MachineLearningServices.RunStatusChanged": _run_ended,
}
# The types that lead to work: what subscriptions let through.
ACTED_ON = tuple(_READERS)
# The sweep puts these on the queue itself.
_OWN = {DEAD_LETTER: _dead_letter, DROPS_SETTLED: _drops_settled}
_BY_LOWER_CASE = {kind.lower(): reader for kind, reader in [*_READERS.items(), *_OWN.items()]}
_REASONS_TO_IGNORE = {
    "microsoft.storage.blobdeleted": "a deletion never removes registered data",
    "microsoft.storage.directorycreated": "a directory holds no data",
    "microsoft.machinelearningservices.modeldeployed": "deployments are decided here, not reported to here",
    "microsoft.machinelearningservices.datasetdriftdetected": "its producer was retired; drift is measured here",
    "microsoft.eventgrid.subscriptionvalidationevent": "the platform answers the validation handshake",
}
