"""The lake and the host's queues, by harmless reads and one probe blob; and the clock of the service against ours."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any

import httpx

from functions.names import QUEUES
from local.azurite.azurite_settings import queue_place
from local.doctor.finding import Finding, Subject, first_line
from local.doctor.http_probe import ask, unreachable
from local.doctor.identity import STORAGE, principal
from local.host.queues.queue_store import POISON, open_queues
from local.roles import roles_on
from shared.adapters.azure.clients import container_client
from shared.adapters.azure.retry_policy import RetryPolicy
from shared.core.addresses import EMULATOR_ACCOUNT, EMULATOR_KEY, BlobPlace
from shared.core.errors import Fault, Misconfigured, Permanent
from shared.core.ports import Lake

if TYPE_CHECKING:
    from azure.storage.queue import QueueServiceClient

PROBE = "doctor/probe"
# One more attempt, then the finding: a person waits.
BRIEF = RetryPolicy(connect=2, read=4, first_pause=0.2, growth=0.2, jitter=0, retries=1)
WARN_SECONDS, FAIL_SECONDS = 5 * 60, 15 * 60
_DENIED = frozenset({401, 403})


def lake(subject: Subject) -> list[Finding]:
    """Write, read and list below doctor/: what every app does with the lake."""
    place = subject.settings.lake_place
    if place and (cause := unreachable(place.endpoint, 80 if place.emulated else 443)):
        return [Finding("lake", "fail", cause, _start(place))]
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
        return [Finding("lake", "fail", fault.reason, _mend(subject, place, fault))]
    return [Finding("lake", "ok", f"{subject.settings.lake_shown} was written, read and listed (ETag {blob.etag})")]


def _lake(subject: Subject, place: BlobPlace | None) -> Lake:
    if place is None:
        from shared.adapters.files.folder_lake import FolderLake

        return FolderLake(subject.settings.lake_folder)  # type: ignore[arg-type]  # no place: a folder
    from shared.adapters.blob.lake import BlobLake

    credential = None if place.emulated else subject.credential()
    return BlobLake(place, container_client(place, credential, BRIEF))


def _start(place: BlobPlace) -> str:
    return "mlops azurite" if place.emulated else f"curl -sSI {place.endpoint}   # name, firewall, private endpoint"


def _mend(subject: Subject, place: BlobPlace | None, fault: Fault) -> str:
    if place is None:
        return f"chmod u+rwX {subject.settings.lake_folder}"
    account = place.endpoint.partition("://")[2].partition(".")[0]
    if isinstance(fault, Misconfigured):
        create = f"az storage container create --auth-mode login --account-name {account} --name {place.container}"
        return "mlops azurite   # makes the container" if place.emulated else create
    if not isinstance(fault, Permanent):
        return _start(place)
    scope = f"/blobServices/default/containers/{place.container}"
    return grant(principal(subject, STORAGE), roles_on("lake")[0], account, scope)


def grant(who: str, role: str, account: str, below: str = "") -> str:
    """The command that gives a role on a storage account, or on something below it."""
    scope = f'"$(az storage account show --name {account} --query id --output tsv){below}"'
    return f'az role assignment create --assignee-object-id {who} --role "{role}" --scope {scope}'


def host_queues(subject: Subject) -> list[Finding]:
    """The queues of the host: in a file, in Azurite, or in a storage account with our identity."""
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
            names = {one.name for one in client.list_queues()}
            given_up = _given_up(client, names)
    except AzureError as error:
        if getattr(error, "status_code", None) in _DENIED:
            account = endpoint.partition("://")[2].partition(".")[0]
            fact = f"{endpoint} refuses our identity: {first_line(error)}"
            return [Finding("host queues", "fail", fact, grant(principal(subject, STORAGE), _role(), account))]
        return [Finding("host queues", "fail", f"{endpoint}: {first_line(error)}", start)]
    return [_present(endpoint, names, emulated=emulated), *_poison(given_up)]


def _role() -> str:
    return next(role for role in roles_on("host storage") if "Queue" in role)


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


def _given_up(client: QueueServiceClient, names: set[str]) -> dict[str, int]:
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
    made = f"; {', '.join(absent)} will be made on first use" if absent else ""
    return Finding("host queues", "ok", f"{endpoint} lists {len(names)} queue(s){made}")


def _queues_in_a_file(subject: Subject) -> list[Finding]:
    if not (subject.settings.home / "host.db").exists():
        return [Finding("host queues", "ok", "queues in a file, made on first use")]
    queues, database = open_queues(subject.settings.home, time.time)
    try:
        waiting = [message.queue for message in queues.list()]
    finally:
        database.close()
    given_up = {name: waiting.count(name) for name in sorted(set(waiting)) if name.endswith(POISON)}
    fact = f"queues in a file; {len(waiting) - sum(given_up.values())} message(s) wait"
    return [Finding("host queues", "ok", fact), *_poison(given_up)]


def _poison(given_up: dict[str, int]) -> Sequence[Finding]:
    if not given_up:
        return []
    fact = ", ".join(f"{count} in {name}" for name, count in given_up.items())
    return [Finding("poison messages", "warn", fact, "mlops history --why poison; then mlops replay")]


def clock(subject: Subject) -> list[Finding]:
    """Our clock against the Date of a service's answer: tokens and leases count on both."""
    url = _with_a_clock(subject)
    if not url:
        return [
            Finding("clock", "not checked", "no setting names a service with a clock of its own", "timedatectl status")
        ]
    before = time.time()
    try:
        answer = ask(subject, "HEAD", url)
        told = parsedate_to_datetime(answer.headers["date"])
    except (httpx.HTTPError, KeyError, ValueError) as error:
        return [Finding("clock", "not checked", f"{url} told no time: {first_line(error)}", f"curl -sSI {url}")]
    ours = datetime.fromtimestamp((before + time.time()) / 2, UTC)
    return [_judged(url, (ours - told).total_seconds())]


def _with_a_clock(subject: Subject) -> str:
    settings = subject.settings
    if settings.lake_place:
        return settings.lake_place.endpoint
    if settings.events_url != "local:":
        return settings.events_url
    return subject.management if "azureml:" in f"{settings.registry_url} {settings.trainer_url}" else ""


def _judged(url: str, seconds: float) -> Finding:
    fact = f"{abs(seconds):.0f} s {'ahead of' if seconds > 0 else 'behind'} {url}"
    fix = "sudo timedatectl set-ntp true && sudo systemctl restart systemd-timesyncd"
    if abs(seconds) > FAIL_SECONDS:
        return Finding("clock", "fail", f"{fact}: tokens are refused from 15 minutes on", fix)
    if abs(seconds) > WARN_SECONDS:
        return Finding("clock", "warn", fact, fix)
    return Finding("clock", "ok", fact)
