"""Shards of large windows as parallel jobs of Azure ML: submitted once, ended by an event or the timer, cancelled."""

from __future__ import annotations

import logging
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from azureml_cloud import event
from azureml_double import ROOT, AzureMl
from engine_runs import attempt, call, finish, land, rows_of, same_rows, served
from ports_with import ports_with

from model_training.azureml import shards
from model_training.azureml.maker import make_shards_job
from model_training.azureml.submission import published_version
from shared import dispatch
from shared.adapters.azureml.datastore import in_datastore
from shared.adapters.azureml.scorer import AzureMlScorer, tasks_folder
from shared.adapters.detached import repository
from shared.core.errors import Misconfigured, Transient
from shared.ports import Ports
from shared.prediction.shard import ShardWork
from shared.prediction.windows import DueWindow
from shared.settings import read_settings

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

NAME, ROWS = "bank_marketing", 650
LAKE = "https://stdata.blob.core.windows.net/mlops"
ENTRY = """
import json, sys
from model_training.engines import parallel_entry
files = json.load(sys.stdin)
parallel_entry.init()
print(parallel_entry.run(files))
"""


@pytest.fixture
def ports(tmp_path: Path, client: MLClient, service: AzureMl) -> Ports:
    """A small graph in service, whose large windows are scored in the workspace."""
    _publish(service)
    made = served(tmp_path, NAME, 200)

    def order(work: ShardWork, tasks: str, lake: str) -> Any:
        return make_shards_job(client, work, tasks, lake)

    engine = AzureMlScorer(lambda: client, made.core.lake, LAKE, order)
    land(made, NAME, ROWS)
    return ports_with(made, prediction__engine=engine)


@pytest.fixture(scope="module")
def wanted(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The rows of the function itself."""
    made = served(tmp_path_factory.mktemp("process"), NAME, 200)
    land(made, NAME, ROWS)
    finish(made, NAME)
    return rows_of(made, NAME)


def _publish(service: AzureMl) -> None:
    logging.getLogger("azure.ai.ml").setLevel(logging.ERROR)
    spec = shards.component()._to_rest_object().as_dict()["properties"]["componentSpec"]
    task = spec["task"] | {"code": f"azureml:{ROOT}/codes/c/versions/1"}
    task["environment"] = f"azureml:{ROOT}/environments/e/versions/1"
    version = published_version()
    properties = {"componentSpec": spec | {"task": task, "version": version}}
    service.put(f"/components/mlops_{shards.NAME}/versions/{version}", {"properties": properties})


def _work_off(home: Path, work: ShardWork, numbers: Sequence[int]) -> None:
    """What the service does: the entry script in two processes, each with files of its own."""
    folder = home / "lake" / tasks_folder(work)
    files = [str(folder / f"{number:06d}.json") for number in numbers]
    command = [sys.executable, "-c", ENTRY, "--lake", f"file:{home / 'lake'}", "--work", work.path, "--more", "x"]
    environ = {**os.environ, "PYTHONPATH": str(repository())}
    running = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, env=environ, cwd=home)
        for _ in range(2)
    ]
    for number, process in enumerate(running):
        process.communicate(repr(files[number::2]).replace("'", '"').encode())
        assert process.returncode == 0


def _ended(work: ShardWork) -> str:
    return event("RunCompleted", f"experiments/e/runs/{work.name}", runId=work.name)


def test_a_window_becomes_a_job_whose_end_commits_it(
    ports: Ports, service: AzureMl, tmp_path: Path, wanted: list[Any]
) -> None:
    """One parallel node with explicit thresholds; the rows are those of the function itself, however often it ends."""
    call(ports)
    work = attempt(ports, NAME)
    call(ports)
    assert service.names("jobs") == [work.name]
    job = service.resources[f"{ROOT}/jobs/{work.name}"]["properties"]
    assert job["inputs"]["shards"]["uri"] == in_datastore(tasks_folder(work))
    (node,) = job["jobs"].values()
    assert node["componentId"].split("/")[-3] == f"mlops_{shards.NAME}"
    assert node["inputs"]["work"]["value"] == work.path
    assert node["mini_batch_error_threshold"] == 0
    _work_off(tmp_path, work, range(4))
    assert ports.prediction.predictions.commits(NAME) == []
    service.set_status(work.name, "Completed")
    (message,) = dispatch.on_event(ports, _ended(work))
    dispatch.on_window(ports, message)
    same_rows(rows_of(ports, NAME), wanted)
    assert dispatch.on_event(ports, _ended(work)) == []
    assert len(rows_of(ports, NAME)) == ROWS


def test_without_an_event_the_timer_finds_the_end_and_what_is_missing(
    ports: Ports, service: AzureMl, tmp_path: Path, wanted: list[Any]
) -> None:
    """A job that failed after two shards is followed by a job for the other two."""
    call(ports)
    first = attempt(ports, NAME)
    _work_off(tmp_path, first, (1, 3))
    service.set_status(first.name, "Failed")
    call(ports)
    second = attempt(ports, NAME)
    assert [shard.number for shard in second.shards] == [0, 2]
    assert service.names("jobs") == [first.name, second.name]
    _work_off(tmp_path, second, (0, 2))
    call(ports)
    same_rows(rows_of(ports, NAME), wanted)


def test_jobs_that_score_nothing_end_the_window(ports: Ports, service: AzureMl) -> None:
    """After three of them; the sentence names the job whose log says why."""
    for number in range(1, 4):
        call(ports)
        work = attempt(ports, NAME)
        assert work.attempt == number
        service.set_status(work.name, "Failed")
    call(ports)
    entry = ports.core.history.find("window", f"{NAME}/{work.window}")
    assert entry is not None
    assert (entry.state, len(service.names("jobs"))) == ("failed", 3)
    assert work.name in entry.reason


def test_a_window_that_is_given_up_ends_its_job(ports: Ports, service: AzureMl, tmp_path: Path) -> None:
    """The model is gone from the lake: nothing can be committed, and nothing is computed for it."""
    call(ports)
    work = attempt(ports, NAME)
    (tmp_path / "lake" / work.onnx).unlink()
    call(ports)
    assert service.resources[f"{ROOT}/jobs/{work.name}"]["properties"]["status"] == "Canceled"


def test_a_service_that_is_down_delays_the_window(ports: Ports, service: AzureMl) -> None:
    """The attempt stands in the lake, and the next call submits it."""
    service.refuse("PUT", "/jobs/", 503, times=-1)
    with pytest.raises(Transient, match="while submitting attempt 1"):
        call(ports)
    service.refusals.clear()
    (window,) = ports.prediction.windows.list(NAME)
    dispatch.on_window(ports, DueWindow(NAME, window.id).message)
    assert service.names("jobs") == [attempt(ports, NAME).name]


def test_a_workspace_does_not_reach_a_folder() -> None:
    """As for training: the lake must be one of Blob Storage."""
    with pytest.raises(Misconfigured, match="cannot reach a lake in a folder"):
        read_settings({"SCORER_URL": "azureml:11111111-2222-3333-4444-555555555555/rg/ws"})
