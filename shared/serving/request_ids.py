"""The id of a request: what the caller sent, when it is well-formed, else one that is made."""

from __future__ import annotations

import re
from secrets import token_hex

HEADER = "x-request-id"
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


def request_id(sent: str) -> str:
    """The id under which the request is answered, logged and later labelled."""
    return sent if sent and _WELL_FORMED.fullmatch(sent) else token_hex(16)
