"""The time of a home: its own where everything is local, else the machine's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.adapters.files.home_clock import HomeClock
from shared.adapters.files.timed_lake import TimedLake
from shared.settings import Settings

if TYPE_CHECKING:
    from shared.core.ports import Clock, Lake


def utc_now() -> datetime:
    """The machine's time, in UTC."""
    return datetime.now(UTC)


def not_local(settings: Settings) -> str:
    """The first setting that names a service, which keeps times of its own; empty where all is local."""
    places = {
        "LAKE_URL": settings.lake_folder is not None,
        "DATABASE_URL": settings.database_url.startswith("sqlite:"),
        "EVENTS_URL": settings.events_url == "local:",
        "TELEMETRY_URL": settings.telemetry_url.startswith(("lake:", "kusto:http:")),
        "REGISTRY_URL": settings.registry_url == "local:",
        "TRAINER_URL": not settings.trainer_url.startswith("azureml:"),
        "SERVING_URL": settings.serving_url == "functions:",
        "SCORER_URL": not settings.scorer_url.startswith("azureml"),
    }
    return next((name for name, local in places.items() if not local), "")


def clock_of(settings: Settings) -> Clock:
    """The clock of the home where all is local, else the machine's."""
    if not_local(settings):
        return utc_now
    return HomeClock(settings.home)


def timed(settings: Settings, lake: Lake) -> Lake:
    """The lake, whose files carry the home's time where all is local."""
    if not_local(settings):
        return lake
    return TimedLake(lake, HomeClock(settings.home).at)


__all__ = ["HomeClock", "clock_of", "not_local", "timed", "utc_now"]
