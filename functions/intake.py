"""Event Grid triggers answer in milliseconds: they only queue the event, and the queue's worker handles it.

They are `async`, because they wait for nothing: the worker runs them at once, where others wait for a thread.
"""

from __future__ import annotations

import json
import typing
from typing import Any

import azure.functions as func

from functions.names import DATA_EVENTS, MODEL_EVENTS, STORAGE

# A list of one: the host reads a single text that is JSON and writes it anew, with dates in another time zone.
Messages = func.Out[typing.List[str]]  # noqa: UP006 -- the worker library cannot index `list[str]` here


def blueprint() -> func.Blueprint:
    """Two Event Grid triggers: storage events and model-registry events, each to its own queue."""
    bp = func.Blueprint()  # type: ignore[no-untyped-call]  # the library's constructor has no annotations

    @bp.event_grid_trigger(arg_name="event")
    @bp.queue_output(arg_name="message", queue_name=DATA_EVENTS, connection=STORAGE)
    async def data_event(event: func.EventGridEvent, message: Messages) -> None:
        message.set([as_text(event)])

    @bp.event_grid_trigger(arg_name="event")
    @bp.queue_output(arg_name="message", queue_name=MODEL_EVENTS, connection=STORAGE)
    async def model_event(event: func.EventGridEvent, message: Messages) -> None:
        message.set([as_text(event)])

    return bp


def as_text(event: func.EventGridEvent | func.CloudEvent) -> str:
    """The event as one CloudEvent in JSON, whatever its schema."""
    return json.dumps({"specversion": "1.0", "id": event.id, "subject": event.subject, **_by_schema(event)})


def _by_schema(event: func.EventGridEvent | func.CloudEvent) -> dict[str, Any]:
    if isinstance(event, func.CloudEvent):
        return {"type": event.type, "source": event.source, "data": event.get_json()}
    return {"type": event.event_type, "source": event.topic, "data": event.get_json()}
