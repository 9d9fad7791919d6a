"""Files that land for scoring: newer versions, the same bytes again, leftovers, folders of parts, and a backlog."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from copied_home import copied
from listed import count_listings
from ports_with import ports_with
from world import World, points_csv

from shared import dispatch, due_work
from shared.core.claims import MOST_QUEUED, mark_queued
from shared.core.ledger import ENDED, Kind
from shared.prediction.backfill import BackfillRequest, plan_backfill, plan_corrections

MINUTES = {"minutes": 16}
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def served_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with a model in service; copied, never used."""
    world = World(tmp_path_factory.mktemp("served") / "home")
    world.handle(world.land("incoming/points/d1/points.csv", points_csv(300)))
    world.close()
    return world.home


@pytest.fixture
def served(served_once: Path, tmp_path: Path) -> World:
    """A world on a copy of that home."""
    return World(copied(served_once, tmp_path / "home"))


def unlabelled(rows: int, seed: int = 2) -> bytes:
    """Rows to predict, with ids of their own for every seed."""
    return points_csv(rows, seed=seed, labelled=False, first=1000 * seed)


def predicted(world: World) -> list[float]:
    """The x of every row that a report sees, in order."""
    engine = sa.create_engine(f"sqlite:///{world.home / 'mlops.db'}")
    with engine.connect() as connection:
        there = sa.inspect(engine).has_table("predictions_points")
        found = connection.scalars(sa.text("select x from v_predictions_points")).all() if there else []
    engine.dispose()
    return sorted(round(float(x), 4) for x in found)


def xs(*contents: bytes) -> list[float]:
    """The x of every row of these files, in order."""
    lines = [line for content in contents for line in content.decode().splitlines()[1:]]
    return sorted(round(float(line.split(",")[1]), 4) for line in lines)


def told(world: World, text: str) -> list[str]:
    """The reasons in history about a key."""
    return [entry.reason for entry in world.ports.core.history.why(text)]


def unfinished(world: World) -> list[tuple[str, str, str]]:
    """Entries of the ledger that are in no final state."""
    newest = {(entry.kind, entry.key): entry for entry in reversed(world.ports.core.history.entries(2000))}
    return [(one.kind, one.key, one.state) for one in newest.values() if one.state not in ENDED | {"requested"}]


@pytest.mark.parametrize("scored_between", [True, False])
def test_a_newer_version_of_a_file_replaces_its_rows(served: World, *, scored_between: bool) -> None:
    """A file that was taken half-written and then grew is predicted once, as it is in the end."""
    half, whole = unlabelled(3), unlabelled(10)
    first = served.land("scoring/points/s1/points.csv", half)
    windows = dispatch.on_event(served.ports, first)
    if scored_between:
        dispatch.on_window(served.ports, windows[0])
    served.handle(served.land("scoring/points/s1/points.csv", whole))
    if not scored_between:
        dispatch.on_window(served.ports, windows[0])
    served.sweep()
    assert predicted(served) == xs(whole)
    superseded = [reason for reason in told(served, "scoring/points/s1") if "A newer version" in reason]
    assert len(superseded) >= 1
    assert unfinished(served) == []


def test_a_version_after_a_late_message_replaces_what_counts(served: World) -> None:
    """The first window was closed after its correction counted; the third version replaces the second all the same."""
    first = served.land("scoring/points/s1/points.csv", unlabelled(3))
    windows = dispatch.on_event(served.ports, first)
    served.handle(served.land("scoring/points/s1/points.csv", unlabelled(5)))
    dispatch.on_window(served.ports, windows[0])
    served.handle(served.land("scoring/points/s1/points.csv", unlabelled(7)))
    assert predicted(served) == xs(unlabelled(7))
    assert unfinished(served) == []


class Overtaken:
    """A store of windows whose reader is overtaken by another planner at its second question."""

    def __init__(self, real: Any, rival: Callable[[], object]) -> None:
        self._real = real
        self._rivals = [rival, lambda: None]

    def __getattr__(self, name: str) -> Any:
        """Everything else as it is."""
        return getattr(self._real, name)

    def find(self, scenario: str, window: str) -> Any:
        """What was there before the rival came."""
        found = self._real.find(scenario, window)
        if self._rivals:
            self._rivals.pop()()
        return found


def test_two_planners_of_one_file_make_one_window(served: World) -> None:
    """The slower one finds the very version planned: that is no newer version, and corrects nothing."""
    event = served.land("scoring/points/s1/points.csv", unlabelled(3))
    whole = served.ports
    overtaken = Overtaken(whole.prediction.windows, lambda: due_work.plan(whole))
    assert dispatch.on_event(ports_with(whole, prediction__windows=overtaken), event) == []
    assert list(whole.prediction.corrections.list("points")) == []
    assert len(whole.prediction.windows.list("points")) == 1


def test_of_two_files_each_newer_version_replaces_its_own(served: World) -> None:
    """The window of both keeps the rows of the file that did not change; versions one after the other, and back."""
    first, second = unlabelled(4, seed=2), unlabelled(4, seed=3)
    served.land("scoring/points/s1/a.csv", first)
    served.land("scoring/points/s1/b.csv", second)
    served.sweep()
    served.handle(served.land("scoring/points/s1/a.csv", unlabelled(2, seed=4)))
    served.handle(served.land("scoring/points/s1/b.csv", unlabelled(1, seed=5)))
    assert predicted(served) == xs(unlabelled(2, seed=4), unlabelled(1, seed=5))
    served.handle(served.land("scoring/points/s1/a.csv", first))
    assert predicted(served) == xs(first, unlabelled(1, seed=5))


def test_a_newer_version_that_is_bad_leaves_the_rows_that_are_there(served: World) -> None:
    """It is quarantined; the next good one replaces them."""
    served.handle(served.land("scoring/points/s1/points.csv", unlabelled(3)))
    served.handle(served.land("scoring/points/s1/points.csv", b"id,x,color\n1,one,red\n"))
    assert predicted(served) == xs(unlabelled(3))
    served.handle(served.land("scoring/points/s1/points.csv", unlabelled(2)))
    assert predicted(served) == xs(unlabelled(2))


def test_the_same_bytes_under_a_better_name_are_predicted(served: World) -> None:
    """What was refused for its ending is renamed, as the sentence advises."""
    content = unlabelled(5)
    served.handle(served.land("scoring/points/s1/points.txt", content))
    assert predicted(served) == []
    (served.home / "lake/scoring/points/s1/points.txt").unlink()
    served.handle(served.land("scoring/points/s1/points.csv", content))
    assert len(predicted(served)) == 5
    assert unfinished(served) == []


def test_a_file_touched_between_plan_and_scoring_is_predicted(served: World) -> None:
    """The pinned version is gone; the one that is there is predicted by another window."""
    (window,) = dispatch.on_event(served.ports, served.land("scoring/points/s1/points.csv", unlabelled(5)))
    scenario, name = dispatch.window_of(window)
    served.ports.core.lake.put(f"windows/{scenario}/{name}/plan.json", plan_of(served, window))
    served.handle(served.land("scoring/points/s1/points.csv", unlabelled(5)))
    dispatch.on_window(served.ports, window)
    served.sweep()
    assert len(predicted(served)) == 5
    assert unfinished(served) == []


def plan_of(world: World, window: str) -> bytes:
    """The plan that a worker pins before it reads a file."""
    from shared.prediction.score import _plan, _window

    scenario, planned = _window(world.ports, *dispatch.window_of(window))
    return _plan(world.ports, scenario, planned).to_bytes()


def test_the_same_bytes_again_are_no_new_version(served: World) -> None:
    """Also after a correction or a backfill; what differs from the rows that are shown is one."""
    first, second = unlabelled(5), unlabelled(6, seed=3)

    def landed(content: bytes) -> list[str]:
        served.handle(served.land("scoring/points/s1/points.csv", content))
        served.sweep()
        assert predicted(served) == xs(content)
        return [window.id.partition(".")[2] for window in served.ports.prediction.windows.list("points")]

    found = [landed(content) for content in (first, first, second, second, first, first)]
    assert found == [[""], [""], ["", "r2"], ["", "r2"], ["", "r2", "r3"], ["", "r2", "r3"]]
    when = served.clock()
    asked = BackfillRequest(served.ports.core.scenarios["points"], when - DAY, when + DAY, "me", "again")
    for due in plan_corrections(served.ports, plan_backfill(served.ports, asked)):
        dispatch.on_window(served.ports, due.message)
    after = [window.id for window in served.ports.prediction.windows.list("points")]
    landed(first)
    assert [window.id for window in served.ports.prediction.windows.list("points")] == after


def test_the_same_bytes_after_a_broken_version_are_no_new_version(served: World) -> None:
    """The rows that are shown are those of the version before it."""
    content = unlabelled(5)
    for sent in (content, b"id,x,color\n1,many,red\n", content):
        served.handle(served.land("scoring/points/s1/points.csv", sent))
        served.sweep()
    states = [window.state for window in served.ports.prediction.windows.list("points")]
    assert states == ["committed", "quarantined"]
    assert predicted(served) == xs(content)


class Touching:
    """A lake in which somebody touches the file, and a planner sees it, when a worker opens it to score."""

    def __init__(self, world: World, path: str, content: bytes) -> None:
        self._lake, self._world, self._path, self._content = world.ports.core.lake, world, path, content
        self._left = 1

    def __getattr__(self, name: str) -> Any:
        """The method of the lake."""
        return getattr(self._lake, name)

    def open(self, path: str, *, etag: str | None = None) -> Any:
        """The blob, after the touch."""
        if path == self._path and self._left:
            self._left = 0
            dispatch.on_data_event(self._world.ports, self._world.land(path, self._content))
        return self._lake.open(path, etag=etag)


def test_a_file_touched_while_its_window_is_scored_is_predicted(served: World) -> None:
    """The planner gives the new version to the window under way, whose worker knows only the old one."""
    path, content = "scoring/points/s1/points.csv", unlabelled(20)
    (window,) = dispatch.on_data_event(served.ports, served.land(path, content)).windows
    dispatch.on_window(ports_with(served.ports, core__lake=Touching(served, path, content)), window)
    assert predicted(served) == []
    served.sweep()
    assert predicted(served) == xs(content)


class TouchedAtTheEnd:
    """Windows of which one is closed as a planner finds its file touched: just before, or between naming and taking."""

    def __init__(self, world: World, path: str, content: bytes, *, taken: bool) -> None:
        self._windows, self._world, self._taken = world.ports.prediction.windows, world, taken
        self._path, self._content = path, content

    def __getattr__(self, name: str) -> Any:
        """The method of the windows."""
        return getattr(self._windows, name)

    def close(self, *closing: Any) -> None:
        """Closed beside the planner."""
        event = self._world.land(self._path, self._content)
        if self._taken:
            dispatch.on_data_event(self._world.ports, event)
            self._windows.close(*closing)
        else:
            meanwhile: Any = ClosedMeanwhile(self._windows, lambda: self._windows.close(*closing))
            dispatch.on_data_event(ports_with(self._world.ports, prediction__windows=meanwhile), event)


class ClosedMeanwhile:
    """Windows in which a worker closes one before the planner that knows it as open takes it."""

    def __init__(self, windows: Any, close: Callable[[], None]) -> None:
        self._windows, self._close = windows, close

    def __getattr__(self, name: str) -> Any:
        """The method of the windows."""
        return getattr(self._windows, name)

    def claim(self, window: Any) -> Any:
        """Claimed after the worker closed it."""
        close, self._close = self._close, lambda: None
        close()
        return self._windows.claim(window)


@pytest.mark.parametrize("taken", [True, False])
def test_a_file_touched_while_its_window_is_closed_is_predicted(served: World, taken: bool) -> None:  # noqa: FBT001 -- a case
    """A window closes with the inputs that were read; what a planner added, or would add, is another window's."""
    path, content = "scoring/points/s1/points.csv", unlabelled(20)
    (window,) = dispatch.on_data_event(served.ports, served.land(path, content)).windows
    scenario, name = dispatch.window_of(window)
    served.ports.core.lake.put(f"windows/{scenario}/{name}/plan.json", plan_of(served, window))
    served.land(path, unlabelled(20, seed=3))
    windows: Any = TouchedAtTheEnd(served, path, content, taken=taken)
    dispatch.on_window(ports_with(served.ports, prediction__windows=windows), window)
    assert predicted(served) == []
    served.sweep()
    assert predicted(served) == xs(content)


def test_what_lies_beside_the_data_does_not_stand_in_the_way(served: World) -> None:
    """A folder as Spark writes it, and what systems leave: ignored in words, and an empty part as well."""
    folder = "scoring/points/spark-1"
    rubbish = ("_SUCCESS", "_committed_42", "Thumbs.db", "~$points.xlsx", "points.csv.tmp", "part-00000-a.csv.crc")
    events = [served.land(f"{folder}/{name}", b"x") for name in rubbish]
    events.append(served.land(f"{folder}/part-00000-a.csv", b""))
    events.extend(served.land(f"{folder}/part-0000{part}-a.csv", unlabelled(5, seed=part)) for part in (1, 2))
    for message in reversed(events):
        served.handle(message)
    served.sweep()
    assert predicted(served) == xs(unlabelled(5, seed=1), unlabelled(5, seed=2))
    for name in rubbish:
        assert any("Nothing was done" in reason for reason in told(served, f"{folder}/{name}")), name
    assert unfinished(served) == []


def test_partitioned_folders_are_one_drop(served: World) -> None:
    """Below a drop or in its place, as Hive names them; also for data to learn from."""
    for month in (1, 2):
        path = f"scoring/points/year=2026/month={month}/part-0.csv"
        served.handle(served.land(path, unlabelled(3, seed=month)))
        content = points_csv(60, first=1000 * month)
        served.handle(served.land(f"incoming/points/d2/month={month}/points.csv", content))
    assert predicted(served) == xs(unlabelled(3, seed=1), unlabelled(3, seed=2))
    assert served.ports.datasets.versions.list("points")[-1].rows == 420


def test_a_backlog_sends_each_window_once(served: World) -> None:
    """However often the timer plans: what is queued is marked, and only sent again when it must be lost."""
    events = [served.land(f"scoring/points/s{n}/points.csv", unlabelled(2, seed=n)) for n in range(40)]
    sent = [message for event in events for message in dispatch.on_event(served.ports, event)]
    for _ in range(3):
        sent.extend(due_work.plan(served.ports))
    assert len(sent) == len(set(sent)) == 40
    served.clock.advance(**MINUTES)
    assert sorted(due_work.plan(served.ports)) == sorted(sent)
    assert len(sent) < MOST_QUEUED


def test_windows_that_found_no_room_follow_without_a_timer(served: World) -> None:
    """Who ends a window sends them once half of what may wait is scored: each once, and nobody waits for the timer."""
    ledger, waiting = served.ports.core.ledger, [f"points/w{number}" for number in range(MOST_QUEUED)]
    assert mark_queued(served.ports, Kind.WINDOW, waiting) == waiting
    for number in range(3):
        event = served.land(f"scoring/points/s{number}/points.csv", unlabelled(2, seed=number))
        assert dispatch.on_event(served.ports, event) == []
    assert due_work.next_windows(served.ports) == []
    for key in waiting[: MOST_QUEUED // 2]:
        ledger.note(Kind.WINDOW, key, "done", "scored")
    sent = due_work.next_windows(served.ports)
    assert len(sent) == len(set(sent)) == 3
    assert due_work.next_windows(served.ports) == due_work.plan(served.ports) == []


def test_sixty_files_at_once_cost_a_message_each_and_no_listing_of_the_others(served: World) -> None:
    """A file's event lists its own drop; a sweep and a plan among them list each area of a scenario once."""
    events = [served.land(f"scoring/points/s{n:02}/points.csv", unlabelled(2, seed=n)) for n in range(60)]
    lake, told, windows = count_listings(served), list(events), []
    for number, event in enumerate(events, 1):
        windows += dispatch.on_event(served.ports, event)
        if number % 20 == 0:
            swept = due_work.sweep_data(served.ports)
            told += swept
            windows += [window for message in swept for window in dispatch.on_event(served.ports, message)]
            windows += due_work.plan(served.ports)
    for window in windows:
        dispatch.on_window(served.ports, window)
        windows += due_work.next_windows(served.ports)
    assert len(windows) == len(set(windows)) == 60
    assert len(told) <= 1.2 * 60
    assert len([place for place in lake.calls if place.startswith("scoring/points/s")]) <= 2 * len(told)
    assert lake.calls.count("scoring/points/") <= 6
    assert unfinished(served) == []


def test_a_sweep_sends_events_of_missed_files_once_and_few_while_others_are_worked_on(served: World) -> None:
    """Their events are most likely on the queue still."""
    served.clock.advance(**MINUTES)
    for number in range(20):
        served.land(f"scoring/points/s{number}/points.csv", unlabelled(2, seed=number))
    first = due_work.sweep_data(served.ports)
    assert len(first) == 20
    assert due_work.sweep_data(served.ports) == []
    served.handle(first[0])
    for number in range(20, 40):
        served.land(f"scoring/points/s{number}/points.csv", unlabelled(2, seed=number))
    assert len(due_work.sweep_data(served.ports)) <= 5
    served.clock.advance(**MINUTES)
    paths = {json.loads(message)["subject"].rpartition("/blobs/")[2] for message in due_work.sweep_data(served.ports)}
    assert len(paths) == 39
