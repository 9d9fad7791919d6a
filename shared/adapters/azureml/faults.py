"""Errors of Azure ML as errors of the project."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from shared.core.errors import Conflict, Fault, Missing, Refused, Transient

_BUSY = frozenset({408, 409, 412, 429})
_SERVER = 500


@contextmanager
def explained(what: str, role: str) -> Iterator[None]:
    """Turn errors of the SDK inside the block into ours; `what` names the action, `role` the role that it needs."""
    from azure.core.exceptions import AzureError

    try:
        yield
    except AzureError as error:
        raise _fault(error, what, role) from error


def _fault(error: Exception, what: str, role: str) -> Fault:
    if type(error).__module__.startswith("azure.ai.ml"):
        # The SDK refused before it sent a request.
        return Refused(f"The SDK rejects the request while {what}: {str(error).strip()[:300]}")
    status = getattr(error, "status_code", None)
    if status in (401, 403):
        return Transient(f"Azure ML refuses this app while {what}: its identity lacks the role {role}.")
    if status == 404:  # noqa: PLR2004 -- the HTTP status
        return Missing(f"Azure ML found nothing while {what}.")
    if status == 409:  # noqa: PLR2004 -- the HTTP status
        return Conflict(f"Azure ML already has another resource of that name while {what}.")
    if status is None or status in _BUSY or status >= _SERVER:
        return Transient(f"Azure ML gave no usable answer while {what} ({status or type(error).__name__}).")
    return Refused(f"Azure ML refuses the request while {what} (status {status}).")
