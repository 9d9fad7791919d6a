"""What Blob Storage refuses becomes one sentence: what, where, and what is missing."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from azure_parts import QUICK, fresh_place, lake_at
from fault_proxy import Fault, FaultProxy, request

from local.azurite.process import Azurite
from shared.adapters.azure.clients import make_credential
from shared.adapters.blob.lake import BlobLake
from shared.core import errors
from shared.core.addresses import BlobAddress, blob_address
from shared.core.errors import BadInput, Misconfigured, Permanent, Transient


@pytest.fixture(scope="module")
def place(azurite: Azurite) -> BlobAddress:
    """A container for this file's tests, each of which uses names of its own."""
    return fresh_place(azurite.blob_endpoint)


@pytest.fixture
def lake(place: BlobAddress) -> BlobLake:
    """The lake in it."""
    return lake_at(place)


@pytest.mark.fault(36)
def test_a_missing_container_is_a_setting(azurite: Azurite) -> None:
    """Every call says which setting names what does not exist."""
    lake = lake_at(blob_address("LAKE_URL", f"{azurite.blob_endpoint}/nowhere"))
    calls: list[Callable[[], object]] = [
        lambda: lake.stat("a"),
        lambda: lake.open("a"),
        lambda: list(lake.list("")),
        lambda: lake.put("a", b""),
    ]
    for call in calls:
        with pytest.raises(Misconfigured, match=r"Setting LAKE_URL names .*/nowhere"):
            call()


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("AuthorizationPermissionMismatch", "it needs the role 'Storage Blob Data {role}' on container"),
        ("AuthorizationFailure", "its network rules, or the role 'Storage Blob Data {role}'"),
        ("AuthenticationFailed", "clock is more than 15 minutes off"),
    ],
)
@pytest.mark.fault(36)
def test_a_refused_identity_learns_its_role(azurite: Azurite, place: BlobAddress, code: str, said: str) -> None:
    """Without a retry: the sentence names what is missing, where."""
    with FaultProxy(azurite.blob_port) as proxy:
        proxy.plan(Fault("answer", 403, {"x-ms-error-code": code}), times=1000)
        lake = _through(proxy, place)
        with pytest.raises(Permanent) as told:
            lake.stat("a")
        assert said.format(role="Reader") in str(told.value)
        with pytest.raises(Permanent) as told:
            lake.put("a", b"")
        assert said.format(role="Contributor") in str(told.value)
        assert len(proxy.requests) == 2


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (412, "LeaseIdMissing", Transient),
        (409, "ContainerBeingDeleted", Transient),
        (409, "PathConflict", BadInput),
        (409, "BlobImmutableDueToPolicy", Permanent),
        (413, "RequestBodyTooLarge", Permanent),
    ],
)
def test_a_refused_write_is_named_by_its_code(
    azurite: Azurite, place: BlobAddress, status: int, code: str, kind: type[errors.Fault]
) -> None:
    """What a retry could help is transient; nothing is stored, and nobody concludes that a rival was there."""
    with FaultProxy(azurite.blob_port) as proxy:
        proxy.plan(Fault("answer", status, {"x-ms-error-code": code}), request("PUT"), times=1000)
        lake = _through(proxy, place)
        with pytest.raises(kind) as told:
            lake.put(f"refused/{code}", b"x")
        assert type(told.value) is kind
        assert lake.stat(f"refused/{code}") is None


def test_a_source_that_cannot_be_read_is_not_the_services_fault(lake: BlobLake) -> None:
    """The sentence says what failed, and nothing is stored."""

    class Broken(io.BytesIO):
        """A file on a disk that fails."""

        def read(self, size: int | None = -1) -> bytes:  # noqa: ARG002 -- the reader's signature
            raise OSError(5, "Input/output error")

    with pytest.raises(Transient, match=r"could not be read: .*Input/output error"):
        lake.put("broken", Broken())
    assert lake.stat("broken") is None


def test_a_redirect_is_not_followed(azurite: Azurite, place: BlobAddress) -> None:
    """Whatever answers in the place of the service cannot send us, and our token, elsewhere."""
    with FaultProxy(azurite.blob_port) as elsewhere, FaultProxy(azurite.blob_port) as proxy:
        location = f"http://127.0.0.1:{elsewhere.port}/devstoreaccount1/x/y"
        proxy.plan(Fault("answer", 307, {"Location": location}), request("GET"))
        with pytest.raises(Permanent):
            _through(proxy, place).open("a")
        assert elsewhere.requests == []


def _through(proxy: FaultProxy, place: BlobAddress) -> BlobLake:
    return lake_at(
        blob_address("LAKE_URL", f"http://127.0.0.1:{proxy.port}/devstoreaccount1/{place.container}"), policy=QUICK
    )


def test_an_identity_that_cannot_be_had_is_transient() -> None:
    """The sentence names the setting that chose it; nothing was asked of the service."""
    place = blob_address("LAKE_URL", "https://127.0.0.1:1/devstoreaccount1/mlops")
    with pytest.raises(Transient, match="AZURE_CREDENTIAL"):
        lake_at(place, make_credential("environment"), QUICK).stat("a")
