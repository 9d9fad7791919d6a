"""What every lake promises."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from shared.core.errors import BadInput, Missing, Superseded
from shared.core.ports import Lake

REFUSED = (
    "",
    "/absolute",
    "ends/",
    "a//b",
    "..",
    "a/../b",
    "./a",
    "a\\b",
    "a\x00b",
    "a\nb",
    "a\x7fb",
    "a\x85b",
    "n" * 1025,
    "non\uffffcharacter",
    "a/" * 254 + "b",
    "lone\ud800surrogate",
)
ACCEPTED = (
    "a",
    "a b",
    "a/b.csv",
    "ä/ö ü",
    "日本/表.csv",
    "a%2f..%2fb",
    "e\u0301",
    "\u202ertl",
    "a..b",
    "-rf",
    "x" * 200,
)


class TestLake:
    """Port `Lake`."""

    def test_bytes_come_back_with_their_facts(self, lake: Lake) -> None:
        """A stored blob has its name, size, time and bytes."""
        blob, written = lake.put("incoming/adult/one/rows.csv", b"a,b\n1,2\n")
        assert written
        assert (blob.path, blob.size) == ("incoming/adult/one/rows.csv", 8)
        assert abs(blob.modified - datetime.now(UTC)) < timedelta(minutes=1)
        assert lake.stat(blob.path) == blob
        with lake.open(blob.path) as source:
            assert source.read() == b"a,b\n1,2\n"

    def test_a_reader_can_seek(self, lake: Lake) -> None:
        """Parquet is read from its end."""
        lake.put("x", b"0123456789")
        with lake.open("x") as source:
            source.seek(-3, io.SEEK_END)
            assert source.read() == b"789"

    def test_a_file_is_stored_from_where_it_stands_to_its_end(self, lake: Lake) -> None:
        """`put` takes a reader of any size."""
        content = bytes(range(256)) * 10_000
        blob, _ = lake.put("big", io.BytesIO(content))
        assert blob.size == len(content)
        with lake.open("big") as source:
            assert source.read() == content

    def test_an_empty_blob_is_a_blob(self, lake: Lake) -> None:
        """Zero bytes are stored and found."""
        lake.put("empty", b"")
        found = lake.stat("empty")
        assert found is not None
        assert found.size == 0

    def test_if_absent_leaves_what_stands(self, lake: Lake) -> None:
        """The second writer gets the first one's blob."""
        first, _ = lake.put("plan.json", b"first")
        second, written = lake.put("plan.json", b"second")
        assert (second, written) == (first, False)
        with lake.open("plan.json") as source:
            assert source.read() == b"first"

    def test_an_overwrite_is_another_version(self, lake: Lake) -> None:
        """Equal size and bytes, and still another ETag."""
        first, _ = lake.put("x", b"same")
        second, written = lake.put("x", b"same", if_absent=False)
        assert written
        assert second.etag != first.etag
        assert lake.stat("x") == second

    @pytest.mark.fault(33)
    def test_of_many_writers_one_wins(
        self, lake: Lake, together: Callable[[list[Callable[[], object]]], list[object]]
    ) -> None:
        """Everybody gets the same blob, one is told it wrote it, and the bytes are the winner's."""
        answers = together([lambda n=n: lake.put("deep/new/commit", b"%d" % n) for n in range(8)])
        assert len({blob.etag for blob, _ in answers}) == 1
        winners = [n for n, (_, written) in enumerate(answers) if written]
        assert len(winners) == 1
        with lake.open("deep/new/commit") as source:
            assert source.read() == b"%d" % winners[0]

    @pytest.mark.fault(29)
    def test_a_pinned_read_refuses_another_version(self, lake: Lake) -> None:
        """The ETag of an older version does not open the newer one."""
        first, _ = lake.put("x", b"one")
        second, _ = lake.put("x", b"two", if_absent=False)
        with pytest.raises(Superseded, match="x"):
            lake.open("x", etag=first.etag)
        with lake.open("x", etag=second.etag) as source:
            assert source.read() == b"two"

    def test_an_open_reader_keeps_its_version(self, lake: Lake) -> None:
        """An overwrite does not reach who reads already."""
        blob, _ = lake.put("x", b"old" * 1000)
        with lake.open("x", etag=blob.etag) as source:
            lake.put("x", b"new", if_absent=False)
            assert source.read() == b"old" * 1000

    def test_what_is_absent_is_missing(self, lake: Lake) -> None:
        """Neither a name nor a part of a name is a blob."""
        lake.put("a/b/c", b"")
        for name in ("nothing", "a/b", "a/b/c/d"):
            assert lake.stat(name) is None
            with pytest.raises(Missing, match=name):
                lake.open(name)
            with pytest.raises(Missing):
                lake.open(name, etag='"0x1"')

    def test_names_are_listed_in_order_under_any_prefix(self, lake: Lake) -> None:
        """A prefix is text, not a folder; the order is that of the names."""
        names = ["a", "a-b/x", "a.b", "ab/c/d", "ab/c.d", "ab/c-d", "abc", "b/a"]
        for name in names:
            lake.put(name if name != "a" else "a0", b"")
        stored = sorted("a0" if name == "a" else name for name in names)
        assert [blob.path for blob in lake.list("")] == stored
        for prefix in ("a", "ab", "ab/", "ab/c", "ab/c/", "ab/c/d", "b/", "nothing/", "zzz"):
            assert [blob.path for blob in lake.list(prefix)] == [name for name in stored if name.startswith(prefix)]

    @pytest.mark.parametrize("size", [1, 2, 3, 5, 9])
    def test_pages_are_the_listing_in_pieces(self, lake: Lake, size: int) -> None:
        """Each goes on behind the one before; after the last there is no marker."""
        for name in ("a-b/x", "a.b", "ab/c/d", "ab/c.d", "ab/c-d", "abc", "b/a"):
            lake.put(name, b"")
        for prefix in ("", "ab/", "ab", "nothing/"):
            wanted, blobs, marker = list(lake.list(prefix)), [], ""
            for _ in range(len(wanted) // size + 1):
                page, marker = lake.page(prefix, marker, size)
                assert len(page) <= size
                blobs += page
                if not marker:
                    break
            assert (blobs, marker) == (wanted, "")

    def test_a_page_goes_on_behind_its_marker(self, lake: Lake) -> None:
        """What comes or goes before it changes nothing; what comes behind it is there."""
        blobs = {name: lake.put(name, b"")[0] for name in ("a/b", "a/c", "a/d")}
        _, marker = lake.page("a/", "", 2)
        lake.put("a/a", b"")
        lake.put("a/e", b"")
        lake.remove("a/c", blobs["a/c"].etag)
        page, end = lake.page("a/", marker, 9)
        assert ([blob.path for blob in page], end) == (["a/d", "a/e"], "")

    def test_a_listed_blob_is_the_stored_one(self, lake: Lake) -> None:
        """Listing and `stat` tell the same facts."""
        blob, _ = lake.put("a/b", b"123")
        assert list(lake.list("a/")) == [blob]

    def test_a_version_is_removed_once(self, lake: Lake) -> None:
        """It is neither found nor listed afterwards; what is not there may be removed again."""
        blob, _ = lake.put("a/b/c", b"x")
        kept, _ = lake.put("a/d", b"y")
        for _ in range(2):
            lake.remove("a/b/c", blob.etag)
        assert lake.stat("a/b/c") is None
        assert list(lake.list("")) == [kept]
        assert lake.put("a/b/c", b"again")[1]

    @pytest.mark.fault(29)
    def test_a_newer_version_is_not_removed(self, lake: Lake) -> None:
        """Who removes has looked at a version, and only that one goes."""
        old, _ = lake.put("x", b"one")
        new, _ = lake.put("x", b"two", if_absent=False)
        with pytest.raises(Superseded, match="x"):
            lake.remove("x", old.etag)
        assert lake.stat("x") == new

    @pytest.mark.fault(29)
    def test_removing_and_writing_at_once_loses_nothing(
        self, lake: Lake, together: Callable[[list[Callable[[], object]]], list[object]]
    ) -> None:
        """Whoever is first: a write that was told to have worked is there."""
        for number in range(5):
            name = f"deep/{number}/x"
            old, _ = lake.put(name, b"old")
            together([lambda: lake.put(name, b"new", if_absent=False), lambda: lake.remove(name, old.etag)])  # noqa: B023
            with lake.open(name) as source:
                assert source.read() == b"new"

    @pytest.mark.parametrize("name", REFUSED)
    @pytest.mark.fault(76)
    def test_a_dangerous_name_is_refused_everywhere(self, lake: Lake, name: str) -> None:
        """No name leaves the lake or breaks a line."""
        for call in (
            lambda: lake.put(name, b""),
            lambda: lake.open(name),
            lambda: lake.stat(name),
            lambda: lake.remove(name, "x"),
        ):
            with pytest.raises(BadInput, match="is not a blob name"):
                call()

    @pytest.mark.parametrize("prefix", ["../", "a/../../", "/", "a//", "\\", "a\n"])
    def test_a_dangerous_prefix_is_refused(self, lake: Lake, prefix: str) -> None:
        """Listing goes nowhere else either."""
        with pytest.raises(BadInput):
            list(lake.list(prefix))

    @pytest.mark.parametrize("name", ACCEPTED)
    def test_any_other_name_is_just_a_name(self, lake: Lake, name: str) -> None:
        """It is stored, found and listed letter by letter."""
        lake.put(name, b"x")
        assert [blob.path for blob in lake.list("")] == [name]
        assert lake.stat(name) is not None
