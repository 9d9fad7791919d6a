"""The two calls through which a function app makes training jobs; importing this module loads nothing heavy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

    from shared.training.ports import JobOrder


def make_job(client: MLClient, order: JobOrder) -> Any:
    """The pipeline job of the run, from the components published with this code."""
    from model_training.azureml.submission import job_of

    return job_of(client, order)


def online_environment() -> str:
    """The environment of endpoints, `name:version`, published with this code."""
    from model_training.azureml import submission

    return submission.online_environment()
