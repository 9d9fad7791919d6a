"""A listing goes round the lake in slices: every file is in every round, and no call lists more than its share."""

from __future__ import annotations

from datetime import timedelta

from listed import ListedLake, count_listings
from world import World

from shared.core.lake_reading import Slice, next_slice

PLACES = ("scoring/b/", "incoming/a/", "incoming/b/")


def step(world: World, most: int, *places: str) -> Slice:
    """The next slice, worked off."""
    found = next_slice(world.ports, "files", places or PLACES, most)
    world.ports.core.rounds.save(found.reached)
    return found


def one_round(world: World, most: int) -> list[str]:
    """The paths of a whole round."""
    paths: list[str] = []
    for _ in range(20):
        found = step(world, most)
        assert len(found.blobs) <= most
        paths += [blob.path for blob in found.blobs]
        if found.reached.is_new:
            return paths
    raise AssertionError("the round does not end")


def landed(world: World) -> list[str]:
    """Files in three folders, one of them empty, in the order of a round."""
    names = [f"incoming/a/d{number}/t.csv" for number in range(5)] + [f"scoring/b/d{number}.csv" for number in range(3)]
    for name in names:
        world.ports.core.lake.put(name, b"x")
    world.ports.core.lake.put("scoring/other/t.csv", b"x")
    return sorted(names)


def test_every_size_of_slice_sees_every_file_once(world: World) -> None:
    """Also where a slice ends with a folder, and where a round ends with a full slice."""
    names = landed(world)
    for most in (1, 2, 3, 4, 5, 8, 9):
        assert one_round(world, most) == names
    found = step(world, 9)
    assert found.is_whole
    assert not step(world, 3).is_whole


def test_a_call_lists_no_more_than_its_share(world: World) -> None:
    """However many files there are, and it does not begin from the front again."""
    names, lake = landed(world), count_listings(world)
    for _ in range(2 * len(names)):
        lake.begin()
        step(world, 2)
        assert lake.names <= 2


def test_a_file_that_comes_late_into_a_listed_folder_is_in_the_next_round(world: World) -> None:
    """And one that comes behind the place where the round stands is in this one."""
    landed(world)
    step(world, 3)
    for name in ("incoming/a/d0/late.csv", "incoming/a/d9/t.csv"):
        world.ports.core.lake.put(name, b"x")
    rest = one_round(world, 3)
    assert "incoming/a/d9/t.csv" in rest
    assert "incoming/a/d0/late.csv" not in rest
    assert "incoming/a/d0/late.csv" in one_round(world, 3)


def test_a_folder_that_is_no_longer_asked_for_stops_nothing(world: World) -> None:
    """The round goes on with the next one."""
    landed(world)
    assert step(world, 2).reached.prefix == "incoming/a/"
    assert [blob.path for blob in step(world, 9, "incoming/b/", "scoring/b/").blobs] == [
        f"scoring/b/d{number}.csv" for number in range(3)
    ]


def test_what_was_not_worked_off_is_listed_again(world: World) -> None:
    """Only a slice that was saved is behind us."""
    landed(world)
    first = next_slice(world.ports, "files", PLACES, 3)
    assert next_slice(world.ports, "files", PLACES, 3).blobs == first.blobs


def test_it_is_told_when_the_last_round_ended(world: World) -> None:
    """And how far the one under way is."""
    landed(world)
    assert step(world, 3).reached.sentence == "the first listing of all landed files is at file 3"
    one_round(world, 9)
    told = "all 8 landed files were last listed at 2026-03-01 12:00:00 UTC"
    world.clock.now += timedelta(hours=1)
    assert step(world, 3).reached.sentence == f"{told}; the next round is at file 3"


def test_counting_counts(world: World) -> None:
    """The lake that counts sees both ways of listing."""
    lake: ListedLake = count_listings(world)
    landed(world)
    list(lake.list("incoming/"))
    lake.page("scoring/", "", 2)
    assert (lake.calls, lake.names) == (["incoming/", "scoring/"], 7)
