"""The whole loop with Blob Storage, PostgreSQL and Azure ML in place of the embedded backends: the same journal."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from azure_parts import fresh_place
from azureml_cloud import Cloud, event
from azureml_double import ROOT, AzureMl
from azureml_training import publish_tiny
from postgres import PostgresServer
from world import World, points_csv

from local.azurite.process import Azurite
from shared import due_work

if TYPE_CHECKING:
    from azure.ai.ml import MLClient


@pytest.fixture
def cloud(
    tmp_path: Path, azurite: Azurite, postgres: PostgresServer, client: MLClient, service: AzureMl
) -> Iterator[Cloud]:
    """A fresh container, database and workspace."""
    publish_tiny(service)
    url = postgres.new()
    settings = {"LAKE_URL": fresh_place(azurite.blob_endpoint).url, "DATABASE_URL": url}
    cloud = Cloud(tmp_path / "cloud", settings, client, service)
    yield cloud
    cloud.world.ports.training.registry._store._engine.dispose()  # type: ignore[attr-defined]
    postgres.drop(url)


def script(world: World, handle: Any) -> None:
    """Files to learn from, the same again, rows to predict, and a file that breaks its contract."""
    handle(world.land("incoming/points/d1/points.csv", points_csv()))
    handle(world.land("incoming/points/d2/points.csv", points_csv()))
    handle(world.land("scoring/points/d1/points.csv", points_csv(12, seed=2, labelled=False)))
    handle(world.land("incoming/points/d3/points.csv", b"id,x,color,y\n1,oops,red,no\n2,1.0,red,yes\n"))


def journal(world: World) -> list[tuple[str, str, str]]:
    """Kind, ending and reason of everything that happened; what follows from ETags is left out."""
    told = {(one.kind, one.state, _plain(one.reason)) for one in world.ports.core.history.entries(1000)}
    # In Azure a run also ends by an event, and a sweep or that event tells of its model; the tests' trainer is silent.
    return sorted(one for one in told if one[0] != "run" and one[:2] != ("train", "done"))


def _plain(reason: str) -> str:
    return re.sub(r"quarantine/\S+|\d{8}T\d{6}Z|[0-9a-f]{8,}|0x[0-9A-F]+", "…", reason)


def test_the_loop_leaves_the_same_journal(cloud: Cloud, tmp_path: Path) -> None:
    """Every ending with its reason, the rows and the deployed version are those of a laptop."""
    laptop = World(tmp_path / "laptop")
    script(laptop, laptop.handle)
    script(cloud.world, cloud.handle)
    assert journal(cloud.world) == journal(laptop)
    here, there = cloud.world.ports, laptop.ports
    assert [one.sha256 for one in here.training.registry.list()] == [
        one.sha256 for one in there.training.registry.list()
    ]
    assert [(one.generation, one.version) for one in here.release.deployments.list()] == [
        (one.generation, one.version) for one in there.release.deployments.list()
    ]
    assert [(one.rows, one.model) for one in here.prediction.predictions.commits()] == [
        (one.rows, one.model) for one in there.prediction.predictions.commits()
    ]
    assert cloud.service.names("models") == ["points/1"]
    assert cloud.service.resources[f"{ROOT}/models/points/versions/1"]["properties"]["tags"]["state"] == "accepted"
    laptop.close()


@pytest.mark.fault(18)
def test_a_run_whose_event_never_came_is_found_by_the_sweep(cloud: Cloud) -> None:
    """The sweep reads the job's end from the service, registers its model and asks for its deployment."""
    cloud.world.handle(cloud.world.land("incoming/points/d1/points.csv", points_csv()))
    assert list(cloud._trained())
    for _ in range(2):
        cloud.world.handle(*due_work.sweep(cloud.world.ports))
    (run,) = cloud.world.ports.training.runs.list()
    assert (run.state, run.reason) == ("completed", "Registered as points:1.")
    assert cloud.world.ports.release.deployments.current("points") is not None


def test_a_service_that_is_down_holds_nothing_else_up(cloud: Cloud) -> None:
    """The sweep tells that it cannot ask, and goes on; when the service is back everything ends well."""
    cloud.world.handle(cloud.world.land("incoming/points/d1/points.csv", points_csv()))
    cloud.service.refuse("", "/jobs/", 503, times=3 * 5)
    cloud.world.handle(*due_work.sweep(cloud.world.ports))
    waiting = [one for one in cloud.world.ports.core.history.entries() if one.kind == "watch"]
    assert [one.state for one in waiting] == ["waiting"]
    assert "Azure ML gave no usable answer" in waiting[0].reason
    cloud.service.refusals.clear()
    cloud.handle()
    cloud.world.handle(*due_work.sweep(cloud.world.ports))
    assert cloud.world.ports.release.deployments.current("points") is not None


def test_a_job_that_failed_fails_the_run_visibly(cloud: Cloud) -> None:
    """By its event, with what the service said; a late word about an older attempt changes nothing."""
    cloud.world.handle(cloud.world.land("incoming/points/d1/points.csv", points_csv()))
    (run,) = cloud.world.ports.training.runs.list()
    cloud.world.ports.training.runs.move(run.id, run.state, "requested", "again", attempts=2)
    cloud.world.handle(event("RunStatusChanged", "experiments/e/runs/r", runId=run.attempt_name, runStatus="Failed"))
    assert cloud.world.ports.training.runs.list()[0].state == "requested"
    later = replace(run, attempts=2).attempt_name
    cloud.world.handle(event("RunStatusChanged", "experiments/e/runs/r", runId=later, runStatus="Failed"))
    (ended,) = cloud.world.ports.training.runs.list()
    assert (ended.state, ended.reason) == ("failed", "The training service reports the run as failed.")


def test_a_version_that_was_kept_and_not_shown_is_shown_when_it_is_looked_for(cloud: Cloud) -> None:
    """A process died between the two: the sweep's question heals it."""
    cloud.world.handle(cloud.world.land("incoming/points/d1/points.csv", points_csv()))
    assert list(cloud._trained())
    cloud.service.refuse("PUT", "/models/", 503, times=-1)
    cloud.world.handle(*due_work.sweep(cloud.world.ports))
    assert (cloud.service.names("models"), len(cloud.world.ports.training.registry.list())) == ([], 1)
    cloud.service.refusals.clear()
    for _ in range(2):
        cloud.world.handle(*due_work.sweep(cloud.world.ports))
    assert cloud.service.names("models") == ["points/1"]
    assert cloud.world.ports.release.deployments.current("points") is not None
