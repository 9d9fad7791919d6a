"""How every HTTP function reads a request and answers: limits, statuses, error documents."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any

import azure.functions as func

from shared.core.errors import BadInput, Conflict, Fault, Forbidden, Mismatch, Missing, Refused
from shared.core.wording import counted

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MAX_BODY = 5 * 1024 * 1024
# The last one is curl's default, which is read as JSON, too.
_JSON_KINDS = ("application/json", "text/json", "application/x-www-form-urlencoded")
# The first matching class decides.
_STATUSES = ((Mismatch, 422), (BadInput, 400), (Missing, 404), (Conflict, 409), (Forbidden, 403), (Refused, 409))
# The statuses that allow a retry, and after how many seconds.
_LATER = frozenset({409, 503})
_RETRY = {"retry-after": "5"}


class Ready(func.HttpResponse):
    """A 200 with JSON whose headers are already well-formed, with names in lower case.

    It skips the library's check of each header, which costs a third of the time that a model needs for one row.
    """

    def __init__(self, body: bytes, headers: dict[str, str]) -> None:
        self._body = body
        self._headers = headers
        headers["content-type"] = "application/json"

    @property
    def status_code(self) -> int:
        """Always 200."""
        return 200

    @property
    def mimetype(self) -> str:
        """JSON."""
        return "application/json"

    @property
    def charset(self) -> str:
        """Always UTF-8, as JSON demands."""
        return "utf-8"

    @property
    def headers(self) -> dict[str, str]:  # type: ignore[override]  # readers need a mapping
        """The headers, with the content type."""
        return self._headers

    def get_body(self) -> bytes:
        """The document."""
        return self._body


class HttpRefusal(Exception):
    """A request that is refused because of its form (type, size), not its content."""

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
            # Logs, histories and referrers keep a query, but not a header.
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
    # Not the caller's fault: the same request may succeed later.
    return 503


def body_of(req: func.HttpRequest, *also: str) -> bytes:
    """The body; HttpRefusal 415 when its type is not JSON, 411 when it came in chunks, 413 when it is too large.

    `also` are other types that are accepted.
    """
    content_type = req.headers.get("content-type") or "application/json"
    if content_type not in _JSON_KINDS:
        kind = content_type.partition(";")[0].strip().lower()
        if kind not in (*_JSON_KINDS, *also):
            raise HttpRefusal(415, f"The content type is {kind[:80]!r}; accepted: application/json.")
    body: bytes = req.get_body()
    if not body and req.headers.get("transfer-encoding"):
        raise HttpRefusal(411, "The host drops a body that is sent in chunks; accepted: a body with a Content-Length.")
    if len(body) > MAX_BODY:
        raise HttpRefusal(413, f"The body has {counted(len(body), 'byte')}; accepted: at most {MAX_BODY}.")
    return body


def caller_of(req: func.HttpRequest) -> str:
    """The caller that Easy Auth verified, or an empty text.

    Where the platform's authentication is off, the host passes the header on as any sender wrote it: it counts nothing.
    """
    if os.environ.get("WEBSITE_AUTH_ENABLED", "").lower() != "true":
        return ""
    return req.headers.get("x-ms-client-principal-name") or ""


def header_of(req: func.HttpRequest, name: str) -> str:
    """The header, or an empty text; for absent headers faster than `get`, which raises and catches."""
    return req.headers[name] if name in req.headers else ""  # noqa: SIM401 -- see above


def problem(code: int, message: str) -> func.HttpResponse:
    """An error document as in RFC 9457, and with `status_code`, `message` and `error` for older clients."""
    quoted = json.dumps(message)
    value = f'{{"title": {quoted}, "status": {code}, "status_code": {code}, "message": {quoted}, "error": {quoted}}}'
    return as_json(code, value.encode(), _RETRY if code in _LATER else None, kind="application/problem+json")


def error(code: int, message: str) -> func.HttpResponse:
    """An error as the Open Inference Protocol writes it."""
    return as_json(code, {"error": message}, _RETRY if code in _LATER else None)


def as_json(
    code: int, value: Any, headers: Mapping[str, str] | None = None, kind: str = "application/json"
) -> func.HttpResponse:
    """A response with the value as JSON; bytes are JSON already."""
    body = value if isinstance(value, bytes) else json.dumps(value)
    return func.HttpResponse(body, status_code=code, headers=headers, mimetype=kind)
