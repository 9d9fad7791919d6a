"""A run's job from components that the workspace already holds: a function app submits a description, never code.

`python -m model_training.pipeline publish WORKSPACE` registers the components of this code under its version; a
release runs it before it deploys the app that submits jobs.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from model_training.azureml import components, environments, shards, spark
from model_training.azureml.jobs import TrainingOrder, training_job
from model_training.azureml.platform import Platform, read_platform
from model_training.steps.manifest import code_version
from shared.adapters.azureml.faults import explained
from shared.core.errors import Missing
from shared.training.ports import JobOrder

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

    from shared.prediction.shard import ShardWork

# The role of a release; apps submit jobs and deploy, but publish nothing.
ROLE = "AzureML Data Scientist"


# What a function app's jobs are made of.
PUBLISHED = (*components.NAMES, shards.NAME)


def published_version() -> str:
    """The digest of this code, in characters that a component's version may have."""
    return code_version().partition("+")[2]


def publish(client: MLClient, platform: Platform) -> list[str]:
    """Register every component and the environment of endpoints under this code's version; returns their names.

    Existing ones stay. Transient when the service does not answer: publishing again registers the rest.
    """
    version, published, code = published_version(), [], ""
    with components.code_folder() as folder:
        for name in PUBLISHED:
            with explained(f"publishing the component {name}", ROLE):
                created = client.components.create_or_update(_component(name, folder), version=version)
            published.append(f"{created.name}:{created.version}")
            code = str(created.code)
    for name in (environments.ONLINE, environments.SPARK):
        with explained(f"publishing the environment {_environment(name)}", ROLE):
            published.append(_publish_environment(client, platform, name, code))
    return published


def _component(name: str, folder: Path) -> Any:
    return shards.component(folder) if name == shards.NAME else components.component(name, folder)


def _publish_environment(client: MLClient, platform: Platform, which: str, code: str) -> str:
    """Register the environment; its tag names the code asset that was uploaded with the components."""
    from azure.ai.ml.entities import Environment

    name, _, version = _environment(which).partition(":")
    conda = environments.CONDA / f"{which}.yml"
    # The SDK ignores a name that is set later.
    environment = Environment(name=name, version=version, image=platform.image, conda_file=conda, tags={"code": code})
    created = client.environments.create_or_update(environment)
    return f"{created.name}:{created.version}"


def online_environment() -> str:
    """The environment of endpoints, `name:version`, published with this code."""
    return _environment(environments.ONLINE)


def _environment(which: str) -> str:
    return f"mlops-{which}:{published_version()}"


def job_of(client: MLClient, order: JobOrder) -> Any:
    """The pipeline job of the run; its output goes to the order's address. Missing when nothing was published."""
    from azure.ai.ml import Output

    run, dataset = order.run, order.dataset
    training = TrainingOrder(
        order.scenario,
        dataset=f"{dataset.scenario}:{dataset.id}",
        tables=order.tables,
        parts=order.parts,
        contract=order.contract,
        profile=run.profile,
        options=run.options,
        origin={
            "run": run.id,
            "dataset": dataset.id,
            "dataset_digest": dataset.digest,
            "created_at": run.created_at.isoformat(),
        },
    )
    job = training_job(training, read_platform(os.environ, components.NAMES), lambda step: _registered(client, step))
    job.outputs["model"] = Output(type="uri_folder", path=order.model, mode="upload")
    job.tags |= {"run": run.id, "attempt": str(run.attempts), "code": published_version()}
    return job


def shards_job_of(client: MLClient, work: ShardWork, tasks: str, lake: str) -> Any:
    """The parallel job of an attempt at the shards of a window. Missing when nothing was published."""
    job = shards.shards_job(_registered(client, shards.NAME), work, tasks, lake)
    job.tags |= {"code": published_version()}
    return job


def spark_job_of(client: MLClient, work: ShardWork, lake: str) -> Any:
    """The Spark job of an attempt at the shards of a window. Missing when nothing was published."""
    from azure.core.exceptions import ResourceNotFoundError

    named = _environment(environments.SPARK)
    try:
        code = client.environments.get(*named.split(":")).tags["code"]
    except ResourceNotFoundError as error:
        raise _unpublished("environment", named) from error
    job = spark.spark_job(work, lake, code, f"azureml:{named}")
    job.tags |= {"code": published_version()}
    return job


def _unpublished(kind: str, name: str) -> Missing:
    return Missing(
        f"The workspace has no {kind} {name}: publish this code's components first "
        f"(python -m model_training.pipeline publish)."
    )


def _registered(client: MLClient, step: str) -> Any:
    from azure.core.exceptions import ResourceNotFoundError

    name, version = f"mlops_{step}", published_version()
    try:
        return client.components.get(name, version)
    except ResourceNotFoundError as error:
        raise _unpublished("component", f"{name}:{version}") from error
