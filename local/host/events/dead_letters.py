"""Events that could not be delivered, kept as files with the reason."""

from __future__ import annotations

import json
import logging
import re
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path
from typing import Any

from shared.bootstrap.whole_files import write_whole
from shared.core.errors import Transient

log = logging.getLogger("mlops.host")
_SHOWN = 100_000


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery of an event to one function. `attempt` counts from 1; `published` is in seconds since 1970."""

    id: int
    function: str
    event: Mapping[str, Any]
    published: float
    attempt: int


class DeadLetters:
    """A folder of dead letters, in the form Event Grid writes them."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def write(self, delivery: Delivery, reason: str, status: int, now: float) -> None:
        """Write the event with the reason why it was not delivered."""
        facts = {
            "deadLetterReason": reason,
            "deliveryAttempts": delivery.attempt,
            "lastDeliveryOutcome": outcome_name(status),
            "publishTime": _iso(delivery.published),
            "lastDeliveryAttemptTime": _iso(now),
        }
        # Named after the delivery: a repeat after a failed write replaces the file.
        self._write(f"{delivery.function}-{delivery.id}", [{**delivery.event, **facts}])
        log.error("An event for %s is a dead letter: %s", delivery.function, reason)

    def reject_file(self, spooled: Path, reason: str) -> None:
        """Turn a file that holds no valid events into a dead letter, with the reason."""
        try:
            text = spooled.read_bytes()[:_SHOWN].decode(errors="replace")
        except OSError as error:
            text = f"unreadable: {error.strerror}"
        self._write(
            f"malformed-{uuid.uuid4().hex}", [{"deadLetterReason": "Malformed", "problem": reason, "content": text}]
        )
        log.error("An event file was rejected: %s", reason)
        spooled.unlink(missing_ok=True)

    def _write(self, name: str, content: list[dict[str, Any]]) -> None:
        name = f"{re.sub('[^A-Za-z0-9_-]', '_', name)}.json"
        try:
            write_whole(self._folder / name, json.dumps(content, indent=2).encode(), replace=True)
        except OSError as error:
            raise Transient(f"A dead letter cannot be written ({error.strerror}).") from error


def outcome_name(status: int) -> str:
    """Event Grid's name for an HTTP status."""
    if status == HTTPStatus.REQUEST_TIMEOUT:
        return "TimedOut"
    return HTTPStatus(status).phrase.replace(" ", "").replace("-", "")


def _iso(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).isoformat().replace("+00:00", "Z")
