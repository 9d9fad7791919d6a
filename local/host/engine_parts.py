"""What a host runs, and the parts of its engine that depend on the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local.azurite.azurite_settings import STORAGE, make_container, queue_place
from local.host.database import HostDatabase
from local.host.events.blob_watch import BlobWatch
from local.host.events.eventgrid import Subscription
from local.host.events.lake_watch import LakeWatch, Publish
from local.host.host_options import HostOptions
from local.host.local_settings import WAITS
from local.host.queues.queue_store import Queues, QueueStore
from local.host.worker import Function, NotIndexed
from shared.core.errors import Misconfigured
from shared.settings import Settings

BODY_LIMIT = "FUNCTIONS_REQUEST_BODY_SIZE_LIMIT"
_BODY_LIMIT = 100 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Plan:
    """What a host runs, and where."""

    app_directory: Path
    home: Path
    environ: Mapping[str, str]
    settings: Settings
    subscriptions: Mapping[str, Subscription] | None
    options: HostOptions
    waits: float
    clock: Callable[[], float]


def open_queues(plan: Plan, database: HostDatabase, changed: Callable[[], None]) -> Queues:
    """The host's own queues, or those of the Azurite that AzureWebJobsStorage names."""
    place = queue_place(plan.environ.get(STORAGE, ""))
    if place is None:
        return QueueStore(database, plan.clock, changed)
    from local.host.queues.azure_queues import AzureQueues

    return AzureQueues(place, changed)


def open_watch(plan: Plan, database: HostDatabase, publish: Publish) -> LakeWatch | BlobWatch | None:
    """The watch that raises storage events for a folder and for Azurite, which raise none; Azure raises its own."""
    if plan.settings.lake_folder:
        return LakeWatch(plan.settings.lake_folder, database, publish, plan.clock)
    place = plan.settings.lake_address
    if place is None or not place.emulated:
        return None
    from shared.adapters.blob.lake import open_lake

    make_container(place)
    lake = open_lake(place.url, plan.settings.azure_credential)
    return BlobWatch(lake, place.container, database, publish, plan.clock)


def subscriptions_of(
    functions: Sequence[Function], given: Mapping[str, Subscription] | None
) -> dict[str, Subscription]:
    """A subscription for every event-grid function: the given one, else one that takes every event."""
    known = {function.name for function in functions}
    unknown = sorted(set(given or {}) - known)
    if unknown:
        raise NotIndexed(f"a subscription names {', '.join(unknown)}, but the app's functions are {sorted(known)}.")
    return {name: (given or {}).get(name, Subscription()) for name in known}


def body_limit(settings: Mapping[str, str]) -> int:
    """The largest body of a request in bytes; Misconfigured says what would be accepted."""
    text = settings.get(BODY_LIMIT) or str(_BODY_LIMIT)
    if not text.isdecimal() or int(text) < 1:
        raise Misconfigured(BODY_LIMIT, f"is {text!r}", "a number of bytes of at least 1")
    return int(text)


def waits_of(settings: Mapping[str, str]) -> float:
    """How much of the Functions host's long waits happens here, from 0 to 1; Misconfigured for anything else."""
    text = settings.get(WAITS) or "1"
    try:
        share = float(text)
    except ValueError:
        share = -1.0
    if not 0 <= share <= 1:
        raise Misconfigured(WAITS, f"is {text!r}", "a number from 0 to 1")
    return share
