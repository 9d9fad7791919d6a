"""host.json: the options of the Functions host that this host honours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.host.local_settings import read_object
from shared.core.errors import Misconfigured
from shared.core.timers.time_span import parse_span


@dataclass(frozen=True, slots=True)
class QueueOptions:
    """How queue triggers take messages; times in seconds."""

    batch_size: int = 16
    new_batch_threshold: int = 8
    max_dequeue_count: int = 5
    visibility_timeout: float = 0.0
    max_polling_interval: float = 60.0


@dataclass(frozen=True, slots=True)
class HostOptions:
    """The options of host.json; the defaults are those of the Functions host. Times in seconds."""

    queues: QueueOptions
    function_timeout: float = 1800.0
    route_prefix: str = "api"
    max_concurrent_requests: int = 100
    max_outstanding_requests: int = 200


def read_options(directory: Path) -> HostOptions:
    """The options in `directory`/host.json; Misconfigured names the option and what would be accepted."""
    path = directory / "host.json"
    content = read_object(path) if path.exists() else {"version": "2.0"}
    if content.get("version") != "2.0":
        raise Misconfigured("version", f"in host.json is {content.get('version')!r}", '"2.0"')
    http = _Section(content, "extensions", "http")
    batch = _Section(content, "extensions", "queues").number("batchSize", 16, 1, 32)
    prefix = http.values.get("routePrefix", "api")
    if not isinstance(prefix, str):
        raise Misconfigured("routePrefix", "in host.json is no text", 'a path such as "api", or ""')
    return HostOptions(
        queues=_queues(_Section(content, "extensions", "queues"), batch),
        function_timeout=_Section(content).span("functionTimeout", 1800.0),
        route_prefix=prefix.strip("/"),
        max_concurrent_requests=http.number("maxConcurrentRequests", 100, 1, 100_000),
        max_outstanding_requests=http.number("maxOutstandingRequests", 200, 1, 100_000),
    )


def _queues(section: _Section, batch: int) -> QueueOptions:
    return QueueOptions(
        batch_size=batch,
        new_batch_threshold=section.number("newBatchThreshold", batch // 2, 0, 1000),
        max_dequeue_count=section.number("maxDequeueCount", 5, 1, 1000),
        visibility_timeout=section.span("visibilityTimeout", 0.0),
        max_polling_interval=section.span("maxPollingInterval", 60.0),
    )


class _Section:
    """One object inside host.json; an absent value has the host's default."""

    def __init__(self, content: Mapping[str, Any], *names: str) -> None:
        for name in names:
            inner = content.get(name, {})
            if not isinstance(inner, dict):
                raise Misconfigured(name, "in host.json is no object", "{...}")
            content = inner
        self.values = content

    def number(self, key: str, default: int, low: int, high: int) -> int:
        value = self.values.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise Misconfigured(key, f"in host.json is {value!r}", f"a whole number from {low} to {high}")
        return value

    def span(self, key: str, default: float) -> float:
        value = self.values.get(key)
        if value is None:
            return default
        seconds = parse_span(value) if isinstance(value, str) else None
        if seconds is None:
            raise Misconfigured(key, f"in host.json is {value!r}", 'a time such as "00:09:00"')
        return seconds
