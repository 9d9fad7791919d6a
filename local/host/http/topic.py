"""The local Event Grid topic: accepts CloudEvents over HTTP as a custom topic does."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from local.host.http.key_file import KeyFile
from local.host.http.messages import Answer, text_answer
from local.host.http.webhook import events_of
from shared.core.wording import counted

PATH = "/runtime/topics/mlops/api/events"
# The most a topic accepts in one request.
MAX_BYTES = 1 << 20
_BATCH = "application/cloudevents-batch+json"
_ONE = "application/cloudevents+json"


class Topic:
    """Accepts events of schema CloudEvents 1.0 and publishes them when every one is well formed."""

    def __init__(self, keys: KeyFile, publish: Callable[[Sequence[Mapping[str, Any]]], None]) -> None:
        self._keys = keys
        self._publish = publish

    def answer(self, headers: Mapping[str, str], body: bytes) -> Answer:
        """200 when all events are stored; 400, 401 or 413 when none is. Header names are lower-case."""
        if not self._keys.keys().opens_event_grid(headers.get("aeg-sas-key") or _bearer(headers)):
            return text_answer(401, "A valid key is needed.")
        if len(body) > MAX_BYTES:
            return text_answer(413, f"The request has {counted(len(body), 'byte')}; a topic takes at most {MAX_BYTES}.")
        kind = headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in (_BATCH, _ONE):
            return text_answer(400, f"The content type is {kind[:80]!r}; accepted: {_BATCH} or {_ONE}.")
        try:
            events = events_of(body)
        except ValueError as error:
            return text_answer(400, str(error))
        for place, event in enumerate(events):
            if event.get("specversion") != "1.0" or not event.get("source"):
                return text_answer(400, f"Event {place} is no CloudEvent 1.0: specversion 1.0 and source are needed.")
        self._publish(events)
        return Answer(200)


def _bearer(headers: Mapping[str, str]) -> str:
    kind, _, token = headers.get("authorization", "").partition(" ")
    return token.strip() if kind.lower() == "bearer" else ""
