"""Shards of large windows as Spark jobs of Azure ML: the published shape, the same end, the same rows."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from azureml_cloud import event
from azureml_double import ROOT, URL, AzureMl
from engine_runs import attempt, call, finish, land, rows_of, same_rows, served
from ports_with import ports_with

from model_training.azureml.maker import make_shards_job
from model_training.azureml.submission import published_version
from model_training.engines import spark_driver
from model_training.engines.spark_worker import scoring
from shared import dispatch
from shared.adapters.azureml.scorer import AzureMlSparkScorer
from shared.adapters.detached import repository
from shared.bootstrap import build_ports
from shared.core.errors import Misconfigured
from shared.ports import Ports
from shared.prediction.shard import ShardWork
from shared.settings import read_settings

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

NAME, ROWS = "bank_marketing", 450
LAKE = "https://stdata.blob.core.windows.net/mlops"
CODE = f"{ROOT}/codes/c/versions/1"


@pytest.fixture
def ports(tmp_path: Path, client: MLClient) -> Ports:
    """A small graph in service, whose large windows are scored by Spark in the workspace."""
    made = served(tmp_path, NAME, 200)

    def order(work: ShardWork, tasks: str, lake: str) -> Any:
        return make_shards_job(client, work, tasks, lake)

    land(made, NAME, ROWS)
    return ports_with(made, prediction__engine=AzureMlSparkScorer(lambda: client, made.core.lake, LAKE, order))


def publish(service: AzureMl) -> None:
    """The environment of Spark jobs as a release leaves it."""
    properties = {"image": "img", "condaFile": "name: mlops-spark", "tags": {"code": CODE}, "environmentType": "x"}
    service.put(f"/environments/mlops-spark/versions/{published_version()}", {"properties": properties})


def work_off(home: Path, job: Mapping[str, Any]) -> None:
    """What driver and workers do with the arguments of the job, without Spark between them."""
    options = spark_driver.parser().parse_args(job["args"].split())
    assert options.lake == LAKE
    lake = f"file:{home / 'lake'}"
    work = spark_driver.read_work(spark_driver.open_lake(lake, "default"), options.work)
    rows = [pa.RecordBatch.from_pydict({"shard": [json.dumps(asdict(shard))]}) for shard in work.shards]
    told = scoring(lake, "default", options.work)(iter(rows))
    assert not any(batch["problem"][0].as_py() for batch in told)


def test_a_window_becomes_a_spark_job_whose_end_commits_it(ports: Ports, service: AzureMl, tmp_path: Path) -> None:
    """The job brings published code and environment, and its end commits the rows of the function itself."""
    publish(service)
    call(ports)
    call(ports)
    work = attempt(ports, NAME)
    assert service.names("jobs") == [work.name]
    job = service.resources[f"{ROOT}/jobs/{work.name}"]["properties"]
    assert (job["jobType"], job["codeId"]) == ("Spark", CODE)
    assert (repository() / job["entry"]["file"]).is_file()
    assert job["environmentId"].endswith(f"/environments/mlops-spark/versions/{published_version()}")
    assert job["resources"] == {"instanceType": "standard_e4s_v3", "runtimeVersion": "3.5"}
    assert job["conf"]["spark.executor.instances"] == "1"
    assert job["identity"]["identityType"] == "Managed"
    assert not list(ports.core.lake.list(f"shards/{NAME}/{work.window}/tasks/"))
    work_off(tmp_path, job)
    service.set_status(work.name, "Completed")
    ended = event("RunCompleted", f"experiments/e/runs/{work.name}", runId=work.name)
    (message,) = dispatch.on_event(ports, ended)
    dispatch.on_window(ports, message)
    here = served(tmp_path / "here", NAME, 200)
    land(here, NAME, ROWS)
    finish(here, NAME)
    same_rows(rows_of(ports, NAME), rows_of(here, NAME))


def test_a_window_that_is_given_up_ends_its_job(ports: Ports, service: AzureMl, tmp_path: Path) -> None:
    """As for the parallel job: nothing is computed for what cannot be committed."""
    publish(service)
    call(ports)
    work = attempt(ports, NAME)
    (tmp_path / "lake" / work.onnx).unlink()
    call(ports)
    assert service.resources[f"{ROOT}/jobs/{work.name}"]["properties"]["status"] == "Canceled"


def test_without_a_published_environment_the_sentence_says_what_to_run(client: MLClient, ports: Ports) -> None:
    """A function app uploads no code."""
    call(ports_with(ports, prediction__engine=served_engine(client, ports)))
    entry = ports.core.history.find("window", f"{NAME}/{attempt(ports, NAME).window}")
    assert entry is not None
    assert "python -m model_training.pipeline publish" in entry.reason


def served_engine(client: MLClient, ports: Ports) -> AzureMlSparkScorer:
    """The engine of these ports, as it stands."""
    return AzureMlSparkScorer(lambda: client, ports.core.lake, LAKE, lambda *order: make_shards_job(client, *order))


CHANGES: dict[str, Callable[[dict[str, Any]], object]] = {
    "codeId is missing": lambda job: job.pop("codeId"),
    "codeId is no code of the workspace": lambda job: job.update(codeId="model_training"),
    "sparkJobEntryType is missing": lambda job: job.update(entry={"file": "x.py"}),
    "conf lacks spark.driver.cores": lambda job: job["conf"].pop("spark.driver.cores"),
    "a value of conf is no text": lambda job: job["conf"].update({"spark.executor.instances": 2}),
    "no machine of serverless Spark": lambda job: job["resources"].update(instanceType="Standard_DS3_v2"),
    "resources or computeId is needed, not both": lambda job: job.update(computeId="cpu-cluster"),
    "jobs is unknown": lambda job: job.update(jobs={}),
}


@pytest.mark.parametrize("problem", sorted(CHANGES))
def test_the_stand_in_refuses_what_the_published_schema_refuses(service: AzureMl, problem: str) -> None:
    """Each rule of it can fail."""
    job: dict[str, Any] = {
        "jobType": "Spark",
        "codeId": CODE,
        "entry": {"sparkJobEntryType": "SparkJobPythonEntry", "file": "x.py"},
        "conf": {
            "spark.driver.cores": "4",
            "spark.driver.memory": "20g",
            "spark.executor.cores": "4",
            "spark.executor.memory": "20g",
            "spark.executor.instances": "1",
        },
        "resources": {"instanceType": "standard_e4s_v3", "runtimeVersion": "3.5"},
    }
    assert service.answer("PUT", f"{ROOT}/jobs/good", json.dumps({"properties": job}).encode())[0] == 201
    CHANGES[problem](job)
    status, _, answer = service.answer("PUT", f"{ROOT}/jobs/bad", json.dumps({"properties": job}).encode())
    assert (status, answer["error"]["message"]) == (400, problem)


def test_the_setting_chooses_the_engine(tmp_path: Path) -> None:
    """The lake must be one of Blob Storage, and the address that of a workspace."""
    spark = f"azureml-spark:{URL.removeprefix('azureml:')}"
    with pytest.raises(Misconfigured, match="cannot reach a lake in a folder"):
        read_settings({"SCORER_URL": spark})
    with pytest.raises(Misconfigured, match="azureml-spark:<subscription>"):
        read_settings({"SCORER_URL": "azureml-spark:here", "LAKE_URL": LAKE})
    environ = {"MLOPS_HOME": str(tmp_path), "LAKE_URL": LAKE, "SCORER_URL": spark, "TRAINER_URL": "none:"}
    assert isinstance(build_ports(environ, {}).prediction.engine, AzureMlSparkScorer)
