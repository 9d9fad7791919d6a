"""Events that come twice, late, early, about renamed or empty files, or all at once."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from azure_functions_runtime.bindings.out import Out
from releases import asking_world, drop
from world import World, blob_event, points_csv

from functions.app import create_app
from shared import dispatch
from shared.core.errors import Transient
from shared.core.ledger import State
from shared.core.messages import model_message
from shared.core.work_time import limited
from shared.ports import Ports
from shared.release.rollback.execution import roll_back

PATH = "incoming/points/d1/points.csv"


def counts(world: World) -> tuple[int, int, int]:
    """How many datasets, runs and generations there are."""
    ports = world.ports
    return len(ports.datasets.versions.list()), len(ports.training.runs.list()), len(ports.release.deployments.list())


@pytest.mark.fault(2)
def test_different_ids_of_one_version_are_one_effect(world: World) -> None:
    """Retries and two subscriptions give each event another id; what counts is the version of the file."""
    blob, _ = world.ports.core.lake.put(PATH, points_csv())
    world.handle(*(blob_event(PATH, blob.etag, blob.size, event_id=f"e{number}") for number in range(3)))
    assert counts(world) == (1, 1, 1)


@pytest.mark.fault(4)
def test_an_event_23_hours_late_undoes_nothing(world: World) -> None:
    """Neither the newer version that is in service, nor a rollback that a person made meanwhile."""
    world.trainer.weight = 0.05
    late = world.land(PATH, points_csv())
    world.handle(late)
    assert drop(world, "d2", seed=5, weight=3.0).outcome == "deployed"
    roll_back(world.ports, "points", by="ada", reason="complaints")
    before = counts(world), world.ports.release.deployments.current("points")
    world.clock.advance(hours=23)
    world.handle(late)
    assert (counts(world), world.ports.release.deployments.current("points")) == before


@pytest.mark.fault(6)
def test_one_malformed_event_among_many_stops_nobody(world: World) -> None:
    """It is recorded with what is wrong; those before and after it are worked off."""
    events = [world.land(f"incoming/points/n{number}/notes.txt", b"x") for number in range(10)]
    world.handle(*events[:5], '{"id": 1', *events[5:], world.land(PATH, points_csv()))
    assert counts(world) == (1, 1, 1)
    (malformed,) = [entry for entry in world.ports.core.history.entries() if entry.kind == "event"]
    assert (malformed.state, "JSON" in malformed.reason) == (State.IGNORED, True)


@pytest.mark.fault(11)
def test_new_metadata_on_the_same_bytes_trains_nothing(world: World) -> None:
    """Another ETag, the same content: a duplicate in history, and neither a dataset nor a run."""
    world.handle(world.land(PATH, points_csv()))
    world.handle(world.land(PATH, points_csv()))
    assert counts(world) == (1, 1, 1)
    assert any(entry.state == State.DUPLICATE for entry in world.ports.core.history.why("d1"))


@pytest.mark.fault(12, 52)
def test_an_empty_file_is_refused_and_its_later_content_counts(world: World) -> None:
    """The event of a copy's start finds no bytes; the one of its end finds the file."""
    world.handle(world.land(PATH, b""))
    assert counts(world) == (0, 0, 0)
    assert any("holds nothing" in entry.reason for entry in world.ports.core.history.why("d1"))
    world.handle(world.land(PATH, points_csv()))
    assert counts(world) == (1, 1, 1)


@pytest.mark.fault(13)
def test_a_renamed_file_is_no_second_dataset(world: World) -> None:
    """Under its new name its bytes are those of a dataset that is there; the old name is not missed."""
    world.handle(world.land(PATH, points_csv()))
    new = "incoming/points/d9/points.csv"
    lake = world.home / "lake"
    (lake / new).parent.mkdir(parents=True)
    (lake / PATH).rename(lake / new)
    blob = world.ports.core.lake.stat(new)
    assert blob is not None
    renamed = {
        **json.loads(blob_event(new, blob.etag, blob.size)),
        "eventType": "Microsoft.Storage.BlobRenamed",
        "data": {"api": "RenameFile", "destinationUrl": f"https://x.dfs.core.windows.net/mlops/{new}"},
    }
    world.handle(json.dumps(renamed))
    world.sweep()
    assert counts(world) == (1, 1, 1)
    assert any(entry.state == State.DUPLICATE for entry in world.ports.core.history.why("d9"))


@pytest.mark.fault(14)
@pytest.mark.parametrize("name", ["data_event", "model_event"])
def test_an_event_is_acknowledged_before_anything_is_done(name: str) -> None:
    """The function only queues it: it needs no backend, so no slow backend makes Event Grid wait."""

    def none() -> Ports:
        raise AssertionError("a backend was asked for")

    functions = {one.get_function_name(): one.get_user_function() for one in create_app(none).get_functions()}
    out = Out()
    event = SimpleNamespace(id="1", subject="s", event_type="t", topic="o", get_json=lambda: {"a": 1})
    asyncio.run(functions[name](event=event, message=out))
    (sent,) = out.get()
    assert json.loads(sent)["data"] == {"a": 1}


@pytest.mark.fault(17, 68)
def test_a_model_event_before_its_version_is_tried_again(tmp_path: Any) -> None:
    """However often it comes too early it is not given up, and the sweep releases the version once it is shown."""
    world = asking_world(tmp_path, APPROVALS="none")
    world.trainer.silent = True
    world.handle(world.land(PATH, points_csv()))
    for _ in range(7):
        with pytest.raises(Transient, match="does not show points:1 yet"):
            dispatch.on_event(world.ports, model_message("points", 1))
    world.trainer.silent = False
    (run,) = world.ports.training.runs.list()
    world.trainer.submit(run)
    world.clock.advance(minutes=20)
    world.sweep()
    assert world.ports.release.deployments.current("points") is not None


@pytest.mark.fault(19)
def test_work_whose_time_is_over_hands_its_message_back(world: World) -> None:
    """It stops at its next use of the lake and frees its claim; when the message comes again all is done, once."""
    event = world.land(PATH, points_csv())
    with limited(0), pytest.raises(Transient, match="its message comes again"):
        dispatch.on_data_event(world.ports, event)
    assert counts(world) == (0, 0, 0)
    assert world.ports.core.history.stuck(world.clock() + timedelta(seconds=1)) == []
    world.handle(event)
    assert counts(world) == (1, 1, 1)
