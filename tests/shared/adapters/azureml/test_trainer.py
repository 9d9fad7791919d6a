"""Training runs as jobs of Azure ML, through the SDK: one job an attempt, its model read from the lake."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from azureml_double import ROOT, AzureMl

from model_training.azureml import components
from model_training.azureml.maker import make_job
from model_training.azureml.submission import published_version
from model_training.scenarios import SCENARIOS
from shared.adapters.azureml.datastore import FOLDER
from shared.adapters.azureml.trainer import AzureMlTrainer, model_folder
from shared.adapters.files.folder_lake import FolderLake
from shared.core.errors import Corrupt, Missing, Refused, Transient
from shared.datasets.version import DatasetTable, DatasetVersion, Part
from shared.training.ports import JobOrder
from shared.training.run import Run

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

NOW = datetime(2026, 3, 1, tzinfo=UTC)
RUN = Run("bank_marketing-d1-1a2b3c4d", "bank_marketing", "d1", "r", "requested", 1, "", NOW, NOW, "demo")
DATASET = DatasetVersion("bank_marketing", "d1", "f" * 64, (DatasetTable("clients", (Part("p", "s", 5),), 5),), (), NOW)
JOB = f"{ROOT}/jobs/{RUN.id}-1"


@pytest.fixture(scope="module")
def specs() -> dict[str, Any]:
    """The components of this code as the service keeps them, by name."""
    logging.getLogger("azure.ai.ml").setLevel(logging.ERROR)
    return {name: _spec(name) for name in components.NAMES}


def _spec(name: str) -> dict[str, Any]:
    rest: dict[str, Any] = components.component(name)._to_rest_object().as_dict()
    return rest["properties"]["componentSpec"] | {
        "code": f"azureml:{ROOT}/codes/c/versions/1",
        "environment": f"azureml:{ROOT}/environments/e/versions/1",
        "version": published_version(),
    }


@pytest.fixture
def published(service: AzureMl, specs: dict[str, Any]) -> AzureMl:
    """A workspace that has the components of this code."""
    for name, spec in specs.items():
        path = f"/components/mlops_{name}/versions/{published_version()}"
        service.put(path, {"properties": {"componentSpec": spec}})
    return service


@pytest.fixture
def lake(tmp_path: Path) -> FolderLake:
    """Where the job leaves its model; the adapter sees a lake, not what it is."""
    return FolderLake(tmp_path / "lake")


@pytest.fixture
def trainer(client: MLClient, lake: FolderLake) -> AzureMlTrainer:
    """The adapter on the workspace, with the project's own maker of jobs."""
    scenario = SCENARIOS["bank_marketing"]
    return AzureMlTrainer(
        lambda: client,
        lake,
        lambda run, tables, model: make_job(client, JobOrder(run, DATASET, scenario, tables, model)),
    )


def test_a_run_becomes_a_job_and_its_dataset_an_asset(trainer: AzureMlTrainer, published: AzureMl) -> None:
    """Named after the attempt, made of published components, with its input and output in our lake."""
    assert not trainer.started(RUN)
    trainer.submit(RUN)
    assert published.names("jobs") == [f"{RUN.id}-1"]
    job = published.resources[JOB]["properties"]
    assert job["inputs"]["tables"]["uri"] == f"{FOLDER}datasets/bank_marketing/d1/"
    assert job["outputs"]["model"]["uri"] == f"{FOLDER}runs/bank_marketing/{RUN.id}/1/model/"
    assert job["tags"] == {
        "scenario": "bank_marketing", "dataset": "bank_marketing:d1", "profile": "demo", "run": RUN.id, "attempt": "1",
        "code": published_version(),
    }  # fmt: skip
    named = {one["componentId"].rsplit("/", 3)[1] for one in job["jobs"].values() if "componentId" in one}
    assert {"mlops_define_dataset", "mlops_prepare", "mlops_register"} <= named
    assert published.names("data") == ["bank_marketing/d1"]
    assert published.resources[f"{ROOT}/data/bank_marketing/versions/d1"]["properties"]["dataUri"] == (
        f"{FOLDER}datasets/bank_marketing/d1/"
    )


def test_train_and_test_are_two_assets_of_their_own(
    trainer: AzureMlTrainer, published: AzureMl, lake: FolderLake
) -> None:
    """The lists of their parts, under the version of the dataset."""
    for asset in ("train", "test"):
        lake.put(f"datasets/bank_marketing/d1/{asset}.json", b"{}")
    trainer.submit(RUN)
    assert published.names("data") == ["bank_marketing-test/d1", "bank_marketing-train/d1", "bank_marketing/d1"]
    asset = published.resources[f"{ROOT}/data/bank_marketing-train/versions/d1"]["properties"]
    assert (asset["dataType"], asset["dataUri"]) == (
        "uri_file", f"{FOLDER}datasets/bank_marketing/d1/train.json",
    )  # fmt: skip


def test_an_attempt_is_submitted_once(trainer: AzureMlTrainer, published: AzureMl) -> None:
    """Again, and when the workspace does not show it yet; another attempt is another job."""
    trainer.submit(RUN)
    trainer.submit(RUN)
    published.hide_new(f"/jobs/{RUN.id}-1", 1)
    trainer.submit(RUN)
    assert published.names("jobs") == [f"{RUN.id}-1"]
    trainer.submit(replace(RUN, attempts=2))
    assert published.names("jobs") == [f"{RUN.id}-1", f"{RUN.id}-2"]


def test_nothing_is_submitted_before_its_components_are_published(trainer: AzureMlTrainer, service: AzureMl) -> None:
    """The sentence says what to run."""
    with pytest.raises(Missing, match=r"model_training\.pipeline publish"):
        trainer.submit(RUN)
    assert service.names("jobs") == []


@pytest.mark.parametrize(
    ("status", "alive"),
    [
        ("NotStarted", True), ("Queued", True), ("Preparing", True), ("Running", True), ("Finalizing", True),
        ("CancelRequested", True), ("Completed", False), ("Failed", False), ("Canceled", False),
        ("NotResponding", False),
    ],
)  # fmt: skip
def test_a_job_lives_until_it_has_ended(trainer: AzureMlTrainer, service: AzureMl, status: str, *, alive: bool) -> None:
    """Every status the service knows."""
    service.put(f"/jobs/{RUN.id}-1", _job(status))
    assert trainer.started(RUN)
    assert trainer.alive(RUN) is alive
    assert not trainer.started(replace(RUN, attempts=2))


def _job(status: str) -> dict[str, Any]:
    return {
        "properties": {"jobType": "Pipeline", "status": status, "jobs": {}, "settings": {}, "inputs": {}, "outputs": {}}
    }


def test_a_job_that_ended_well_leaves_its_model(trainer: AzureMlTrainer, service: AzureMl, lake: FolderLake) -> None:
    """Bytes, manifest and the files that travel with them; before it has ended there is nothing."""
    service.put(f"/jobs/{RUN.id}-1", _job("Running"))
    for name, data in {"model.onnx": b"onnx", "manifest.json": b'{"a": 1}', "card.html": b"card"}.items():
        lake.put(model_folder(RUN) + name, data)
    assert trainer.result(RUN) is None
    service.set_status(f"{RUN.id}-1", "Completed")
    artefact = trainer.result(RUN)
    assert artefact is not None
    assert (artefact.onnx, artefact.manifest, dict(artefact.files)) == (b"onnx", {"a": 1}, {"card.html": b"card"})
    assert (artefact.scenario, artefact.run, artefact.dataset) == ("bank_marketing", RUN.id, "d1")


def test_a_job_that_left_no_model_is_told(trainer: AzureMlTrainer, service: AzureMl, lake: FolderLake) -> None:
    """It says where the model should lie."""
    service.put(f"/jobs/{RUN.id}-1", _job("Completed"))
    lake.put(model_folder(RUN) + "manifest.json", json.dumps({}).encode())
    with pytest.raises(Corrupt, match=r"left no model\.onnx"):
        trainer.result(RUN)


def test_a_job_can_be_ended(trainer: AzureMlTrainer, service: AzureMl) -> None:
    """What has ended or was never there is left as it is."""
    trainer.cancel(RUN)
    service.put(f"/jobs/{RUN.id}-1", _job("Running"))
    trainer.cancel(RUN)
    assert not trainer.alive(RUN)


@pytest.mark.parametrize(
    ("act", "words"),
    [
        (lambda trainer: trainer.alive(RUN), "while looking for the job"),
        (lambda trainer: trainer.submit(RUN), "while looking for the job"),
    ],
)
def test_a_service_that_is_down_is_a_passing_fault(
    trainer: AzureMlTrainer, service: AzureMl, act: Callable[[AzureMlTrainer], object], words: str
) -> None:
    """Nothing is concluded from silence."""
    service.refuse("GET", "/jobs/", 503, times=-1)
    with pytest.raises(Transient, match=words):
        act(trainer)
    assert service.names("jobs") == []


def test_a_job_that_is_refused_is_told(trainer: AzureMlTrainer, published: AzureMl) -> None:
    """A request that will never be accepted is not asked again."""
    published.refuse("PUT", "/jobs/", 400)
    with pytest.raises(Refused, match=f"while submitting run {RUN.id}"):
        trainer.submit(RUN)
