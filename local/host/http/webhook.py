"""The Functions host's Event Grid webhook: handshakes, batches, one invocation per event."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from local.host.http.keys import EVENT_GRID, Keys
from local.host.invocations import Invocations
from local.host.protocol import Record
from local.host.worker import Function

log = logging.getLogger("mlops.host")
PATH = "/runtime/webhooks/eventgrid"
MAX_BATCH = 5000
_AT_ONCE = 16
_KEY_NEEDED = (
    f"A valid key is needed: the system key {EVENT_GRID}, as ?code= or in the header x-functions-key; "
    "mlops keys list --events --reveal prints it."
)
_VALIDATION = "Microsoft.EventGrid.SubscriptionValidationEvent"


@dataclass(frozen=True, slots=True)
class Request:
    """A request to the webhook. Header names are lower-case."""

    method: str
    function: str
    keys: Sequence[str]
    headers: Mapping[str, str]
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer of the webhook or the topic."""

    status: int
    body: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


class Webhook:
    """Answers Event Grid for every event-grid function; the local Event Grid and the HTTP server both call it."""

    def __init__(self, functions: Sequence[Function], keys: Keys, invocations: Invocations) -> None:
        self._functions = {function.name.lower(): function for function in functions}
        self._keys = keys
        self._invocations = invocations

    async def answer(self, request: Request) -> Answer:
        """202 when every event of the batch was handled, 500 when one failed; 400, 401 or 404 for a wrong request."""
        if not self._keys.allows_event_grid(request.keys):
            return Answer(401, _KEY_NEEDED)
        function = self._functions.get(request.function.lower())
        if function is None:
            return Answer(404, "There is no such event-grid function.")
        if request.method == "OPTIONS":
            return _shake_hands(request.headers)
        try:
            events = _well_formed(batch_of(request.body))
        except ValueError as error:
            return Answer(400, f"{error}")
        if request.headers.get("aeg-event-type") == "SubscriptionValidation":
            return _confirm(events)
        return await self._deliver(function, events)

    async def _deliver(self, function: Function, events: Sequence[dict[str, Any]]) -> Answer:
        gate = asyncio.Semaphore(_AT_ONCE)

        async def succeeds(event: dict[str, Any]) -> bool:
            async with gate:
                return (await self._invocations.run(function, Record(json=json.dumps(event)))).ok

        done = await asyncio.gather(*map(succeeds, events))
        return Answer(202) if all(done) else Answer(500, "The function failed; the host's log says why.")


def events_of(body: bytes) -> list[dict[str, Any]]:
    """The events in a body of one object or an array of 1 to 5000; ValueError when one of them is none."""
    events = batch_of(body)
    for place, event in enumerate(events):
        if problem := problem_of(event):
            raise ValueError(f"Event {place} {problem}.")
    return events


def batch_of(body: bytes) -> list[Any]:
    """What a body of one object or an array of 1 to 5000 holds; ValueError for another body."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError("The body is not JSON; accepted: one event or an array of events.") from error
    events = content if isinstance(content, list) else [content]
    if not 1 <= len(events) <= MAX_BATCH:
        raise ValueError(f"The batch has {len(events)} events; accepted: 1 to {MAX_BATCH}.")
    return events


def _well_formed(batch: Sequence[Any]) -> list[dict[str, Any]]:
    """The events of the batch; one that is none is logged and keeps nobody from the others. ValueError without any."""
    problems = [f"Event {place} {problem}." for place, event in enumerate(batch) if (problem := problem_of(event))]
    if len(problems) == len(batch):
        raise ValueError(problems[0])
    for problem in problems:
        log.warning("Left out of a batch of %d events: %s", len(batch), problem)
    return [event for event in batch if not problem_of(event)]


def problem_of(event: Any) -> str:
    """What keeps the value from being an event of either schema, or an empty text."""
    if not isinstance(event, dict):
        return "is no JSON object"
    kind = "type" if "specversion" in event else "eventType"
    missing = [name for name in ("id", kind) if not isinstance(event.get(name), str)]
    return f"lacks {' and '.join(missing)} as text" if missing else ""


def _shake_hands(headers: Mapping[str, str]) -> Answer:
    """The CloudEvents handshake: the answer allows the origin that asks."""
    origin = headers.get("webhook-request-origin")
    if not origin:
        return Answer(400, "The handshake names no WebHook-Request-Origin.")
    allowed = {"WebHook-Allowed-Origin": origin}
    rate = headers.get("webhook-request-rate")
    return Answer(200, headers={**allowed, "WebHook-Allowed-Rate": rate} if rate else allowed)


def _confirm(events: Sequence[dict[str, Any]]) -> Answer:
    """The Event Grid handshake: the answer repeats the code; the validation URL is never fetched."""
    data = events[0].get("data")
    code = data.get("validationCode") if isinstance(data, dict) else None
    if events[0].get("eventType") != _VALIDATION or not isinstance(code, str):
        return Answer(400, "The handshake holds no SubscriptionValidationEvent with a validationCode.")
    return Answer(200, json.dumps({"validationResponse": code}), {"Content-Type": "application/json"})
