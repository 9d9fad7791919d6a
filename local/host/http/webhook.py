"""The Functions host's Event Grid webhook: handshakes, batches, one invocation per event, all at once."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Mapping, Sequence
from email.message import Message
from typing import Any

from local.host.http.messages import Answer, text_answer
from local.host.invocations import Invocations
from local.host.plain_values import as_text, read_json
from local.host.protocol import Record
from local.host.worker import Function, Outcome
from shared.core.wording import counted

log = logging.getLogger("mlops.host")
PATH = "/runtime/webhooks/eventgrid"
MAX_BATCH = 5000
ACCEPTED = Answer(202)
# Quotes, ampersands, angle brackets, and all beyond ASCII are escaped where the host writes a validation code.
_ESCAPED = {ord(character): f"\\u{ord(character):04X}" for character in "\"&'+<>`"}


class Webhook:
    """Answers Event Grid for every event-grid function; the local Event Grid and the HTTP server both call it."""

    def __init__(self, functions: Sequence[Function], invocations: Invocations) -> None:
        self._functions = {function.name: function for function in functions if not function.disabled}
        self._invocations = invocations

    async def answer(self, method: str, name: str, headers: Mapping[str, str], body: bytes) -> Answer:
        """202 when every event was handled, 500 when one failed or is none, so that Event Grid tries again.

        400 for a request that does not say what it is, 404 for an unknown function. Header names are lower-case.
        """
        function = self._functions.get(name)
        if function is None:
            return text_answer(404, f"cannot find function: '{name}'")
        if method == "OPTIONS":
            return Answer(200, headers=(("Webhook-Allowed-Origin", "eventgrid.azure.net"),))
        if method in ("GET", "DELETE"):
            return Answer(500)
        kind = headers.get("aeg-event-type", "").lower()
        if kind == "unsubscribe":
            return ACCEPTED
        if kind == "subscriptionvalidation":
            return _confirmed(_decoded(headers, body))
        return await self._notified(function, _decoded(headers, body)) if kind == "notification" else Answer(400)

    async def _notified(self, function: Function, text: str) -> Answer:
        try:
            content = read_json(text)
        except ValueError:
            return Answer(500)
        if isinstance(content, dict):
            content = [content]
        if not isinstance(content, list):
            return Answer(500)
        # What stands before a value that is no event is delivered.
        good = next((place for place, event in enumerate(content) if not isinstance(event, dict)), len(content))
        failure = await self._deliver(function, content[:good])
        if failure is not None:
            general = f"Exception while executing function: Functions.{function.name}"
            return text_answer(500, failure.error if failure.timed_out else general)
        return ACCEPTED if good == len(content) else Answer(500)

    async def _deliver(self, function: Function, events: Sequence[dict[str, Any]]) -> Outcome | None:
        """Call the function for every event; the first failure, if there is one."""
        calls = [self._invocations.run(function, Record(json=json.dumps(event))) for event in events]
        # Mostly there is one, which then needs no task of its own.
        outcomes = [await calls[0]] if len(calls) == 1 else await asyncio.gather(*calls)
        return next((outcome for outcome in outcomes if not outcome.ok), None)


def _decoded(headers: Mapping[str, str], body: bytes) -> str:
    """The text of the body, in the charset of its content type; what cannot be read becomes another character."""
    message, kind = Message(), headers.get("content-type", "")
    if "charset" in kind.lower():
        message["content-type"] = kind
    try:
        return body.decode(message.get_content_charset() or "utf-8-sig", "replace").removeprefix("\ufeff")
    except LookupError:
        return body.decode("utf-8-sig", "replace")


def _confirmed(text: str) -> Answer:
    """The Event Grid handshake: the answer repeats the first event's code; the validation URL is never fetched."""
    try:
        content = read_json(text)
    except ValueError:
        return Answer(500)
    event = content[0] if isinstance(content, list) and content else content
    data = event.get("data") if isinstance(event, dict) else None
    code = data.get("validationCode") if isinstance(data, dict) else None
    if code is None:
        return Answer(500)
    escaped = as_text(code).replace("\\", "\\\\").translate(_ESCAPED)
    text = "".join(one if one < "\x7f" else f"\\u{ord(one):04X}" for one in escaped)
    return text_answer(200, f'{{"validationResponse":"{text}"}}')


def events_of(body: bytes) -> list[dict[str, Any]]:
    """The events in a body of one object or an array of 1 to 5000; ValueError when one of them is none."""
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise ValueError("The body is not JSON; accepted: one event or an array of events.") from error
    events = content if isinstance(content, list) else [content]
    if not 1 <= len(events) <= MAX_BATCH:
        raise ValueError(f"The batch has {counted(len(events), 'event')}; accepted: 1 to {MAX_BATCH}.")
    for place, event in enumerate(events):
        if problem := problem_of(event):
            raise ValueError(f"Event {place} {problem}.")
    return events


def problem_of(event: Any) -> str:
    """What keeps the value from being an event of either schema, or an empty text."""
    if not isinstance(event, dict):
        return "is no JSON object"
    kind = "type" if "specversion" in event else "eventType"
    missing = [name for name in ("id", kind) if not isinstance(event.get(name), str)]
    return f"lacks {' and '.join(missing)} as text" if missing else ""
