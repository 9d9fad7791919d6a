"""What a person decides on the dashboard, as bodies of requests: accept a baseline, try work again, acknowledge."""

from __future__ import annotations

from typing import Annotated, Self

from msgspec import Meta, Struct

from shared.core.strict_json import fit, read_json_body

_TEXT = Meta(min_length=1, max_length=1000, pattern=r"\S", description="a text of 1 to 1000 characters")
Text = Annotated[str, _TEXT]


class BaselineRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """The dataset version that becomes the baseline. A verified identity takes precedence over `by`."""

    dataset: Text
    by: Text
    reason: Text

    @classmethod
    def read(cls, body: bytes, who: str = "") -> Self:
        """The request from JSON; `who` is a verified identity and wins over the name in the body."""
        request: Self = fit(_read(body, '{"dataset": "…", "by": "…", "reason": "…"}', who), cls)
        return request


class WorkRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of work by kind and key, as the history names it, and who wants something done about it, and why."""

    kind: Text
    key: Text
    by: Text
    reason: Text

    @classmethod
    def read(cls, body: bytes, who: str = "") -> Self:
        """The request from JSON; `who` is a verified identity and wins over the name in the body."""
        request: Self = fit(_read(body, '{"kind": "…", "key": "…", "by": "…", "reason": "…"}', who), cls)
        return request


def _read(body: bytes, accepted: str, who: str) -> object:
    value = read_json_body(body, accepted)
    return {**value, "by": who} if who and isinstance(value, dict) else value
