"""The lake in Blob Storage beyond its contract: large blobs, pages, what others put there, what is refused."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from azure_parts import QUICK, SMALL, FakeCredential, fresh_place, lake_at
from fault_proxy import Fault, FaultProxy, request

from local.azurite import Azurite
from shared.adapters.azure_clients import container_client, make_credential
from shared.adapters.blob_lake import BlobLake, Sizes
from shared.domain.places import BlobPlace, blob_place
from shared.errors import Corrupt, Misconfigured, Missing, Permanent, Superseded, Transient

TESTS = Path(__file__).resolve().parents[3]
LARGE = bytes(range(251)) * 200


@pytest.fixture(scope="module")
def place(azurite: Azurite) -> BlobPlace:
    """A container for this file's tests, each of which uses names of its own."""
    return fresh_place(azurite.blob_endpoint)


@pytest.fixture
def lake(place: BlobPlace) -> BlobLake:
    """The lake in it."""
    return lake_at(place)


def test_a_large_blob_is_written_in_blocks_and_read_in_ranges(lake: BlobLake) -> None:
    """Bytes come back in whatever way they are read."""
    assert len(LARGE) > SMALL.block
    blob, written = lake.put("large/a", io.BytesIO(LARGE))
    assert written
    assert lake.put("large/a", b"other") == (blob, False)
    assert lake.put("large/a", LARGE[::-1]) == (blob, False)
    with lake.open("large/a", etag=blob.etag) as source:
        assert source.read() == LARGE
        assert source.seek(SMALL.range) == SMALL.range
        assert source.read(10) == LARGE[SMALL.range : SMALL.range + 10]
        assert source.seek(-7, io.SEEK_END) == len(LARGE) - 7
        assert source.read(100) == LARGE[-7:]
        assert source.read(1) == b""
        source.seek(0)
        assert b"".join(iter(lambda: source.read(1003), b"")) == LARGE


def test_a_large_blob_that_is_replaced_ends_its_reader(lake: BlobLake) -> None:
    """Bytes of two versions never come from one reader."""
    lake.put("large/b", LARGE)
    with lake.open("large/b") as source:
        assert source.read(10) == LARGE[:10]
        lake.put("large/b", LARGE[::-1], if_absent=False)
        source.seek(4 * SMALL.range)
        with pytest.raises(Superseded, match="large/b"):
            source.read(10)


def test_two_large_writers_never_mix_their_blocks(lake: BlobLake) -> None:
    """The second writer commits while the first has sent only a part: each blob is one writer's, whole."""

    class Interrupted(io.BytesIO):
        """Lets the rival write between two blocks."""

        def read(self, size: int | None = -1) -> bytes:
            if self.tell() == 2 * SMALL.block:
                rival.append(lake.put("large/c", LARGE, if_absent=True))
            return super().read(size)

    rival: list[tuple[object, bool]] = []
    late, written = lake.put("large/c", Interrupted(bytes(3 * SMALL.block)))
    assert rival == [(late, True)]
    assert not written
    with lake.open("large/c") as source:
        assert source.read() == LARGE


KILLED = """
import io, os, signal, sys
sys.path[:0] = sys.argv[1:3]
from azure_parts import lake_at
from shared.domain.places import blob_place

class Deadly(io.BytesIO):
    def read(self, size=-1):
        if self.tell() >= int(sys.argv[5]):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().read(size)

lake_at(blob_place("LAKE_URL", sys.argv[3])).put(sys.argv[4], Deadly(bytes(50_000)))
"""


@pytest.mark.parametrize("after", [1, 30_000, 50_000])
def test_a_writer_killed_in_the_middle_leaves_nothing(place: BlobPlace, lake: BlobLake, after: int) -> None:
    """Blocks without a commit are no blob; the next writer is not disturbed by them."""
    name = f"killed/{after}"
    line = [sys.executable, "-c", KILLED, str(TESTS), str(TESTS.parent), place.url, name, str(after)]
    assert subprocess.run(line, check=False, timeout=60).returncode == -signal.SIGKILL
    assert lake.stat(name) is None
    assert list(lake.list("killed/")) == []
    _, written = lake.put(name, LARGE)
    assert written
    with lake.open(name) as source:
        assert source.read() == LARGE
    with container_client(place, None) as client:
        client.delete_blob(name)


def test_a_listing_goes_through_all_pages(place: BlobPlace, lake: BlobLake) -> None:
    """Names come once each and in order, however many pages there are."""
    names = [f"pages/{number:02d}" for number in range(7)]
    for name in reversed(names):
        lake.put(name, b"")
    assert [blob.path for blob in lake_at(place, sizes=Sizes(page=2)).list("pages/")] == names


def test_directories_of_a_data_lake_account_are_no_blobs(place: BlobPlace, lake: BlobLake) -> None:
    """The blob endpoint shows them as empty blobs with a mark."""
    with container_client(place, None) as client:
        client.upload_blob("tree/folder", b"", metadata={"hdi_isfolder": "true"})
    lake.put("tree/folder/file", b"x")
    assert [blob.path for blob in lake.list("tree/")] == ["tree/folder/file"]
    assert lake.stat("tree/folder") is None
    with pytest.raises(Missing):
        lake.open("tree/folder")


def test_names_that_others_gave_are_left_out(place: BlobPlace, lake: BlobLake) -> None:
    """A name this lake would refuse is not offered."""
    with container_client(place, None) as client:
        client.upload_blob("foreign/.hidden", b"")
        client.upload_blob("foreign/seen", b"")
    assert [blob.path for blob in lake.list("foreign/")] == ["foreign/seen"]


def test_bytes_that_are_not_what_was_stored_are_corrupt(place: BlobPlace, lake: BlobLake) -> None:
    """Who changes bytes and keeps the writer's hash is found out by whoever reads the whole blob."""
    lake.put("rotten", b"good")
    with container_client(place, None) as client:
        metadata = client.get_blob_client("rotten").get_blob_properties().metadata
        client.upload_blob("rotten", b"evil", metadata=metadata, overwrite=True)
    with lake.open("rotten") as source, pytest.raises(Corrupt, match="rotten"):
        source.read()


def test_a_missing_container_is_a_setting(azurite: Azurite) -> None:
    """Every call says which setting names what does not exist."""
    lake = lake_at(blob_place("LAKE_URL", f"{azurite.blob_endpoint}/nowhere"))
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
def test_a_refused_identity_learns_its_role(azurite: Azurite, place: BlobPlace, code: str, said: str) -> None:
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


def test_a_redirect_is_not_followed(azurite: Azurite, place: BlobPlace) -> None:
    """Whatever answers in the place of the service cannot send us, and our token, elsewhere."""
    with FaultProxy(azurite.blob_port) as elsewhere, FaultProxy(azurite.blob_port) as proxy:
        location = f"http://127.0.0.1:{elsewhere.port}/devstoreaccount1/x/y"
        proxy.plan(Fault("answer", 307, {"Location": location}), request("GET"))
        with pytest.raises(Permanent):
            _through(proxy, place).open("a")
        assert elsewhere.requests == []


def _through(proxy: FaultProxy, place: BlobPlace) -> BlobLake:
    return lake_at(
        blob_place("LAKE_URL", f"http://127.0.0.1:{proxy.port}/devstoreaccount1/{place.container}"), patience=QUICK
    )


def test_an_identity_that_cannot_be_had_is_transient() -> None:
    """The sentence names the setting that chose it; nothing was asked of the service."""
    place = blob_place("LAKE_URL", "https://127.0.0.1:1/devstoreaccount1/mlops")
    with pytest.raises(Transient, match="AZURE_CREDENTIAL"):
        lake_at(place, make_credential("environment"), QUICK).stat("a")


class TestIdentity:
    """https and bearer tokens, no key and no SAS: as in Azure."""

    def test_the_lake_works_with_a_token(self, trusted: str) -> None:
        """Write once, read pinned, overwrite, list; the token was asked for storage."""
        credential = FakeCredential()
        lake = lake_at(fresh_place(trusted, credential), credential)
        blob, written = lake.put("a/b", b"one")
        assert written
        assert lake.put("a/b", b"two") == (blob, False)
        assert lake.stat("a/b") == blob
        assert list(lake.list("a/")) == [blob]
        newer, _ = lake.put("a/b", LARGE, if_absent=False)
        with pytest.raises(Superseded):
            lake.open("a/b", etag=blob.etag)
        with lake.open("a/b", etag=newer.etag) as source:
            assert source.read() == LARGE
        assert lake.stat("nothing") is None
        assert set(credential.scopes) == {"https://storage.azure.com/.default"}

    @pytest.mark.parametrize(
        "claims", [{"aud": "https://vault.azure.net"}, {"iss": "https://example.com/"}, {"exp": 1}]
    )
    def test_a_token_for_something_else_is_refused_in_words(self, trusted: str, claims: dict[str, object]) -> None:
        """Wrong audience, wrong issuer, expired: permanent, one sentence, no retry storm."""
        place = blob_place("LAKE_URL", f"{trusted}/mlops-refused")
        with pytest.raises(Permanent, match="did not accept our token"):
            lake_at(place, FakeCredential(**claims), QUICK).stat("a")

    def test_a_certificate_nobody_vouches_for_is_not_talked_to(self, secure_azurite: tuple[str, Path]) -> None:
        """TLS is checked, on loopback too."""
        place = blob_place("LAKE_URL", f"{secure_azurite[0]}/mlops-untrusted")
        with pytest.raises(Transient, match="certificate"):
            lake_at(place, FakeCredential(), QUICK).stat("a")
