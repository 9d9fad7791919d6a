"""Storage queues on Azurite: what the host does with them, and what another reader sees."""

from __future__ import annotations

import base64
import itertools
from collections.abc import Iterator
from typing import Any

import pytest
from azure.storage.queue import QueueServiceClient
from command import until

from local.azurite.azurite_settings import QueuePlace, queue_place
from local.azurite.process import Azurite
from local.host.queues.azure_queues import AzureQueues
from local.host.queues.queue_store import MAX_BYTES
from shared.core.errors import BadInput, Misconfigured, Transient

_numbers = itertools.count(1)


@pytest.fixture(scope="module")
def store(azurite: Azurite) -> AzureQueues:
    """The queues of the run's Azurite; every test takes a queue of its own."""
    place = queue_place(azurite.connection_string)
    assert place is not None
    return AzureQueues(place, lambda: None)


@pytest.fixture
def queue() -> str:
    """A queue name that is not used yet."""
    return f"work-{next(_numbers)}"


@pytest.fixture(scope="module")
def raw(azurite: Azurite) -> Iterator[QueueServiceClient]:
    """The service as the Functions host sees it."""
    with QueueServiceClient.from_connection_string(azurite.connection_string) as service:
        yield service


def test_messages_are_base64_as_the_functions_host_writes_them(
    store: AzureQueues, raw: QueueServiceClient, queue: str
) -> None:
    """Another reader decodes them; what another writer encoded is read."""
    store.put(queue, "größe")
    (seen,) = raw.get_queue_client(queue).peek_messages(1)
    assert base64.b64decode(seen.content).decode() == "größe"
    raw.get_queue_client(queue).send_message(base64.b64encode(b"theirs").decode())
    taken = store.get(queue, 16, 30)
    assert [message.body for message in taken] == ["größe", "theirs"]
    assert all(message.dequeue_count == 1 and message.receipt for message in taken)
    assert store.get(queue, 16, 30) == []


def test_what_is_no_base64_of_a_text_goes_to_poison_as_it_is(
    store: AzureQueues, raw: QueueServiceClient, queue: str
) -> None:
    """No function sees it, and it does not stop the queue."""
    contents = ["not base64 {}", "abcd", base64.b64encode(b"\xff\xfe").decode()]
    store.put(queue, "first")
    for content in contents:
        raw.get_queue_client(queue).send_message(content)
    first, *others = store.get(queue, 16, 30)
    assert (first.body, first.unreadable, [one.unreadable for one in others]) == ("first", None, contents)
    for message in others:
        store.poison(message)
    poison = raw.get_queue_client(f"{queue}-poison").peek_messages(16)
    assert [message.content for message in poison] == contents


def test_looking_at_a_queue_does_not_make_it(store: AzureQueues, raw: QueueServiceClient, queue: str) -> None:
    """The first message does."""
    assert (store.get(queue, 1, 30), list(store.list(queue)), store.busy([queue])) == ([], [], False)
    assert queue not in [one.name for one in raw.list_queues()]
    store.put(queue, "first")
    assert queue in [one.name for one in raw.list_queues()]


def test_a_released_message_comes_again_and_counts(store: AzureQueues, queue: str) -> None:
    """The first reader's receipt is no longer valid."""
    store.put(queue, "one")
    (first,) = store.get(queue, 16, 30)
    assert store.renew(first, 30)
    assert store.release(first, 0)
    (second,) = store.get(queue, 16, 30)
    assert (second.id, second.dequeue_count) == (first.id, 2)
    assert store.delete(second)
    assert not store.delete(second)
    assert not store.renew(second, 30)
    assert not store.release(second, 0)
    assert store.get(queue, 16, 30) == []


def test_a_lease_that_ends_gives_the_message_to_another(azurite: Azurite, store: AzureQueues, queue: str) -> None:
    """The message of a killed host becomes visible again, and that host's receipt is refused."""
    store.put(queue, "one")
    (lost,) = store.get(queue, 1, 1)
    place = queue_place(azurite.connection_string)
    assert place is not None
    other = AzureQueues(place, lambda: None)
    (found,) = until(lambda: other.get(queue, 1, 30), "the message comes back", 10)
    assert (found.id, found.dequeue_count) == (lost.id, 2)
    assert not store.delete(lost)
    assert other.delete(found)


def test_poison_is_moved_whole_and_listed(store: AzureQueues, queue: str) -> None:
    """It is on its poison queue, and only there."""
    store.put(queue, "bad")
    (message,) = store.get(queue, 1, 30)
    store.poison(message)
    (given_up,) = [one for one in store.list_poison() if one.queue == f"{queue}-poison"]
    assert given_up.body == "bad"
    assert store.get(queue, 1, 30) == []
    store.poison(message)
    assert len(store.list(f"{queue}-poison")) == 1


def test_busy_means_something_is_due_or_held(store: AzureQueues, queue: str) -> None:
    """A message in flight counts until it is done."""
    assert not store.busy([queue])
    store.put(queue, "one")
    assert store.busy([queue])
    (message,) = store.get(queue, 1, 30)
    assert store.busy([queue])
    store.delete(message)
    assert not store.busy([queue])
    assert store.recover(600) == 0
    assert store.next_visible(queue) is None


def test_a_message_too_large_refuses_all_of_them(store: AzureQueues, queue: str) -> None:
    """What one queue store refuses, the other does too."""
    with pytest.raises(BadInput, match="bytes; accepted"):
        store.put_all([(queue, "small"), (queue, "x" * (MAX_BYTES + 1))])
    assert store.list(queue) == []


def test_a_service_that_is_away_is_transient() -> None:
    """It raises one sentence; a held message stays held, and the queues count as busy."""
    away = AzureQueues(QueuePlace("http://127.0.0.1:9/devstoreaccount1"), lambda: None)
    with pytest.raises(Transient, match="is Azurite running"):
        away.put("work", "one")
    assert away.busy(["work"])


@pytest.mark.parametrize(
    ("value", "endpoint"),
    [
        ("", None),
        ("UseDevelopmentStorage=true", "http://127.0.0.1:10001/devstoreaccount1"),
        ("usedevelopmentstorage=TRUE;", "http://127.0.0.1:10001/devstoreaccount1"),
        (
            "AccountName=devstoreaccount1;AccountKey=CANARY==;QueueEndpoint=http://localhost:7/devstoreaccount1;",
            "http://localhost:7/devstoreaccount1",
        ),
    ],
)
def test_the_setting_says_where_queues_are(value: str, endpoint: str | None) -> None:
    """Nothing means the host's own; what `func start` takes means Azurite."""
    place: Any = queue_place(value)
    assert (place and place.endpoint) == endpoint


@pytest.mark.parametrize(
    "value",
    [
        "DefaultEndpointsProtocol=https;AccountName=real;AccountKey=CANARY;EndpointSuffix=core.windows.net",
        "QueueEndpoint=http://127.0.0.1.example.com/devstoreaccount1;AccountKey=CANARY",
        "QueueEndpoint=http://127.0.0.1:7/devstoreaccount1?sig=CANARY",
        "QueueEndpoint=http://[::1/devstoreaccount1;CANARY",
        "CANARY",
    ],
)
def test_a_storage_account_is_not_for_the_local_host(value: str) -> None:
    """It would take a deployed app's messages away; the sentence says so without repeating the key."""
    with pytest.raises(Misconfigured, match="AzureWebJobsStorage") as told:
        queue_place(value)
    assert "CANARY" not in str(told.value)
