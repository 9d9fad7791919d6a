"""Events in a file, of either schema, and the functions that Event Grid would send them to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.host.events.subscriptions import SUBSCRIPTIONS
from local.host.http.webhook import events_of
from shared.core.errors import BadInput

_CLOUD_EVENTS = "CloudEvents 1.0"
_EVENT_GRID = "Event Grid"


@dataclass(frozen=True, slots=True)
class PostedEvent:
    """An event and the function it goes to."""

    event: Mapping[str, Any]
    function: str

    @property
    def schema(self) -> str:
        """The name of the event's schema."""
        return _CLOUD_EVENTS if "specversion" in self.event else _EVENT_GRID

    @property
    def kind(self) -> str:
        """The event's type."""
        return str(self.event["type" if self.schema == _CLOUD_EVENTS else "eventType"])

    @property
    def body(self) -> Any:
        """What Event Grid posts: an event of its own schema comes in an array, a CloudEvent alone."""
        return self.event if self.schema == _CLOUD_EVENTS else [self.event]

    @property
    def content_type(self) -> str:
        """The type of the body."""
        return "application/cloudevents+json" if self.schema == _CLOUD_EVENTS else "application/json"


def read_events(path: Path, function: str | None = None) -> list[PostedEvent]:
    """The events of the file, each for that function or for every one that subscribes to it.

    BadInput says which event is none, or that nobody subscribes to one.
    """
    try:
        events = events_of(path.read_bytes())
    except ValueError as error:
        raise BadInput(f"{path.name}: {error}") from error
    if function is not None and function not in SUBSCRIPTIONS:
        raise BadInput(f"No function {function[:40]!r} takes events; accepted: {', '.join(SUBSCRIPTIONS)}.")
    return [PostedEvent(event, name) for event in events for name in _takers(event, function)]


def _takers(event: Mapping[str, Any], function: str | None) -> Sequence[str]:
    if function is not None:
        return [function]
    takers = [name for name, subscription in SUBSCRIPTIONS.items() if subscription.takes(event)]
    if not takers:
        kinds = ", ".join(f"{kind}…" for one in SUBSCRIPTIONS.values() for kind in one.included_types)
        raise BadInput(
            f"No function subscribes to event {event['id'][:80]!r} ({_facts(event)}); accepted: types {kinds} "
            "and subjects in container mlops, or --function."
        )
    return takers


def _facts(event: Mapping[str, Any]) -> str:
    kind = event.get("type") or event.get("eventType")
    return f"type {str(kind)[:80]!r}, subject {str(event.get('subject'))[:80]!r}"
