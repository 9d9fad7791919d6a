"""The settings that select Azurite for the host's queues and the lake, and where it is."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

from shared.core.addresses import EMULATOR_ACCOUNT, BlobAddress, is_loopback
from shared.core.errors import Misconfigured

STORAGE = "AzureWebJobsStorage"
# What an app sees of a host that keeps its queues itself.
OWN_QUEUES = "local:"
DEVELOPMENT = "UseDevelopmentStorage=true"
_ACCEPTED = f"nothing (queues in a file), {DEVELOPMENT}, or a connection string to Azurite on this machine"


@dataclass(frozen=True, slots=True)
class QueuePlace:
    """The queue service of an Azurite on this machine."""

    endpoint: str


def queue_place(value: str) -> QueuePlace | None:
    """The place of the queues by AzureWebJobsStorage; None for queues in a file. Misconfigured for another machine."""
    if value in ("", OWN_QUEUES):
        return None
    if value.strip().rstrip(";").lower() == DEVELOPMENT.lower():
        return QueuePlace(f"http://127.0.0.1:10001/{EMULATOR_ACCOUNT}")
    parts = dict(part.partition("=")[::2] for part in value.split(";") if "=" in part)
    endpoint = {name.strip().lower(): text.strip() for name, text in parts.items()}.get("queueendpoint", "")
    try:
        url = urlsplit(endpoint)
        local = url.scheme == "http" and is_loopback(url.hostname or "") and not url.query
    except ValueError:
        local = False
    if not local or url.path.strip("/") != EMULATOR_ACCOUNT:
        # A connection string holds a key, so the message does not repeat it.
        raise Misconfigured(STORAGE, "names storage that this host cannot use", _ACCEPTED)
    return QueuePlace(endpoint.rstrip("/"))


def make_container(place: BlobAddress) -> None:
    """Create the container on Azurite when it is missing, as the infrastructure does in Azure; Transient soon."""
    from azure.core.exceptions import ResourceExistsError

    from shared.adapters.azure.clients import container_client
    from shared.adapters.azure.retry_policy import EMULATOR_RETRY_POLICY
    from shared.adapters.blob.errors import WRITER, faults

    with container_client(place, None, EMULATOR_RETRY_POLICY) as client, faults(place, place.container, WRITER):
        try:
            client.create_container()
        except ResourceExistsError:
            return
