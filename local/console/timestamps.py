"""Times as a person writes them."""

from __future__ import annotations

from datetime import UTC, datetime

from shared.core.errors import BadInput


def parse_timestamp(text: str, option: str) -> datetime:
    """A day or a time in ISO 8601, UTC unless it says otherwise; BadInput names the option."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        accepted = "a day or time such as 2026-03-01 or 2026-03-01T12:00:00Z"
        raise BadInput(f"{option} {text[:40]!r} is no time; accepted: {accepted}.") from error
    return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
