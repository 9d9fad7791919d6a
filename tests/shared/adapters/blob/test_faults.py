"""Every fault on the way to Blob Storage, on every operation of the lake: nothing twice, nothing lost, soon over."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest
from azure_parts import QUICK, SMALL, fresh_place, lake_at
from fault_proxy import FAILED, LOSE, RESET, TRUNCATE, UNAVAILABLE, Fault, FaultProxy, delayed, request, throttled

from local.azurite.process import Azurite
from shared.adapters.blob.lake import BlobLake
from shared.core.addresses import blob_address
from shared.core.errors import Transient

SECONDS = 600.0
FAULTS = {
    "503": UNAVAILABLE,
    "429 with Retry-After": throttled(1),
    "500": FAILED,
    "reset before": RESET,
    "lost answer": LOSE,
    "truncated": TRUNCATE,
    "slow": delayed(0.3),
    "hung": delayed(QUICK.read + 1),
}


@pytest.fixture(scope="module")
def direct(azurite: Azurite) -> BlobLake:
    """The container without anything in between."""
    return lake_at(fresh_place(azurite.blob_endpoint))


@pytest.fixture(scope="module")
def proxy(azurite: Azurite) -> Iterator[FaultProxy]:
    """What stands in between."""
    with FaultProxy(azurite.blob_port) as one:
        yield one


@pytest.fixture
def lake(direct: BlobLake, proxy: FaultProxy) -> Iterator[BlobLake]:
    """The same container behind the proxy."""
    container = direct._place.container
    yield lake_at(blob_address("LAKE_URL", f"http://127.0.0.1:{proxy.port}/devstoreaccount1/{container}"), policy=QUICK)
    proxy.heal()


def put_new(lake: BlobLake, name: str) -> object:
    """A blob that must not be there yet: ours, whatever happened to the answer."""
    blob, written = lake.put(name, b"new")
    assert written
    return blob.size


def put_large(lake: BlobLake, name: str) -> object:
    """The same in several requests."""
    blob, written = lake.put(name, bytes(SMALL.block + 1))
    assert written
    return blob.size


def put_over(lake: BlobLake, name: str) -> object:
    """An overwrite."""
    blob, written = lake.put(f"{name}-old", b"newer", if_absent=False)
    assert written
    return blob.size


def read(lake: BlobLake, name: str) -> object:
    """A whole read."""
    with lake.open(f"{name}-old") as source:
        return source.read()


def look(lake: BlobLake, name: str) -> object:
    """The facts of a blob."""
    found = lake.stat(f"{name}-old")
    assert found is not None
    return found.size


def names(lake: BlobLake, name: str) -> object:
    """A listing."""
    return [blob.path.removeprefix(name) for blob in lake.list(name)]


def take_out(lake: BlobLake, name: str) -> object:
    """A removal; one whose answer was lost is repeated and finds nothing, as it should."""
    found = lake.stat(f"{name}-old")
    assert found is not None
    lake.remove(found.path, found.etag)
    return lake.stat(found.path)


Operation = Callable[[BlobLake, str], object]
OPERATIONS: dict[Operation, object] = {
    put_new: 3,
    put_large: SMALL.block + 1,
    put_over: 5,
    read: b"old",
    look: 3,
    names: ["-old"],
    take_out: None,
}


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.__name__)
@pytest.mark.fault(26, 28)
def test_one_fault_changes_nothing(
    direct: BlobLake, lake: BlobLake, proxy: FaultProxy, operation: Operation, fault: str
) -> None:
    """The operation ends as it would have without the fault, within seconds; our own write is known as ours."""
    name = f"{operation.__name__}/{fault}"
    direct.put(f"{name}-old", b"old")
    proxy.plan(FAULTS[fault])
    began = time.monotonic()
    assert operation(lake, name) == OPERATIONS[operation]
    assert time.monotonic() - began < SECONDS
    assert proxy.hits == 1
    # Nothing twice, nothing half: what stands there is what was written, under its one name.
    stored = {blob.path: blob.size for blob in direct.list(name)}
    expected = {} if operation is take_out else {f"{name}-old": 5 if operation is put_over else 3}
    if operation in {put_new, put_large}:
        expected[name] = OPERATIONS[operation]  # type: ignore[assignment]
    assert stored == expected


@pytest.mark.parametrize("fault", [UNAVAILABLE, RESET, LOSE], ids=["503", "reset before", "lost answer"])
@pytest.mark.fault(26)
def test_a_service_that_stays_away_is_transient_and_soon_so(
    direct: BlobLake, lake: BlobLake, proxy: FaultProxy, fault: Fault
) -> None:
    """A bounded number of attempts, one sentence; whoever tries later finds a whole blob or none."""
    name = f"away/{fault.kind}"
    proxy.plan(fault, times=1000)
    began = time.monotonic()
    with pytest.raises(Transient, match="did not serve"):
        lake.put(name, b"new")
    assert time.monotonic() - began < SECONDS
    assert len(proxy.requests) <= 2 * (QUICK.retries + 1)
    proxy.heal()
    _, written = lake.put(name, b"new")
    assert written is (fault is not LOSE)
    with direct.open(name) as source:
        assert source.read() == b"new"


@pytest.mark.fault(27)
def test_the_write_whose_every_answer_is_lost_is_ours(lake: BlobLake, proxy: FaultProxy) -> None:
    """The service says that the blob exists; reading it back says whose it is."""
    proxy.plan(LOSE, request("PUT"), times=QUICK.retries + 1)
    blob, written = lake.put("ours", b"new")
    assert written
    assert lake.stat("ours") == blob
    assert proxy.hits == QUICK.retries + 1


@pytest.mark.fault(27)
def test_a_rivals_write_during_a_lost_request_is_the_rivals(
    direct: BlobLake, lake: BlobLake, proxy: FaultProxy
) -> None:
    """Our request never arrived and the rival's did, with the same bytes: it is told apart by its token."""
    theirs, _ = direct.put("rival", b"same")
    proxy.plan(RESET)
    assert lake.put("rival", b"same") == (theirs, False)


def test_whoever_is_told_to_wait_for_long_gives_way(lake: BlobLake, proxy: FaultProxy) -> None:
    """A long Retry-After ends the call at once: the message comes again later, no worker sleeps."""
    proxy.plan(throttled(3600), times=1000)
    began = time.monotonic()
    with pytest.raises(Transient):
        lake.stat("a")
    assert time.monotonic() - began < 600
    assert len(proxy.requests) == 1


@pytest.mark.fault(26)
def test_a_short_wait_is_waited(lake: BlobLake, proxy: FaultProxy) -> None:
    """Retry-After is honoured: the second attempt comes no sooner."""
    proxy.plan(throttled(1))
    began = time.monotonic()
    assert lake.stat("a") is None
    assert time.monotonic() - began >= 1
