"""The calls through which a function app makes training jobs; importing this module loads nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

    from shared.prediction.shard import ShardWork
    from shared.training.ports import JobOrder


def make_job(client: MLClient, order: JobOrder) -> Any:
    """The pipeline job of the run, from the components published with this code."""
    from model_training.azureml.submission import job_of

    return job_of(client, order)


def make_shards_job(client: MLClient, work: ShardWork, tasks: str, lake: str) -> Any:
    """The job of an attempt at the shards of a window, from what was published with this code.

    `tasks` is the folder with a file for each shard that a parallel job takes; without one it is a Spark job.
    """
    from model_training.azureml.submission import shards_job_of, spark_job_of

    return shards_job_of(client, work, tasks, lake) if tasks else spark_job_of(client, work, lake)


def online_environment() -> str:
    """The environment of endpoints, `name:version`, published with this code."""
    from model_training.azureml import submission

    return submission.online_environment()
