"""Errors of Blob Storage as errors of the project: what happened, where, and whether a retry would help."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from azure.core.exceptions import AzureError, ClientAuthenticationError, HttpResponseError

from shared.core.addresses import BlobAddress
from shared.core.errors import BadInput, Fault, Misconfigured, Missing, Permanent, Superseded, Transient

READER, WRITER = "Storage Blob Data Reader", "Storage Blob Data Contributor"
_FOLDER_CODES = frozenset({"PathConflict", "ResourceTypeMismatch", "InvalidBlobType"})
_RETRYABLE_CODES = frozenset({"LeaseIdMissing", "LeaseAlreadyPresent", "ContainerBeingDeleted", "BlobBeingRehydrated"})
_NO_TOKEN = 401
_DENIED = 403
_GONE = 404
_CONFLICT = 409
_CHANGED = 412


@contextmanager
def faults(place: BlobAddress, path: str, role: str) -> Iterator[None]:
    """Turn whatever the client raises inside the block into one of our errors."""
    try:
        yield
    except (AzureError, OSError) as error:
        raise fault_of(error, place, path, role) from error


def code_of(error: Exception) -> str:
    """Return the service's error code; empty when the service did not answer."""
    code = getattr(error, "error_code", None) or ""
    return str(getattr(code, "value", code))


def fault_of(error: Exception, place: BlobAddress, path: str, role: str) -> Fault:
    """Return the fault for an error; `role` is the role that the call needs."""
    status = error.status_code if isinstance(error, HttpResponseError) else None
    code = code_of(error)
    if isinstance(error, ClientAuthenticationError) and error.response is None:
        return Transient(f"No token for {place.endpoint} could be obtained (AZURE_CREDENTIAL): {_first_line(error)}")
    if code in {"ContainerNotFound", "ContainerDisabled"}:
        return Misconfigured("LAKE_URL", f"names {place.url}, a container that does not exist", "an existing container")
    if status in {_NO_TOKEN, _DENIED}:
        return _denied(status, code, place, path, role)
    if status is None or status >= 500 or status in {408, 429} or code in _RETRYABLE_CODES:  # noqa: PLR2004 - HTTP
        hint = " Is Azurite running?" if status is None and place.emulated else ""
        return Transient(f"{place.endpoint} did not serve {path!r}: {code or _first_line(error)}.{hint}")
    return _refused(status, code, place, path)


def _refused(status: int, code: str, place: BlobAddress, path: str) -> Fault:
    if status == _GONE:
        return Missing(f"There is no blob {path!r} in the lake.")
    if code in _FOLDER_CODES:
        return BadInput(f"{path!r} cannot be stored: a blob has the name of a folder on its way.")
    if status == _CHANGED:
        return Superseded(f"{path!r} is no longer the requested version.")
    if status == _CONFLICT and not code:
        return Transient(f"{place.endpoint} is busy with {path!r}.")
    return Permanent(f"{place.endpoint} refused {path!r}: {status} {code}.")


def _denied(status: int | None, code: str, place: BlobAddress, path: str, role: str) -> Fault:
    where = f"container {place.container} of {place.endpoint}"
    if code in {"AuthenticationFailed", "InvalidAuthenticationInfo"} or status == _NO_TOKEN:
        return Permanent(
            f"{place.endpoint} did not accept our token for {path!r} ({code}): the identity is of another tenant, or "
            "this machine's clock is more than 15 minutes off."
        )
    if code == "AuthorizationFailure":
        return Permanent(
            f"{place.endpoint} refused {path!r} ({code}): its network rules, or the role {role!r} on {where}."
        )
    return Permanent(f"The identity may not use {path!r} ({code}): it needs the role {role!r} on {where}.")


def _first_line(error: Exception) -> str:
    return str(getattr(error, "message", "") or error).strip().partition("\n")[0][:300]
