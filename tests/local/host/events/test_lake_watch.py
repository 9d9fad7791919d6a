"""Files that land become events."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from host_parts import HandClock, database

from local.host.database import HostDatabase
from local.host.events.lake_watch import (
    EMPTY_SETTLE_SECONDS,
    LONGEST_SETTLE_SECONDS,
    SCAN_SECONDS,
    SETTLE_SECONDS,
    LakeWatch,
)
from shared.core.blob import file_etag
from shared.core.events import BlobArrived, parse

NOBODY = 65_534


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[HostDatabase]:
    """The host's memory, closed at the end."""
    opened = database(tmp_path / "home")
    yield opened
    opened.close()


class Bench:
    """A watch on a lake, stepped by the test; `events` holds what it raised."""

    def __init__(self, root: Path, memory: HostDatabase, clock: HandClock | None = None, most: int = 1000) -> None:
        self.root = root
        self.clock = clock or HandClock()
        self.events: list[Mapping[str, Any]] = []
        self.watch = LakeWatch(root, memory, self._raise, self.clock, most)

    def _raise(self, events: Sequence[Mapping[str, Any]]) -> None:
        self.events.extend(events)

    def write(self, name: str, text: str = "x\n") -> Path:
        """Put a file into the lake."""
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    def step(self, *noted: Path, after: float = 0.0) -> float:
        """Move the clock, mark changes, and run a step."""
        self.clock.forward(after)
        self.watch.mark_changed(map(str, noted))
        return self.watch.step()

    def subjects(self) -> list[str]:
        """The blob names of the events."""
        return [event["subject"].rpartition("/blobs/")[2] for event in self.events]


@pytest.fixture
def bench(tmp_path: Path, memory: HostDatabase) -> Bench:
    """A watch on an empty lake."""
    built = Bench(tmp_path / "lake", memory)
    built.step()
    return built


def test_a_file_becomes_the_event_azure_would_send(bench: Bench) -> None:
    """Our own parser reads it: container, path, size, ETag without quotes, a sequencer."""
    path = bench.write("incoming/churn/2026 01/a&b.csv", "a,b\n1,2\n")
    assert bench.step(path) == pytest.approx(SETTLE_SECONDS)
    assert bench.step(path, after=SETTLE_SECONDS / 2) == pytest.approx(SETTLE_SECONDS / 2)
    assert bench.events == []
    bench.step(after=SETTLE_SECONDS)
    (event,) = bench.events
    arrived = parse(event)
    assert isinstance(arrived, BlobArrived)
    assert (arrived.container, arrived.path, arrived.size) == ("mlops", "incoming/churn/2026 01/a&b.csv", 8)
    assert arrived.etag == file_etag(path.stat()).strip('"')
    assert event["data"]["api"] == "PutBlob"
    assert event["data"]["url"].endswith("/mlops/incoming/churn/2026%2001/a%26b.csv")
    assert str(bench.root) not in str(event)


def test_one_version_is_reported_once(bench: Bench) -> None:
    """Repeated checks report it once; a new version is reported again."""
    path = bench.write("incoming/churn/d/a.csv")
    for _ in range(4):
        bench.step(path, after=SETTLE_SECONDS)
    bench.step(after=SCAN_SECONDS)
    assert len(bench.events) == 1
    bench.write("incoming/churn/d/a.csv", "other\n")
    bench.step(path)
    bench.step(after=2 * SETTLE_SECONDS)
    assert len(bench.events) == 2
    first, second = (event["data"]["sequencer"] for event in bench.events)
    assert len(first) == len(second)
    assert first < second


def test_a_slow_write_is_reported_when_it_rests(bench: Bench) -> None:
    """Each change starts the wait again; the event names the final size."""
    path = bench.root / "incoming/churn/d/a.csv"
    path.parent.mkdir(parents=True)
    with path.open("wb") as out:
        for _ in range(5):
            out.write(b"12345")
            out.flush()
            bench.step(path, after=SETTLE_SECONDS)
            assert bench.events == []
    bench.step(after=LONGEST_SETTLE_SECONDS)
    assert [event["data"]["contentLength"] for event in bench.events] == [25]


def test_a_copy_that_stalls_is_not_taken(bench: Bench) -> None:
    """As long as a process has the file open for writing, it is not finished, however long it rests."""
    path = bench.root / "incoming/churn/d/a.csv"
    path.parent.mkdir(parents=True)
    with path.open("wb") as out:
        out.write(b"half")
        out.flush()
        for _ in range(5):
            bench.step(path, after=SCAN_SECONDS)
        assert bench.events == []
        out.write(b"whole")
    bench.step(path)
    bench.step(after=LONGEST_SETTLE_SECONDS)
    assert [event["data"]["contentLength"] for event in bench.events] == [9]


def test_a_trickle_waits_longer_after_every_change(bench: Bench) -> None:
    """A program that opens the file anew for every line is reported when it has rested, not once a line."""
    path = bench.write("scoring/churn/d/a.csv", "1\n")
    bench.step(path)
    for line in range(8):
        with path.open("a", encoding="utf-8") as out:
            out.write(f"{line}\n")
        bench.step(path, after=SETTLE_SECONDS * 0.9)
        bench.step(after=SETTLE_SECONDS * 1.1)
    assert bench.events == []
    bench.step(after=LONGEST_SETTLE_SECONDS)
    assert len(bench.events) == 1


@pytest.mark.fault(12)
def test_an_empty_file_is_reported_once_it_stays_empty(bench: Bench) -> None:
    """It may be the beginning of a copy, so it waits longer; then it is reported as empty."""
    path = bench.write("incoming/churn/d/a.csv", "")
    bench.step(path)
    bench.step(after=SETTLE_SECONDS * 2)
    assert bench.events == []
    bench.step(after=EMPTY_SETTLE_SECONDS)
    assert [event["data"]["contentLength"] for event in bench.events] == [0]


def test_an_atomic_write_is_reported_under_its_final_name_only(bench: Bench) -> None:
    """Temporary names are ignored, wherever the dot is."""
    for name in ("incoming/churn/d/.a.csv", "incoming/churn/d/a.csv.tmp", "scoring/c/d/a.part", "incoming/.new/a.csv"):
        bench.write(name)
    bench.step(bench.root / "incoming", bench.root / "scoring")
    bench.step(after=SETTLE_SECONDS)
    assert bench.events == []
    (bench.root / "incoming/churn/d/a.csv.tmp").rename(bench.root / "incoming/churn/d/a.csv")
    bench.step(bench.root / "incoming/churn/d/a.csv")
    bench.step(after=SETTLE_SECONDS)
    assert bench.subjects() == ["incoming/churn/d/a.csv"]


def test_every_file_of_a_new_folder_is_reported(bench: Bench) -> None:
    """A folder moved in brings one change and many files; other areas of the lake are not watched."""
    for name in ("incoming/churn/d/a.csv", "incoming/churn/d/b.csv", "datasets/churn/x/c.csv"):
        bench.write(name)
    bench.step(bench.root / "incoming/churn")
    bench.step(after=SETTLE_SECONDS)
    assert bench.subjects() == ["incoming/churn/d/a.csv", "incoming/churn/d/b.csv"]


def test_what_landed_while_no_host_ran_is_reported_at_the_next_start(tmp_path: Path, memory: HostDatabase) -> None:
    """And what had been reported before is not reported again."""
    before = Bench(tmp_path / "lake", memory)
    before.write("incoming/churn/d/a.csv")
    before.step()
    before.step(after=SETTLE_SECONDS)
    before.write("incoming/churn/d/b.csv")
    after = Bench(tmp_path / "lake", memory, before.clock)
    after.step()
    after.step(after=SETTLE_SECONDS)
    assert (before.subjects(), after.subjects()) == (["incoming/churn/d/a.csv"], ["incoming/churn/d/b.csv"])
    sequencers = [event["data"]["sequencer"] for event in (*before.events, *after.events)]
    assert sequencers == sorted(set(sequencers))


def test_a_change_without_a_notification_is_found_by_the_next_scan(bench: Bench) -> None:
    """File notifications can be lost; a scan every few seconds cannot."""
    bench.write("scoring/churn/d/a.csv")
    bench.step(after=SCAN_SECONDS - 1)
    assert bench.events == []
    bench.step(after=1)
    bench.step(after=SETTLE_SECONDS)
    assert bench.subjects() == ["scoring/churn/d/a.csv"]


def test_a_deleted_file_is_forgotten(bench: Bench) -> None:
    """The same bytes dropped again are a new arrival: deleted alone, with its folder, or unnoticed until a scan."""
    path = bench.write("incoming/churn/d/a.csv")
    kept = path.stat()

    def put_back() -> None:
        copy = bench.write("incoming/churn/d/a.csv")
        os.utime(copy, ns=(kept.st_atime_ns, kept.st_mtime_ns))
        bench.step(copy)
        bench.step(after=SETTLE_SECONDS)

    put_back()
    assert len(bench.events) == 1
    path.unlink()
    bench.step(path)
    put_back()
    assert len(bench.events) == 2
    path.unlink()
    path.parent.rmdir()
    bench.step(path.parent)
    put_back()
    assert len(bench.events) == 3
    path.unlink()
    bench.step(after=SCAN_SECONDS)
    put_back()
    assert len(bench.events) == 4


def test_links_and_folders_are_no_blobs(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """A link could point anywhere on the machine; it is skipped, and told once."""
    target = bench.write("elsewhere/secret.csv")
    (bench.root / "incoming/churn/d").mkdir(parents=True)
    (bench.root / "incoming/churn/d/a.csv").symlink_to(target)
    (bench.root / "incoming/churn/round").symlink_to(bench.root / "incoming")
    bench.step(bench.root / "incoming")
    bench.step(after=SETTLE_SECONDS)
    bench.step(after=SCAN_SECONDS)
    assert bench.events == []
    told = [record.getMessage() for record in caplog.records if "links are not followed" in record.getMessage()]
    assert sorted(told) == [
        f"incoming/churn/{name} is no regular file; links are not followed, copy the file itself"
        for name in ("d/a.csv", "round")
    ]


def test_one_odd_name_stops_nobody(bench: Bench) -> None:
    """A name that is not UTF-8, or holds control characters, is reported once in a readable form; others go on."""
    folder = bench.root / "incoming/churn/d"
    folder.mkdir(parents=True)
    for name in (b"\xff\xfe.csv", b"two\nlines.csv", b"good.csv"):
        with open(os.fsencode(folder) + b"/" + name, "wb") as out:  # noqa: PTH123 -- a path of bytes
            out.write(b"x")
    bench.step(bench.root / "incoming")
    for _ in range(3):
        bench.step(after=SCAN_SECONDS)
    expected = ["\\udcff\\udcfe.csv", "good.csv", "two\\nlines.csv"]
    assert sorted(bench.subjects()) == [f"incoming/churn/d/{name}" for name in expected]
    assert not bench.watch.has_unreported()


@contextmanager
def nobody() -> Iterator[None]:
    """As a user who may not read every folder, also where the tests run as the administrator."""
    before = os.geteuid()
    if before == 0:
        os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(before)


def test_a_folder_that_cannot_be_read_stops_nobody(memory: HostDatabase, caplog: pytest.LogCaptureFixture) -> None:
    """It is told once, by its name and the cause."""
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        bench = Bench(Path(folder) / "lake", memory)
        shut = bench.write("incoming/churn/shut/a.csv").parent
        bench.write("incoming/churn/open/a.csv")
        shut.chmod(0)
        with nobody():
            for _ in range(3):
                bench.step(after=SCAN_SECONDS)
        shut.chmod(0o700)
    assert bench.subjects() == ["incoming/churn/open/a.csv"]
    assert [record.getMessage() for record in caplog.records if "cannot be read" in record.getMessage()] == [
        "incoming/churn/shut cannot be read (Permission denied) and is skipped"
    ]


def test_an_event_that_could_not_be_stored_is_raised_again(tmp_path: Path, memory: HostDatabase) -> None:
    """The event and its record are one transaction."""
    clock = HandClock()

    def refuse(_: Sequence[Mapping[str, Any]]) -> None:
        raise OSError("on purpose")

    watch = LakeWatch(tmp_path / "lake", memory, refuse, clock)
    (tmp_path / "lake/incoming/a.csv").write_text("x", encoding="utf-8")
    watch.step()
    clock.forward(SETTLE_SECONDS)
    with pytest.raises(OSError, match="on purpose"):
        watch.step()
    assert watch.has_unreported()
    assert memory.rows("SELECT * FROM seen") == []
    after = Bench(tmp_path / "lake", memory, clock)
    after.step()
    after.step(after=SETTLE_SECONDS)
    assert after.subjects() == ["incoming/a.csv"]
    assert not after.watch.has_unreported()


def test_a_scan_looks_at_some_files_and_the_next_goes_on(tmp_path: Path, memory: HostDatabase) -> None:
    """All are told once; one that comes back is told again, one that is noted behind the scan is not told twice."""
    bench = Bench(tmp_path / "lake", memory, most=2)
    names = [f"incoming/bank/d/{letter}.csv" for letter in "abcde"]
    for name in names:
        bench.write(name)
    for _ in range(8):
        bench.step(after=SCAN_SECONDS)
    assert sorted(bench.subjects()) == names
    bench.step(after=SCAN_SECONDS)
    early = bench.write("incoming/bank/d/0.csv")
    bench.step(early)
    bench.step(after=1.0)
    (bench.root / names[1]).unlink()
    for _ in range(8):
        bench.step(after=SCAN_SECONDS)
    bench.write(names[1])
    for _ in range(8):
        bench.step(after=SCAN_SECONDS)
    assert sorted(bench.subjects()) == ["incoming/bank/d/0.csv", *sorted([*names, names[1]])]
