"""What ended badly is tried again through the same door; what is done is not done twice."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest
from ports_with import ports_with
from world import World, points_csv

from shared import dispatch
from shared.core.claims import MAX_ATTEMPTS, once
from shared.core.errors import BadInput, Missing
from shared.core.ledger import Outcome
from shared.operations.replay import ReplayItem, replayable


def items(world: World, *keys: str) -> list[ReplayItem]:
    """All there is to try again."""
    return replayable(world.ports, keys, None, None)


def again(world: World, item: ReplayItem) -> Outcome:
    """Try it, and let what follows happen."""
    outcome = dispatch.replay(world.ports, item, "Replayed by me.")
    world.handle(*world.delivered())
    return outcome


def dead_letter(world: World, *events: str, name: str = "data_event-1.json", place: str = "") -> None:
    """A file as Event Grid writes it, locally or in the lake."""
    facts = {"deadLetterReason": "MaxDeliveryAttemptsExceeded", "lastDeliveryAttemptTime": "2026-03-01T12:00:00Z"}
    content = json.dumps([{**json.loads(event), **facts} for event in events])
    file = world.home / (f"lake/deadletters/{place}" if place else "eventgrid/deadletter") / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)


def crash(world: World, event: str, error: Exception) -> None:
    """The blob's work crashes until it is given up."""
    path = json.loads(event)["subject"].partition("/blobs/")[2]
    blob = world.ports.core.lake.stat(path)
    assert blob is not None

    def act() -> Outcome:
        raise error

    for _ in range(MAX_ATTEMPTS):
        with pytest.raises(type(error)):
            once(world.ports, "blob", f"{path}@{blob.etag.strip(chr(34))}", event, act)
    world.handle(event)


def test_work_that_was_given_up_is_done_when_replayed(world: World) -> None:
    """The same event, the same claim; the journal says who asked for it; a second time nothing is left."""
    crash(world, world.land("incoming/points/d1/points.csv", points_csv()), ZeroDivisionError())
    (item,) = items(world)
    assert (item.kind, item.state, item.why_not) == ("blob", "failed", "")
    assert world.ports.datasets.versions.list() == []
    assert again(world, item).state == "done"
    assert [one.id for one in world.ports.training.registry.list()] == ["points:1"]
    assert any(entry.reason == "Replayed by me." for entry in world.ports.core.history.why("d1/points.csv"))
    assert items(world) == []
    again(world, replace(item, state="done"))
    assert len(world.ports.datasets.versions.list()) == len(world.ports.training.registry.list()) == 1


def test_a_quarantined_file_is_judged_again(world: World) -> None:
    """As it is: with the contract of today. Its drop is opened with it."""
    world.handle(world.land("incoming/points/bad/points.csv", points_csv().replace(b"yes", b"maybe")))
    (item,) = items(world)
    assert [kind for kind, _ in item.reopened_with] == ["drop"]
    assert again(world, item).state == "quarantined"
    looser = replace(world.ports.core.scenarios["points"].tables[0].column("y"), values=("no", "maybe"))
    scenario = world.ports.core.scenarios["points"]
    columns = tuple(looser if one.name == "y" else one for one in scenario.tables[0].columns)
    changed = replace(scenario, tables=(replace(scenario.tables[0], columns=columns),), labels=("no", "maybe"))
    world.ports = ports_with(world.ports, core__scenarios={**world.ports.core.scenarios, "points": changed})
    world.trainer.silent = True
    (item,) = items(world)
    assert again(world, item).state == "done"
    assert len(world.ports.datasets.versions.list()) == 1


def test_a_window_that_was_quarantined_is_scored_when_it_can_be(world: World) -> None:
    """The file is back: the window is committed."""
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    event = world.land("scoring/points/s1/points.csv", points_csv(10, labelled=False))
    file = world.home / "lake" / "scoring" / "points" / "s1" / "points.csv"
    (window,) = dispatch.on_event(world.ports, event)
    file.rename(world.home / "aside")
    dispatch.on_window(world.ports, window)
    (item,) = items(world, "points/s1-")
    assert (item.kind, item.state) == ("window", "gone")
    (world.home / "aside").rename(file)
    assert again(world, item).state == "done"
    assert [one.rows for one in world.ports.prediction.predictions.commits()] == [10]


def test_poison_messages_are_taken_up_whole(world: World) -> None:
    """However long they are: the ledger keeps all of them."""
    event = json.loads(world.land("incoming/points/d1/points.csv", points_csv()))
    message = json.dumps({**event, "padding": "x" * 5000})
    dispatch.on_poison(world.ports, "data-events", message)
    (item,) = items(world)
    assert item.messages == (message,)
    assert again(world, item).state == "done"
    assert len(world.ports.datasets.versions.list()) == 1
    assert items(world) == []


@pytest.mark.parametrize("place", ["", "topic/data_event/2026/3/1/12"])
@pytest.mark.fault(15)
def test_dead_letters_are_taken_up_by_the_sweep_once(world: World, place: str) -> None:
    """From the local folder and from the lake; seen, counted, never twice."""
    first = world.land("incoming/points/d1/points.csv", points_csv())
    world.ports.core.ledger.note("blob", "other", "ignored", "so that the sweep has seen something")
    dead_letter(world, first, place=place)
    world.sweep()
    assert len(world.ports.datasets.versions.list()) == 1
    (letter,) = [one for one in world.ports.core.history.entries() if (one.kind, one.state) == ("deadletter", "done")]
    assert letter.reason == "1 event that could not be delivered (MaxDeliveryAttemptsExceeded) was taken up."
    world.sweep()
    assert [one.kind for one in items(world)] == []
    assert len([one for one in world.ports.core.history.entries() if one.kind == "deadletter"]) == 2


@pytest.mark.fault(15)
def test_dead_letters_are_taken_up_by_hand_as_well(world: World) -> None:
    """Of two events of one blob one has an effect."""
    event = world.land("incoming/points/d1/points.csv", points_csv())
    dead_letter(world, event, event)
    (item,) = items(world)
    assert (item.kind, item.state, item.reason) == ("deadletter", "dead letter", "MaxDeliveryAttemptsExceeded")
    assert again(world, item).state == "done"
    assert len(world.ports.datasets.versions.list()) == 1
    (named,) = items(world, "data_event-1")
    assert named.state == "done"
    assert again(world, named).state == "done"
    assert len(world.ports.datasets.versions.list()) == 1


@pytest.mark.parametrize("content", [b"{", b"[]", b"[3]", b'[{"id": 1}]', b"[" * 9000, b"\xff"])
def test_a_dead_letter_without_events_is_told_and_left(world: World, content: bytes) -> None:
    """One sentence; the sweep looks at it once."""
    file = world.home / "eventgrid" / "deadletter" / "malformed-1.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    (item,) = items(world)
    assert item.why_not
    assert again(world, item).state == "left"
    world.sweep()
    entry = world.ports.core.history.find("deadletter", "malformed-1.json")
    assert entry is not None
    assert entry.state == "failed"
    world.sweep()


@pytest.mark.parametrize("name", ["../../mlops.db", "/etc/passwd", "deadletters/../x.json", "", "no-such.json"])
def test_a_message_cannot_name_another_file(world: World, name: str) -> None:
    """An id is data: it finds a dead letter, or nothing."""
    dispatch.take_dead_letter(world.ports, name)
    entry = world.ports.core.history.find("deadletter", name)
    assert entry is not None
    assert entry.state == "gone"


def test_time_and_keys_choose(world: World) -> None:
    """Half-open; a key that matches nothing is said to."""
    dispatch.on_poison(world.ports, "data-events", "one")
    first = world.clock()
    world.clock.advance(hours=1)
    dispatch.on_poison(world.ports, "predict-windows", "two")
    second = world.clock()
    assert [one.at for one in replayable(world.ports, (), first, second)] == [first]
    assert [one.at for one in replayable(world.ports, (), second, None)] == [second]
    assert [one.at for one in items(world, "predict-windows/")] == [second]
    with pytest.raises(Missing, match="'nothing'"):
        items(world, "predict-windows/", "nothing")
    with pytest.raises(BadInput, match="--from before --to"):
        replayable(world.ports, (), second, second - timedelta(hours=1))


def test_what_is_in_progress_is_left_alone(world: World) -> None:
    """Only what ended is opened."""
    world.ports.core.ledger.claim("blob", "b", timedelta(minutes=5), "m")
    assert not world.ports.operations.reopening.reopen("blob", "b", "no")
    assert not world.ports.operations.reopening.reopen("blob", "never", "no")
    assert items(world) == []
