"""Storage queues of Azurite behind the host's own interface: the messages that `func start` would read and write."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from typing import TYPE_CHECKING, Any

from azure.core.exceptions import AzureError, HttpResponseError, ResourceExistsError, ResourceNotFoundError

from local.azurite.azurite_settings import QueuePlace
from local.host.queues.queue_store import Message, check_body, check_queue_name
from shared.adapters.azure.retries import Retries
from shared.adapters.azure.retry_policy import EMULATOR_RETRY_POLICY
from shared.core.addresses import EMULATOR_ACCOUNT, EMULATOR_KEY
from shared.core.errors import Transient
from shared.core.messages import POISON

if TYPE_CHECKING:
    from azure.storage.queue import QueueClient

_MOST = 32
_NOT_FOUND, _BAD_REQUEST = 404, 400


class AzureQueues:
    """The queues of a storage account. At least once: a put or delete whose answer is lost may happen twice."""

    def __init__(self, place: QueuePlace, changed: Callable[[], None]) -> None:
        from azure.storage.queue import QueueServiceClient

        key: Any = {"account_name": EMULATOR_ACCOUNT, "account_key": EMULATOR_KEY}
        self._place = place
        self._service = QueueServiceClient(
            place.endpoint,
            credential=key,
            retry_policy=Retries(EMULATOR_RETRY_POLICY),
            connection_timeout=EMULATOR_RETRY_POLICY.connect,
            read_timeout=EMULATOR_RETRY_POLICY.read,
            permit_redirects=False,
        )
        self._changed = changed
        self._clients: dict[str, QueueClient] = {}
        # Every renewal gives another receipt; the latest one proves that the message is still ours.
        self._held: dict[str, tuple[str, str]] = {}

    def put(self, queue: str, *bodies: str) -> None:
        """Add the messages, visible at once."""
        self.put_all([(queue, body) for body in bodies])

    def put_all(self, messages: Sequence[tuple[str, str | bytes]]) -> None:
        """Add (queue, message) pairs, as base64 like the Functions host; BadInput before any is sent."""
        checked = [(check_queue_name(queue), check_body(queue, body)) for queue, body in messages]
        for queue, body in checked:
            with self._errors_translated():
                data = body.encode() if isinstance(body, str) else body
                self._send(queue, base64.b64encode(data).decode())
        self._changed()

    async def together[Result](self, work: Callable[[], Result], *, repeatable: bool = False) -> Result:  # noqa: ARG002 - the interface's signature
        """Do `work` at once: each message is a request of its own."""
        return work()

    def _send(self, queue: str, content: str) -> None:
        """Send what the queue is to hold; the first message makes the queue."""
        with self._errors_translated():
            try:
                self._client(queue).send_message(content)
            except ResourceNotFoundError:
                with suppress(ResourceExistsError):
                    self._client(queue).create_queue()
                self._client(queue).send_message(content)

    def get(self, queue: str, limit: int, lease: float) -> list[Message]:
        """Take up to `limit` visible messages; hidden from other readers for `lease` seconds."""
        taken: list[Message] = []
        with self._errors_translated(), suppress(ResourceNotFoundError):
            count = min(limit, _MOST)
            received = self._client(queue).receive_messages(
                messages_per_page=count, max_messages=count, visibility_timeout=math.ceil(lease)
            )
            taken = [_message(queue, message) for message in received]
        self._held |= {message.id: (queue, message.receipt) for message in taken}
        return taken

    def renew(self, message: Message, lease: float) -> bool:
        """Keep the message for `lease` more seconds; False when another reader has taken it."""
        try:
            return self._hide(message, lease)
        except Transient:
            # The outcome is unknown; the next renewal or the lost receipt settles it.
            return True

    def release(self, message: Message, delay: float) -> bool:
        """Give the message back, visible again after `delay` seconds; False when another reader has taken it."""
        released = self._hide(message, delay)
        self._held.pop(message.id, None)
        return released

    def delete(self, message: Message) -> bool:
        """Delete a finished message; False when another reader has taken it."""
        held = self._held.pop(message.id, None)
        if held is None:
            return False
        return self._ours(lambda client: client.delete_message(message.id, held[1]), message)

    def poison(self, message: Message) -> None:
        """Copy the message to its poison queue, then delete it: never lost, at worst there twice."""
        if message.id in self._held:
            if message.unreadable is None:
                self.put(message.queue + POISON, message.body)
            else:
                self._send(message.queue + POISON, str(message.unreadable))
                self._changed()
            self.delete(message)

    def recover(self, sooner: float) -> int:  # noqa: ARG002 - the interface's signature
        """Returns 0: messages of a killed host become visible by themselves when their lease ends."""
        return 0

    def list(self, queue: str = "") -> Sequence[Message]:
        """The first visible messages, without taking them: of one queue, or of all."""
        with self._errors_translated():
            names = [queue] if queue else [str(properties.name) for properties in self._service.list_queues()]
            return [_message(name, peeked) for name in names for peeked in self._peek(name, _MOST)]

    def list_poison(self) -> Sequence[Message]:
        """Messages in poison queues."""
        return [message for message in self.list() if message.queue.endswith(POISON)]

    def next_visible(self, queue: str) -> float | None:  # noqa: ARG002 - the interface's signature
        """Returns None: the service does not say, so the queue is polled."""
        return None

    def busy(self, queues: Sequence[str]) -> bool:
        """Whether a message of these queues is held or may be taken; a service that does not answer is busy."""
        try:
            with self._errors_translated():
                held = {queue for queue, _ in self._held.values()}
                return any(queue in held or self._peek(queue, 1) for queue in queues)
        except Transient:
            return True

    def _peek(self, queue: str, most: int) -> Sequence[Any]:
        try:
            return self._client(queue).peek_messages(most)
        except ResourceNotFoundError:
            return ()

    def _hide(self, message: Message, seconds: float) -> bool:
        held = self._held.get(message.id)
        if held is None:
            return False

        def update(client: QueueClient) -> None:
            answer = client.update_message(message.id, held[1], visibility_timeout=math.ceil(seconds))
            self._held[message.id] = (message.queue, str(answer.pop_receipt))

        return self._ours(update, message)

    def _ours(self, act: Callable[[QueueClient], None], message: Message) -> bool:
        with self._errors_translated():
            try:
                act(self._client(message.queue))
            except HttpResponseError as error:
                if error.status_code not in {_NOT_FOUND, _BAD_REQUEST}:
                    raise
                self._held.pop(message.id, None)
                return False
        return True

    def _client(self, queue: str) -> QueueClient:
        if queue not in self._clients:
            self._clients[queue] = self._service.get_queue_client(queue)
        return self._clients[queue]

    @contextmanager
    def _errors_translated(self) -> Iterator[None]:
        try:
            yield
        except (AzureError, OSError) as error:
            raise Transient(f"The queues at {self._place.endpoint} do not answer; is Azurite running?") from error


def _message(queue: str, received: Any) -> Message:
    # A peeked message has no receipt and no time at which it is visible again.
    visible = _seconds(received.next_visible_on or received.inserted_on)
    times = _seconds(received.inserted_on), _seconds(received.expires_on), visible
    content = str(received.content or "")
    text = _text(content)
    unreadable = content if text is None else None
    count, receipt = int(received.dequeue_count or 0), received.pop_receipt or ""
    return Message(received.id, queue, text or "", *times, count, receipt, unreadable)


def _text(content: str) -> str | None:
    """The message's text, or None for what is no base64 of UTF-8."""
    try:
        return base64.b64decode(content, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None


def _seconds(when: datetime) -> float:
    return when.timestamp()
