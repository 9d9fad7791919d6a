"""The lake and the host's queues, checked with harmless reads and one probe blob."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from functions.names import QUEUE_FUNCTIONS, QUEUES
from local.azurite.azurite_settings import queue_place
from local.doctor.finding import Finding, Subject, first_line
from local.doctor.http_probe import unreachable
from local.doctor.identity import STORAGE, principal
from local.host.queues.queue_store import open_queues
from local.roles import roles_on
from shared.adapters.azure.clients import container_client
from shared.adapters.azure.retry_policy import RetryPolicy
from shared.core.addresses import EMULATOR_ACCOUNT, EMULATOR_KEY, BlobAddress
from shared.core.errors import Fault, Misconfigured, Permanent
from shared.core.messages import POISON
from shared.core.ports import Lake
from shared.core.wording import counted

if TYPE_CHECKING:
    from azure.storage.queue import QueueServiceClient

PROBE = "doctor/probe"
# Only one retry, because a person waits for the finding.
BRIEF = RetryPolicy(connect=2, read=4, first_pause=0.2, growth=0.2, jitter=0, retries=1)
_DENIED = frozenset({401, 403})

# An app works with single queues; who looks at all of them needs this.
_LISTS_QUEUES = "Storage Queue Data Reader"


def lake(subject: Subject) -> list[Finding]:
    """Write, read and list a probe below doctor/, as every app does with the lake."""
    place = subject.settings.lake_address
    if place and (cause := unreachable(place.endpoint, 80 if place.emulated else 443)):
        return [Finding("lake", "fail", cause, _reach_fix(place))]
    try:
        lake = _lake(subject, place)
        blob, _ = lake.put(PROBE, b"probe", if_absent=False)
        with lake.open(PROBE) as source:
            source.read()
        next(iter(lake.list(PROBE)), None)
    except OSError as error:
        folder = subject.settings.lake_folder
        return [Finding("lake", "fail", f"{folder}: {first_line(error)}", f"chmod u+rwX {folder}")]
    except Fault as fault:
        return [Finding("lake", "fail", fault.reason, _lake_fix(subject, place, fault))]
    return [Finding("lake", "ok", f"{subject.settings.lake_shown} was written, read and listed (ETag {blob.etag})")]


def _lake(subject: Subject, place: BlobAddress | None) -> Lake:
    if place is None:
        from shared.adapters.files.folder_lake import FolderLake

        return FolderLake(subject.settings.lake_folder)  # type: ignore[arg-type]  # no place: a folder
    from shared.adapters.blob.lake import BlobLake

    credential = None if place.emulated else subject.credential()
    return BlobLake(place, container_client(place, credential, BRIEF))


def _reach_fix(place: BlobAddress) -> str:
    return "mlops azurite" if place.emulated else f"curl -sSI {place.endpoint}   # name, firewall, private endpoint"


def _lake_fix(subject: Subject, place: BlobAddress | None, fault: Fault) -> str:
    if place is None:
        return f"chmod u+rwX {subject.settings.lake_folder}"
    account = place.endpoint.partition("://")[2].partition(".")[0]
    if isinstance(fault, Misconfigured):
        create = f"az storage container create --auth-mode login --account-name {account} --name {place.container}"
        return "mlops azurite   # creates the container" if place.emulated else create
    if not isinstance(fault, Permanent):
        return _reach_fix(place)
    scope = f"/blobServices/default/containers/{place.container}"
    return grant(principal(subject, STORAGE), roles_on("lake")[0], account, scope)


def grant(who: str, role: str, account: str, below: str = "") -> str:
    """The command that grants a role on a storage account, or on a part of it."""
    scope = f'"$(az storage account show --name {account} --query id --output tsv){below}"'
    return f'az role assignment create --assignee-object-id {who} --role "{role}" --scope {scope}'


# Microsoft's host says nothing of it.
_DEAF = f"; under func start without AzureWebJobsStorage no message reaches {', '.join(QUEUE_FUNCTIONS)}"


def host_queues(subject: Subject) -> list[Finding]:
    """Check the host's queues: in a file, in Azurite, or in a storage account."""
    endpoint = _queue_endpoint(subject)
    if not endpoint:
        return _queues_in_a_file(subject)
    emulated = endpoint.startswith("http:")
    start = "mlops azurite" if emulated else f"curl -sSI {endpoint}   # name, firewall, private endpoint"
    if cause := unreachable(endpoint):
        return [Finding("host queues", "fail", cause, start)]
    from azure.core.exceptions import AzureError

    try:
        with _queue_client(subject, endpoint, emulated=emulated) as client:
            names = {queue.name for queue in client.list_queues()}
            poison = _poison_counts(client, names)
    except AzureError as error:
        if getattr(error, "status_code", None) in _DENIED:
            account = endpoint.partition("://")[2].partition(".")[0]
            fact = f"{endpoint} refuses the identity: {first_line(error)}"
            return [Finding("host queues", "fail", fact, grant(principal(subject, STORAGE), _LISTS_QUEUES, account))]
        return [Finding("host queues", "fail", f"{endpoint}: {first_line(error)}", start)]
    return [_present(endpoint, names, emulated=emulated), *_poison_findings(poison)]


def _queue_endpoint(subject: Subject) -> str:
    environ = subject.environ
    if uri := environ.get("AzureWebJobsStorage__queueServiceUri"):
        return uri.rstrip("/")
    if account := environ.get("AzureWebJobsStorage__accountName"):
        return f"https://{account}.queue.core.windows.net"
    place = queue_place(environ.get("AzureWebJobsStorage", ""))
    return place.endpoint if place else ""


def _queue_client(subject: Subject, endpoint: str, *, emulated: bool) -> QueueServiceClient:
    from azure.storage.queue import QueueServiceClient

    from shared.adapters.azure.retries import Retries

    key: Any = {"account_name": EMULATOR_ACCOUNT, "account_key": EMULATOR_KEY} if emulated else subject.credential()
    return QueueServiceClient(
        endpoint, credential=key, retry_policy=Retries(BRIEF), connection_timeout=BRIEF.connect, read_timeout=BRIEF.read
    )


def _poison_counts(client: QueueServiceClient, names: set[str]) -> dict[str, int]:
    poison = sorted(name for name in names if name.endswith(POISON) and name.removesuffix(POISON) in QUEUES)
    counts = {name: client.get_queue_client(name).get_queue_properties().approximate_message_count for name in poison}
    return {name: count for name, count in counts.items() if count}


def _present(endpoint: str, names: set[str], *, emulated: bool) -> Finding:
    absent = sorted(set(QUEUES) - names)
    if absent and not emulated:
        account = endpoint.partition("://")[2].partition(".")[0]
        line = " && ".join(
            f"az storage queue create --auth-mode login --account-name {account} --name {name}" for name in absent
        )
        return Finding("host queues", "fail", f"{endpoint} lacks {', '.join(absent)}", line)
    made = f"; {', '.join(absent)} will be created on first use" if absent else ""
    return Finding("host queues", "ok", f"{endpoint} lists {counted(len(names), 'queue')}{made}")


def _queues_in_a_file(subject: Subject) -> list[Finding]:
    if not (subject.settings.home / "host.db").exists():
        return [Finding("host queues", "ok", f"queues in a file, created on first use{_DEAF}")]
    queues, database = open_queues(subject.settings.home, time.time)
    try:
        waiting = [message.queue for message in queues.list()]
    finally:
        database.close()
    poison = {name: waiting.count(name) for name in sorted(set(waiting)) if name.endswith(POISON)}
    fact = f"queues in a file with {counted(len(waiting) - sum(poison.values()), 'message')}{_DEAF}"
    return [Finding("host queues", "ok", fact), *_poison_findings(poison)]


def _poison_findings(poison: dict[str, int]) -> Sequence[Finding]:
    if not poison:
        return []
    fact = ", ".join(f"{count} in {name}" for name, count in poison.items())
    return [Finding("poison messages", "warn", fact, "mlops history --why poison; then mlops replay --all")]
