"""What a host runs, and the parts of its engine that depend on the settings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import uvicorn

from local.azurite.azurite_settings import STORAGE, make_container, queue_place
from local.host.database import HostDatabase
from local.host.events.blob_watch import BlobWatch
from local.host.events.eventgrid import Subscription
from local.host.events.lake_watch import LakeWatch, Publish
from local.host.host_options import HostOptions
from local.host.http.coalesced_http import CoalescedHttp
from local.host.http.route_cache import RouteCache
from local.host.queues.queue_store import Queues, QueueStore
from local.host.worker import Function, NotIndexed
from shared.settings import Settings


@dataclass(frozen=True, slots=True)
class Plan:
    """What a host runs, and where."""

    app_directory: Path
    home: Path
    environ: Mapping[str, str]
    settings: Settings
    subscriptions: Mapping[str, Subscription] | None
    options: HostOptions
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


def subscriptions_of(functions: list[Function], given: Mapping[str, Subscription] | None) -> dict[str, Subscription]:
    """A subscription for every event-grid function: the given one, else one that takes every event."""
    known = {function.name for function in functions}
    unknown = sorted(set(given or {}) - known)
    if unknown:
        raise NotIndexed(f"a subscription names {', '.join(unknown)}, but the app's functions are {sorted(known)}.")
    return {name: (given or {}).get(name, Subscription()) for name in known}


def http_server(app: RouteCache) -> uvicorn.Server:
    """The web server of the application; it listens on a socket that is given to it."""
    # The access log would show ?code=, which is a key.
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http=CoalescedHttp,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=10,
    )
    return uvicorn.Server(config)
