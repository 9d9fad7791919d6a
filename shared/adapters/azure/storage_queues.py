"""How long messages wait in the queues of a storage account: read and looked at, never taken."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from shared.adapters.azure.retries import Retries
from shared.adapters.azure.retry_policy import RetryPolicy
from shared.core.addresses import EMULATOR_ACCOUNT, EMULATOR_KEY
from shared.core.errors import Permanent, Transient
from shared.core.messages import POISON, Queue
from shared.operations.ports import WaitingMessages

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential
    from azure.storage.queue import QueueServiceClient

READER = "Storage Queue Data Reader"
# A sweep looks; what is missed once is seen at the next one.
_BRIEF = RetryPolicy(connect=2, read=4, first_pause=0.2, growth=0.2, jitter=0, retries=1)
_DENIED = frozenset({401, 403})


class StorageQueues:
    """Port `Backlog` on a storage account; the emulator over plain HTTP gets its published key."""

    def __init__(self, endpoint: str, credential: TokenCredential | None) -> None:
        from azure.storage.queue import QueueServiceClient

        emulated = urlsplit(endpoint).scheme == "http"
        key: Any = {"account_name": EMULATOR_ACCOUNT, "account_key": EMULATOR_KEY} if emulated else credential
        self._endpoint = endpoint
        self._service: QueueServiceClient = QueueServiceClient(
            endpoint,
            credential=key,
            retry_policy=Retries(_BRIEF),
            connection_timeout=_BRIEF.connect,
            read_timeout=_BRIEF.read,
            permit_redirects=False,
        )

    def waiting(self) -> Sequence[WaitingMessages]:
        """Each queue of the app and its poison queue; one that was never used is empty."""
        return [self._look(name) for queue in Queue for name in (str(queue), f"{queue}{POISON}")]

    def _look(self, name: str) -> WaitingMessages:
        from azure.core.exceptions import AzureError, HttpResponseError, ResourceNotFoundError

        client = self._service.get_queue_client(name)
        try:
            count = int(client.get_queue_properties().approximate_message_count or 0)
            first = next(iter(client.peek_messages(1)), None) if count else None
        except ResourceNotFoundError:
            return WaitingMessages(name, 0, None)
        except HttpResponseError as error:
            if error.status_code in _DENIED:
                reason = f"The identity may not look into the queue {name!r}: it needs the role {READER!r} on it."
                raise Permanent(reason) from error
            raise Transient(f"{self._endpoint} did not tell of the queue {name!r}: {error.status_code}.") from error
        except (AzureError, OSError) as error:
            raise Transient(f"{self._endpoint} did not tell of the queue {name!r}.") from error
        return WaitingMessages(name, count, first.inserted_on if first else None)
