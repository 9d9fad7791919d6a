"""The lake in Blob Storage beyond its contract: large blobs, pages, what others put there, what is refused."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from azure_parts import SMALL, fresh_place, lake_at

from local.azurite.process import Azurite
from shared.adapters.azure.clients import container_client
from shared.adapters.blob.lake import BlobLake, Sizes
from shared.core.addresses import BlobAddress
from shared.core.errors import Corrupt, Missing, Superseded

TESTS = Path(__file__).resolve().parents[3]
SUPPORT = TESTS / "support"
LARGE = bytes(range(251)) * 200


@pytest.fixture(scope="module")
def place(azurite: Azurite) -> BlobAddress:
    """A container for this file's tests, each of which uses names of its own."""
    return fresh_place(azurite.blob_endpoint)


@pytest.fixture
def lake(place: BlobAddress) -> BlobLake:
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


@pytest.mark.fault(29)
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


def test_a_writer_that_gave_up_leaves_no_block_in_anothers_blob(lake: BlobLake) -> None:
    """Uncommitted blocks belong to a name, not to a writer: the one that goes on commits only its own."""

    class Failing(io.BytesIO):
        """Breaks off after two blocks."""

        def read(self, size: int | None = -1) -> bytes:
            if self.tell() >= 3 * SMALL.block:
                raise ValueError("on purpose")
            return super().read(size)

    class Disturbed(io.BytesIO):
        """Lets the other write its first blocks between two of ours."""

        def read(self, size: int | None = -1) -> bytes:
            if self.tell() == 4 * SMALL.block:
                with pytest.raises(ValueError, match="on purpose"):
                    lake.put("large/d", Failing(bytes(len(LARGE))), if_absent=False)
            return super().read(size)

    _, written = lake.put("large/d", Disturbed(LARGE))
    assert written
    with lake.open("large/d") as source:
        assert source.read() == LARGE


KILLED = """
import io, os, signal, sys
sys.path[:0] = sys.argv[1:3]
from azure_parts import lake_at
from shared.core.addresses import blob_address

class Deadly(io.BytesIO):
    def read(self, size=-1):
        if self.tell() >= int(sys.argv[5]):
            os.kill(os.getpid(), signal.SIGKILL)
        return super().read(size)

lake_at(blob_address("LAKE_URL", sys.argv[3])).put(sys.argv[4], Deadly(bytes(50_000)))
"""


@pytest.mark.parametrize("after", [1, 30_000, 50_000])
@pytest.mark.fault(21)
def test_a_writer_killed_in_the_middle_leaves_nothing(place: BlobAddress, lake: BlobLake, after: int) -> None:
    """Blocks without a commit are no blob; the next writer is not disturbed by them."""
    name = f"killed/{after}"
    line = [sys.executable, "-c", KILLED, str(SUPPORT), str(TESTS.parent), place.url, name, str(after)]
    assert subprocess.run(line, check=False, timeout=600).returncode == -signal.SIGKILL
    assert lake.stat(name) is None
    assert list(lake.list("killed/")) == []
    _, written = lake.put(name, LARGE)
    assert written
    with lake.open(name) as source:
        assert source.read() == LARGE
    with container_client(place, None) as client:
        client.delete_blob(name)


@pytest.mark.fault(32)
def test_a_listing_goes_through_all_pages(place: BlobAddress, lake: BlobLake) -> None:
    """Names come once each and in order, however many pages there are."""
    names = [f"pages/{number:02d}" for number in range(7)]
    for name in reversed(names):
        lake.put(name, b"")
    assert [blob.path for blob in lake_at(place, sizes=Sizes(page=2)).list("pages/")] == names


def test_directories_of_a_data_lake_account_are_no_blobs(place: BlobAddress, lake: BlobLake) -> None:
    """The blob endpoint shows them as empty blobs with a mark."""
    with container_client(place, None) as client:
        client.upload_blob("tree/folder", b"", metadata={"hdi_isfolder": "true"})
    lake.put("tree/folder/file", b"x")
    assert [blob.path for blob in lake.list("tree/")] == ["tree/folder/file"]
    assert lake.stat("tree/folder") is None
    with pytest.raises(Missing):
        lake.open("tree/folder")


def test_names_that_others_gave_are_left_out(place: BlobAddress, lake: BlobLake) -> None:
    """A name this lake would refuse is not offered."""
    with container_client(place, None) as client:
        client.upload_blob("foreign/.hidden", b"")
        client.upload_blob("foreign/seen", b"")
    assert [blob.path for blob in lake.list("foreign/")] == ["foreign/seen"]


@pytest.mark.fault(28)
def test_bytes_that_are_not_what_was_stored_are_corrupt(place: BlobAddress, lake: BlobLake) -> None:
    """Who changes bytes and keeps the writer's hash is found out by whoever reads the whole blob."""
    lake.put("rotten", b"good")
    with container_client(place, None) as client:
        metadata = client.get_blob_client("rotten").get_blob_properties().metadata
        client.upload_blob("rotten", b"evil", metadata=metadata, overwrite=True)
    with lake.open("rotten") as source, pytest.raises(Corrupt, match="rotten"):
        source.read()
