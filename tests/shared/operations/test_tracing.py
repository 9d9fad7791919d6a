"""Lineage both ways: each id that is told exists, and nothing that was touched is left out."""

from __future__ import annotations

import json

import azure.functions as func
import pytest
from world import World, points_csv

from functions.app import create_app
from shared.core.errors import BadInput, Missing
from shared.operations.lineage import Impact
from shared.operations.lineage_json import impact_json, trace_json
from shared.operations.tracing import event_facts, impact, trace
from shared.prediction.revision import ScoredWindow
from shared.serving.prediction_rows import first_id


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> World:
    """A model, and two windows scored by it; another model, and a window of its own."""
    world = World(tmp_path_factory.mktemp("trace"))
    world.trainer.weight = 0.02
    world.handle(world.land("incoming/points/d1/points.csv", points_csv()))
    for name, seed in (("s1", 2), ("s2", 3)):
        world.handle(world.land(f"scoring/points/{name}/points.csv", points_csv(10, seed=seed, labelled=False)))
    # Of two datasets that are registered at one moment neither is the older one.
    world.clock.advance(hours=1)
    world.trainer.weight = 3.0
    world.handle(world.land("incoming/points/d2/points.csv", points_csv(seed=5)))
    world.handle(world.land("scoring/points/s3/points.csv", points_csv(7, seed=4, labelled=False)))
    return world


def blob(world: World, path: str) -> str:
    """The blob as the ledger names it."""
    found = world.ports.core.lake.stat(path)
    assert found is not None
    return f"{path}@{found.etag.strip(chr(34))}"


def check_window(world: World, window: ScoredWindow) -> None:
    """Every id a window shows is that of something that exists."""
    ports = world.ports
    assert ports.prediction.predictions.find_commit("points", window.commit.window) == window.commit
    assert window.commit.window in {one.id for one in ports.prediction.windows.list("points")}
    assert ports.core.lake.stat(window.commit.path) is not None
    for key in window.revision.inputs:
        assert key == blob(world, key.rpartition("@")[0])
    for number in (window.first_id, window.last_id):
        assert number is not None
        assert ports.operations.lineage.prediction(ports.core.scenarios["points"], number) is not None


def check_ids(world: World, found: Impact) -> None:
    """The same for everything that was touched."""
    assert {one.id for one in found.datasets} <= {one.id for one in world.ports.datasets.versions.list()}
    assert {one.id for one in found.models} <= {one.id for one in world.ports.training.registry.list()}
    assert all(world.ports.training.runs.find(one.id) == one for one in found.runs)
    for window in found.windows:
        check_window(world, window)


def test_a_prediction_is_traced_to_its_bytes(told: World) -> None:
    """Row, window with its file, model, gate, run, dataset and its file, generation, and the events that led to it."""
    found = trace(told.ports, first_id(1) + 3, "points")
    check_window(told, found.window)
    assert found.prediction["prediction_id"] == first_id(1) + 3
    assert found.window.revision.inputs == (blob(told, "scoring/points/s1/points.csv"),)
    assert found.model in told.ports.training.registry.list()
    assert found.model is not None
    assert (found.model.id, found.model.sha256) == ("points:1", found.prediction["model_sha256"])
    assert found.gate == told.ports.release.deployments.verdict(found.model)
    assert found.run == told.ports.training.runs.find(found.prediction["run_id"])
    assert found.dataset is not None
    assert found.dataset.sources == (blob(told, "incoming/points/d1/points.csv"),)
    assert found.deployment == told.ports.release.deployments.list("points")[0]
    kinds = [entry.kind for entry in found.events]
    assert sorted(kinds) == ["blob", "blob", "dataset", "deployment", "model", "train", "window"]
    for entry in found.events:
        assert told.ports.core.history.find(entry.kind, entry.key) == entry
    causes = {event_facts(entry)["event_type"] for entry in found.events if entry.kind == "blob"}
    assert causes == {"Microsoft.Storage.BlobCreated"}


def test_a_blob_to_learn_from_touched_models_and_their_windows(told: World) -> None:
    """With or without its ETag; another file's model and window are not among them."""
    path = "incoming/points/d1/points.csv"
    found = impact(told.ports, path)
    assert [one.id for one in found.models] == ["points:1"]
    assert [one.commit.ordinal for one in found.windows] == [1, 2]
    assert found.predictions == 20
    assert [(one.first_id, one.last_id) for one in found.windows] == [(first_id(n), first_id(n) + 9) for n in (1, 2)]
    assert impact(told.ports, blob(told, path)).windows == found.windows
    check_ids(told, found)


def test_a_blob_to_predict_touched_its_window_only(told: World) -> None:
    """No dataset, no model."""
    found = impact(told.ports, "scoring/points/s3/points.csv")
    assert (found.datasets, found.models) == ((), ())
    assert [one.commit.model for one in found.windows] == ["points:2"]
    assert found.predictions == 7
    check_ids(told, found)


def test_a_dataset_and_its_model_touched_the_same_windows(told: World) -> None:
    """By the dataset's id alone, or with its scenario."""
    dataset = told.ports.datasets.versions.list()[0]
    by_id, by_both = impact(told.ports, dataset.id), impact(told.ports, f"points/{dataset.id}")
    of_model = impact(told.ports, "points:1")
    assert by_id.windows == by_both.windows == of_model.windows
    assert [one.id for one in by_id.runs] == [one.id for one in of_model.runs]
    check_ids(told, by_id)
    check_ids(told, of_model)


def test_a_quarantined_file_touched_nothing_and_says_why(told: World) -> None:
    """It is known, with how it ended."""
    told.handle(told.land("incoming/points/bad/points.csv", b"id,x\n1,2\n"))
    found = impact(told.ports, "incoming/points/bad/points.csv")
    assert (found.predictions, [entry.state for entry in found.events]) == (0, ["quarantined"])


@pytest.mark.parametrize("asked", ["incoming/points/none.csv", "points:9", "20260301T120000Z-00000000", ""])
def test_what_is_unknown_is_said_to_be(told: World, asked: str) -> None:
    """Nothing is invented."""
    with pytest.raises(Missing):
        impact(told.ports, asked)


@pytest.mark.parametrize("number", [1, first_id(1) - 1, first_id(1) + 10, first_id(9)])
def test_an_id_without_a_row_is_missing(told: World, number: int) -> None:
    """Also next to rows that exist."""
    with pytest.raises(Missing, match="no prediction"):
        trace(told.ports, number, "points")


@pytest.mark.parametrize("number", [0, -1, 1 << 63])
def test_what_cannot_be_an_id_is_refused(told: World, number: int) -> None:
    """Before any database is asked."""
    with pytest.raises(BadInput, match="accepted: a whole number"):
        trace(told.ports, number)


def test_an_id_of_two_scenarios_must_be_named(told: World) -> None:
    """Each scenario counts for itself."""
    left = "id,x,color\n" + "".join(f"{n},{n - 30}.0,red\n" for n in range(60))
    right = "id,y\n" + "".join(f"{n},{int(n > 30)}\n" for n in range(60))
    told.handle(told.land("incoming/pairs/d/right.csv", right.encode()))
    told.handle(told.land("incoming/pairs/d/left.csv", left.encode()))
    told.handle(told.land("scoring/pairs/s/left.csv", left.encode()))
    with pytest.raises(BadInput, match="points, pairs"):
        trace(told.ports, first_id(1))
    assert trace(told.ports, first_id(1), "pairs").scenario == "pairs"
    with pytest.raises(Missing, match="no scenario"):
        trace(told.ports, first_id(1), "none")


def test_what_is_told_is_json(told: World) -> None:
    """For programs, in the command and over HTTP alike."""
    found = trace(told.ports, first_id(3), "points")
    value = json.loads(json.dumps(trace_json(found)))
    assert value["gate"]["passed"] is True
    assert value["window"]["inputs"] == [blob(told, "scoring/points/s3/points.csv")]
    assert json.loads(json.dumps(impact_json(impact(told.ports, "points:2"))))["predictions"] == 7
    (route,) = [
        one.get_user_function()
        for one in create_app(lambda: told.ports).get_functions()
        if one.get_function_name() == "trace"
    ]
    for asked, status in ((str(first_id(3)), 200), ("1", 404), ("x" * 99, 400), ("²", 400), ("9" * 30, 400)):
        request = func.HttpRequest(
            method="GET", url="/", body=b"", route_params={"scenario": "points", "prediction": asked}
        )
        answer = route(req=request)
        assert answer.status_code == status, asked
        if status == 200:
            assert json.loads(answer.get_body()) == value
