"""What waits in the queues of a storage account, on Azurite."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from azure.core.exceptions import ResourceExistsError
from azure.storage.queue import QueueClient
from azure_parts import FakeCredential

from local.azurite.process import Azurite
from shared.adapters.azure.storage_queues import StorageQueues
from shared.bootstrap.backends import open_backlog
from shared.core.addresses import EMULATOR_ACCOUNT, EMULATOR_KEY
from shared.core.errors import Misconfigured, Permanent, Transient
from shared.core.messages import Queue
from shared.settings import read_settings

NAME = "monitor-scenarios-poison"


@pytest.fixture
def queue(azurite: Azurite) -> Iterator[QueueClient]:
    """The poison queue of monitoring, empty."""
    client = QueueClient(azurite.queue_endpoint, NAME, {"account_name": EMULATOR_ACCOUNT, "account_key": EMULATOR_KEY})
    try:
        client.create_queue()
    except ResourceExistsError:
        client.clear_messages()
    yield client
    client.delete_queue()


def test_a_queue_tells_how_many_wait_and_since_when(azurite: Azurite, queue: QueueClient) -> None:
    """A message that is no base64 counts like any other; a taken one counts, but does not wait; none is taken."""
    backlog = StorageQueues(azurite.queue_endpoint, None)
    for text in ("not base64 at all ☃", "second"):
        queue.send_message(text)
    for _ in range(2):
        found = {one.queue: one for one in backlog.waiting()}
        assert set(found) == {name for one in Queue for name in (one, f"{one}-poison")}
        assert found[NAME].messages == 2
        assert found[NAME].oldest is not None
        assert datetime.now(UTC) - found[NAME].oldest < timedelta(hours=1)
    assert len(list(queue.receive_messages(visibility_timeout=60))) == 2
    found = {one.queue: one for one in backlog.waiting()}
    assert (found[NAME].messages, found[NAME].oldest) == (2, None)


def test_a_service_that_is_away_is_transient() -> None:
    """Nobody listens on port 1."""
    with pytest.raises(Transient, match="did not tell"):
        StorageQueues(f"http://127.0.0.1:1/{EMULATOR_ACCOUNT}", None).waiting()


def test_an_identity_looks_and_a_refusal_names_the_role(
    secure_server: tuple[Azurite, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over https with the token that the service checks; one for another service is refused."""
    server, certificate = secure_server
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    assert len(StorageQueues(server.queue_endpoint, FakeCredential()).waiting()) == 2 * len(Queue)
    with pytest.raises(Permanent, match="Storage Queue Data Reader"):
        StorageQueues(server.queue_endpoint, FakeCredential(aud="https://vault.azure.net")).waiting()


def test_the_setting_of_the_host_names_the_queues(azurite: Azurite) -> None:
    """Without it nothing is looked at; an address elsewhere without https is refused."""
    name = "AzureWebJobsStorage__queueServiceUri"
    assert open_backlog(read_settings({})).waiting() == []
    assert len(open_backlog(read_settings({name: f"{azurite.queue_endpoint}/"})).waiting()) == 2 * len(Queue)
    for wrong in ("http://queues.example.net", "ftp://x", "https://"):
        with pytest.raises(Misconfigured, match=name):
            read_settings({name: wrong})
