"""Publishes our events to an Event Grid topic as CloudEvents, with the app's identity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from shared.adapters.azure.clients import make_credential
from shared.adapters.azure.retry_policy import RETRY_POLICY, RetryPolicy
from shared.core.errors import BadInput, Fault, Transient
from shared.core.notice import Notice

if TYPE_CHECKING:
    from azure.core.credentials import AzureKeyCredential, TokenCredential
    from azure.core.exceptions import AzureError
    from azure.eventgrid import EventGridPublisherClient

# Statuses with which the topic refuses an event for good.
_PERMANENT_STATUSES = frozenset({400, 413})
ROLE = "EventGrid Data Sender"


class GridPublisher:
    """Port `Publisher` on one topic. The client connects to the setting's host only."""

    def __init__(self, client: EventGridPublisherClient, endpoint: str) -> None:
        self._client = client
        self._endpoint = endpoint

    def publish(self, notice: Notice) -> None:
        """Deliver once; Transient when the topic did not accept the event, BadInput when it never will."""
        from azure.core.exceptions import AzureError
        from azure.core.messaging import CloudEvent

        event = CloudEvent(
            source=notice.source,
            type=notice.type,
            id=notice.id,
            subject=notice.subject,
            time=notice.time,
            data=dict(notice.data),
            datacontenttype="application/json",
        )
        try:
            self._client.send([event])
        except AzureError as error:
            raise self._explained(error, notice) from error

    def _explained(self, error: AzureError, notice: Notice) -> Fault:
        status = _status(error)
        if status in _PERMANENT_STATUSES:
            return BadInput(f"The topic {self._endpoint} refuses event {notice.id!r} (status {status}).")
        if status in (401, 403):
            return Transient(f"The topic {self._endpoint} refuses this app: its identity lacks the role {ROLE}.")
        if status == 404:  # noqa: PLR2004 -- the HTTP status
            return Transient(f"There is no topic at {self._endpoint}; EVENTS_URL names its endpoint.")
        return Transient(f"The topic {self._endpoint} gave no usable answer ({status or type(error).__name__}).")


def _status(error: AzureError) -> int | None:
    """Return the HTTP status; the SDK drops it for statuses that have an error class of their own."""
    from azure.core.exceptions import ClientAuthenticationError, ResourceNotFoundError

    known: dict[type[AzureError], int] = {ClientAuthenticationError: 401, ResourceNotFoundError: 404}
    return getattr(error, "status_code", None) or known.get(type(error))


def open_publisher(endpoint: str, credential: str) -> GridPublisher:
    """Return the publisher of the topic that EVENTS_URL names, with the identity that AZURE_CREDENTIAL names."""
    return GridPublisher(topic_client(endpoint, make_credential(credential)), endpoint)


def topic_client(
    endpoint: str, credential: TokenCredential | AzureKeyCredential, policy: RetryPolicy = RETRY_POLICY
) -> EventGridPublisherClient:
    """Return a client with bounded attempts that follows no redirect."""
    from azure.eventgrid import EventGridPublisherClient

    return EventGridPublisherClient(
        endpoint,
        credential,
        retry_total=policy.retries,
        retry_backoff_factor=policy.first_pause,
        retry_backoff_max=policy.longest_pause,
        connection_timeout=policy.connect,
        read_timeout=policy.read,
        permit_redirects=False,
    )
