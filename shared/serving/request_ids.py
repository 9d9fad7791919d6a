"""The id of a request: what the caller sent, when it is well-formed, else one that is made."""

from __future__ import annotations

import re
from os import register_at_fork, urandom

HEADER = "x-request-id"
_BYTES, _MADE_TOGETHER = 16, 64
_READY: list[str] = []
# A child process would go on with the ids of its parent.
register_at_fork(after_in_child=_READY.clear)
_WELL_FORMED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,63}")


def request_id(sent: str) -> str:
    """The id under which the request is answered, logged and later labelled."""
    return sent if sent and _WELL_FORMED.fullmatch(sent) else _made()


def _made() -> str:
    """A random id; many are made together, since asking the system for each takes longer than scoring decides."""
    try:
        return _READY.pop()
    except IndexError:
        together = urandom(_BYTES * _MADE_TOGETHER).hex("-", _BYTES).split("-")
        _READY.extend(together[1:])
        return together[0]
