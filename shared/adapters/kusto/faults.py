"""Errors of Azure Data Explorer as errors of the project: what happened, where, and whether a retry would help."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from shared.core.addresses import ClusterAddress
from shared.core.errors import Fault, Misconfigured, Permanent, Transient

if TYPE_CHECKING:
    from azure.kusto.data.exceptions import KustoError

ROLE = "Viewer"
_RETRYABLE = frozenset({408, 429, 449})
# Words of the service for an answer over its limits; a query for fewer rows may work.
_TOO_LARGE = ("E_QUERY_RESULT_SET_TOO_LARGE", "80DA0003", "E_RUNAWAY_QUERY", "80DA0001", "LimitsExceeded")
_SHOWN = 300


class TooLarge(Permanent):
    """An answer over a limit of the service; smaller parts may work."""

    code = "too_large"


class Throttled(Transient):
    """The service asks for a pause of so many seconds."""

    def __init__(self, sentence: str, seconds: float) -> None:
        """Keep the seconds to wait."""
        super().__init__(sentence)
        self.seconds = seconds


def partial_fault(errors: Iterable[Mapping[str, Any]], where: str) -> Fault:
    """Return the fault of a query that stopped in the middle of its answer, from its OneApiErrors."""
    found = [entry.get("error", entry) for entry in errors]
    reason = "; ".join(_reason(error) for error in found)[:_SHOWN] or "no reason given"
    if any(word in reason for word in _TOO_LARGE):
        return TooLarge(f"{where} gave an incomplete answer, because it exceeds a limit of the service: {reason}")
    kind = Permanent if found and all(error.get("@permanent") is True for error in found) else Transient
    return kind(f"{where} did not finish its answer: {reason}")


def _reason(error: Mapping[str, Any]) -> str:
    return ": ".join(str(error[key]) for key in ("code", "@message") if error.get(key)) or str(error.get("message", ""))


def fault_of(error: KustoError, place: ClusterAddress) -> Fault:
    """Return the fault for an error of the client."""
    from azure.kusto.data.exceptions import (
        KustoAuthenticationError,
        KustoClientInvalidConnectionStringException,
        KustoNetworkError,
    )

    where = f"{place.cluster}, database {place.database},"
    if isinstance(error, KustoNetworkError):
        return Transient(f"{where} could not be reached, or its answer broke off.")
    if isinstance(error, KustoAuthenticationError | KustoClientInvalidConnectionStringException):
        return _no_token(error, place)
    response = getattr(error, "http_response", None)
    status = getattr(response, "status_code", None)
    if status in (401, 403):
        return _denied(status, place)
    if status is None or status >= 500 or status in _RETRYABLE:  # noqa: PLR2004 -- the HTTP status
        return Throttled(f"{where} did not answer ({status or type(error).__name__}).", _wait(response))
    if status < 300:  # noqa: PLR2004 -- the HTTP status
        return Transient(f"{where} gave an answer that is cut off or not JSON.")
    return _refused(str(error)[:_SHOWN], status, where)


def _no_token(error: KustoError, place: ClusterAddress) -> Fault:
    """Return the fault for a missing token, or for a host that gets none."""
    cause = getattr(error, "exception", None)
    if cause is None:
        accepted = "a host that Microsoft's client knows as a cluster's"
        return Misconfigured("TELEMETRY_URL", f"names {place.cluster}, which gets no token", accepted)
    first = str(cause).split("\n", 1)[0][:_SHOWN]
    return Transient(f"No token for {place.cluster} could be obtained (AZURE_CREDENTIAL): {first}")


def _wait(response: Any) -> float:
    seconds = str(getattr(response, "headers", {}).get("Retry-After", ""))
    return float(seconds) if seconds.isdigit() else 0.0


def _denied(status: int, place: ClusterAddress) -> Permanent:
    if status == 401:  # noqa: PLR2004 -- the HTTP status
        return Permanent(
            f"{place.cluster} did not accept our token: the identity that AZURE_CREDENTIAL names belongs to "
            "another tenant or is unknown to the cluster."
        )
    return Permanent(
        f"{place.cluster} refuses this app: its identity lacks the role {ROLE} of database {place.database} "
        f"(.add database ['{place.database}'] viewers ('aadapp=<client id>;<tenant id>'))."
    )


def _refused(reason: str, status: int, where: str) -> Permanent:
    if any(word in reason for word in _TOO_LARGE):
        return TooLarge(f"{where} refused the query, because its answer exceeds a limit of the service: {reason}")
    return Permanent(f"{where} refused the query ({status}): {reason}")
