"""What a function app knows of training jobs until it submits one: whom to ask. Importing it imports nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

    from shared.training.ports import JobOrder


def make_job(client: MLClient, order: JobOrder) -> Any:
    """The pipeline job of the run, from the components that were published with this code."""
    from model_training.azureml.submission import job_of

    return job_of(client, order)


def online_environment() -> str:
    """The environment of endpoints, `name:version`, that was published with this code."""
    from model_training.azureml import submission

    return submission.online_environment()
