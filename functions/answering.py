"""How every HTTP function reads a request and answers: limits, statuses, error documents."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import azure.functions as func

from shared.errors import BadInput, Conflict, Fault, Mismatch, Missing, Refused

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_BODY = 5 * 1024 * 1024
# What curl says when it is told nothing means JSON here as well.
_JSON_KINDS = ("application/json", "text/json", "application/x-www-form-urlencoded")
# The first kind that fits decides.
_STATUSES = ((Mismatch, 422), (BadInput, 400), (Missing, 404), (Conflict, 409), (Refused, 409))
# The statuses that ask for another try, and after how many seconds.
_LATER = frozenset({409, 503})
_RETRY = {"retry-after": "5"}


class HttpRefusal(Exception):
    """A request that is refused for how it came, not for what it says."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


def answered(
    req: func.HttpRequest,
    act: Callable[[], tuple[Any, Mapping[str, str]] | func.HttpResponse],
    *,
    status: int = 200,
    refuse: Callable[[int, str], func.HttpResponse] | None = None,
) -> func.HttpResponse:
    """What `act` returns (value and headers, or a response), or a problem document with the status that fits."""
    refuse = refuse or problem
    try:
        if "code" in req.params:
            # A query is written into logs, histories and referrers on its way; a header is not.
            return refuse(400, "A key in the query (?code=) is not accepted; send the header x-functions-key.")
        result = act()
    except HttpRefusal as refusal:
        return refuse(refusal.status, str(refusal))
    except Fault as fault:
        return refuse(_status_of(fault), fault.reason)
    return as_json(status, *result) if isinstance(result, tuple) else result


def _status_of(fault: Fault) -> int:
    for kind, status in _STATUSES:
        if isinstance(fault, kind):
            return status
    # Not the caller's doing: the same request may be answered later.
    return 503


def body_of(req: func.HttpRequest) -> bytes:
    """The body; HttpRefusal 415 when it is no JSON by its content type, 413 when it has too many bytes."""
    kind = (req.headers.get("content-type") or "application/json").partition(";")[0].strip().lower()
    if kind not in _JSON_KINDS:
        raise HttpRefusal(415, f"The content type is {kind[:80]!r}; accepted: application/json.")
    said = req.headers.get("content-length") or ""
    if said.isdecimal() and int(said[:20]) > MAX_BODY:
        raise HttpRefusal(413, f"The body has {said[:20]} bytes; at most {MAX_BODY} are accepted.")
    body: bytes = req.get_body()
    if len(body) > MAX_BODY:
        raise HttpRefusal(413, f"The body has {len(body)} bytes; at most {MAX_BODY} are accepted.")
    return body


def problem(code: int, message: str) -> func.HttpResponse:
    """An error document: RFC 9457 members, and what older clients read: `status_code`, `message` and `error`."""
    value = {"title": message, "status": code, "status_code": code, "message": message, "error": message}
    return as_json(code, value, _RETRY if code in _LATER else None, kind="application/problem+json")


def error(code: int, message: str) -> func.HttpResponse:
    """An error as the Open Inference Protocol writes it."""
    return as_json(code, {"error": message}, _RETRY if code in _LATER else None)


def as_json(
    code: int, value: Any, headers: Mapping[str, str] | None = None, kind: str = "application/json"
) -> func.HttpResponse:
    """A response with the value as JSON; bytes are JSON already."""
    body = value if isinstance(value, bytes) else json.dumps(value)
    return func.HttpResponse(body, status_code=code, headers=dict(headers or {}), mimetype=kind)
