"""Blobs that land on Azurite become the events that Azure would raise."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from azure_parts import fresh_place, lake_at
from host_parts import HandClock, database

from local.azurite.process import Azurite
from local.host.database import HostDatabase
from local.host.events.blob_watch import POLL_SECONDS, BlobWatch
from shared.adapters.blob.lake import BlobLake
from shared.core.events import BlobArrived, parse


@pytest.fixture
def lake(azurite: Azurite) -> BlobLake:
    """An empty container."""
    return lake_at(fresh_place(azurite.blob_endpoint))


def watching(lake: BlobLake, memory: HostDatabase) -> tuple[BlobWatch, list[Mapping[str, Any]]]:
    """A watch on the container, and what it raises."""
    events: list[Mapping[str, Any]] = []
    return BlobWatch(lake, "mlops-1", memory, events.extend, HandClock()), events


def test_every_version_is_reported_once(lake: BlobLake, memory: HostDatabase) -> None:
    """As Azure reports it: container, path, size, ETag; areas that are no input are ignored."""
    watch, events = watching(lake, memory)
    assert watch.step() == POLL_SECONDS
    first, _ = lake.put("incoming/bank/d 1/a&b.csv", b"a\n1\n")
    lake.put("datasets/bank/x/manifest.json", b"{}")
    assert watch.has_unreported()
    watch.step()
    watch.step()
    assert not watch.has_unreported()
    (event,) = events
    arrived = parse(event)
    assert isinstance(arrived, BlobArrived)
    assert (arrived.container, arrived.path, arrived.size) == ("mlops-1", "incoming/bank/d 1/a&b.csv", 4)
    assert f'"{arrived.etag}"' == first.etag
    lake.put("incoming/bank/d 1/a&b.csv", b"a\n2\n", if_absent=False)
    lake.put("scoring/bank/d/a.csv", b"")
    watch.step()
    assert [one["subject"].rpartition("/")[2] for one in events] == ["a&b.csv", "a&b.csv", "a.csv"]
    assert len({one["data"]["sequencer"] for one in events}) == 3


def test_a_restart_keeps_what_was_reported(lake: BlobLake, tmp_path: Path) -> None:
    """What was reported is not reported again; what landed meanwhile is."""
    lake.put("incoming/bank/d/a.csv", b"1")
    first = database(tmp_path)
    watch, events = watching(lake, first)
    watch.step()
    first.close()
    lake.put("incoming/bank/d/b.csv", b"2")
    second = database(tmp_path)
    again, later = watching(lake, second)
    again.step()
    second.close()
    assert [len(events), len(later)] == [1, 1]
    assert later[0]["subject"].endswith("/b.csv")


def test_a_step_lists_some_blobs_and_the_next_goes_on(lake: BlobLake, memory: HostDatabase) -> None:
    """All are told once; one that goes and comes back is told again after a round."""
    events: list[Mapping[str, Any]] = []
    watch = BlobWatch(lake, "mlops-1", memory, events.extend, HandClock(), most=2)
    blobs = [lake.put(f"{area}/bank/d/{letter}.csv", b"1")[0] for area in ("incoming", "scoring") for letter in "abc"]
    told = []
    for _ in range(4):
        watch.step()
        told.append(len(events))
    assert told[:3] == [2, 4, 6] == [*told[:2], told[3]]
    lake.remove(blobs[0].path, blobs[0].etag)
    for _ in range(8):
        watch.step()
    lake.put(blobs[0].path, b"1")
    for _ in range(8):
        watch.step()
    assert len(events) == 7
