"""Dead letters: files of events that Event Grid could not deliver."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A file of events that Event Grid gave up. `problem` says why its events cannot be read; empty when they can."""

    id: str
    at: datetime
    reason: str
    events: tuple[str, ...]
    problem: str = ""


def read_dead_letter(name: str, modified: datetime, content: bytes) -> DeadLetter:
    """Read a file as Event Grid writes it: an array of events, each with the reason and time of giving it up."""
    try:
        value = json.loads(content)
    except (ValueError, RecursionError):
        return DeadLetter(name, modified, "", (), "it is not JSON")
    events = [event for event in (value if isinstance(value, list) else [value]) if isinstance(event, dict)]
    reasons = sorted({str(event.get("deadLetterReason") or "") for event in events} - {""})
    whole = [json.dumps(event) for event in events if _is_event(event)]
    problem = "" if whole else "it holds no event"
    return DeadLetter(name, _when(events, modified), ", ".join(reasons), tuple(whole), problem)


def _is_event(event: Mapping[str, Any]) -> bool:
    return isinstance(event.get("id"), str) and isinstance(event.get("type") or event.get("eventType"), str)


def _when(events: list[dict[str, Any]], modified: datetime) -> datetime:
    for event in events:
        try:
            attempted = datetime.fromisoformat(str(event.get("lastDeliveryAttemptTime")))
        except ValueError:
            continue
        return attempted.replace(tzinfo=UTC) if attempted.tzinfo is None else attempted
    return modified
