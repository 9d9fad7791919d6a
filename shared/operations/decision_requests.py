"""What a person decides on the dashboard, as bodies of requests: accept a baseline, try work again, acknowledge."""

from __future__ import annotations

from typing import Self

from msgspec import Struct

from shared.core.strict_json import Text, read_request


class BaselineRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """The dataset version that becomes the baseline. A verified identity takes precedence over `by`."""

    dataset: Text
    by: Text
    reason: Text

    @classmethod
    def read(cls, body: bytes, who: str = "") -> Self:
        """The request from JSON; `who` is a verified identity and wins over the name in the body."""
        return read_request(body, cls, '{"dataset": "…", "by": "…", "reason": "…"}', who)


class WorkRequest(Struct, frozen=True, forbid_unknown_fields=True):
    """A piece of work by kind and key, as the history names it, and who wants something done about it, and why."""

    kind: Text
    key: Text
    by: Text
    reason: Text

    @classmethod
    def read(cls, body: bytes, who: str = "") -> Self:
        """The request from JSON; `who` is a verified identity and wins over the name in the body."""
        return read_request(body, cls, '{"kind": "…", "key": "…", "by": "…", "reason": "…"}', who)
