"""Timestamps that a person types."""

from __future__ import annotations

from datetime import UTC, datetime

from shared.core.errors import BadInput


def parse_timestamp(text: str, option: str) -> datetime:
    """Parse a day or a time in ISO 8601, UTC by default; BadInput names the option."""
    try:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError) as error:
        accepted = "a day or time such as 2026-03-01 or 2026-03-01T12:00:00Z"
        raise BadInput(f"{option} {text[:40]!r} is not a time; accepted: {accepted}.") from error
