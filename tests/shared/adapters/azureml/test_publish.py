"""Publishing this code in a workspace: components for jobs, an environment for endpoints, code uploaded once."""

from __future__ import annotations

from typing import TYPE_CHECKING

import yaml
from azureml_double import ROOT, AzureMl
from azureml_training import code_digest, upload_code

from model_training.azureml import environments, maker, submission
from model_training.azureml.platform import Platform

if TYPE_CHECKING:
    from azure.ai.ml import MLClient


def test_code_and_environment_are_registered_under_the_version_of_the_code(client: MLClient, service: AzureMl) -> None:
    """What a function app names is what stands there: again changes nothing, and what was uploaded is not again."""
    upload_code(service, code_digest())
    published = submission.publish(client, Platform(image="img"))
    version = submission.published_version()
    named = (maker.online_environment(), f"mlops-spark:{version}")
    assert published == [*(f"mlops_{name}:{version}" for name in submission.PUBLISHED), *named]
    assert service.names("components") == sorted(f"mlops_{name}/{version}" for name in submission.PUBLISHED)
    properties = service.resources[f"{ROOT}/environments/mlops-online/versions/{version}"]["properties"]
    assert properties["tags"]["code"].endswith("/codes/snapshot/versions/1")
    assert properties["image"] == "img"
    of_spark = service.resources[f"{ROOT}/environments/mlops-spark/versions/{version}"]["properties"]
    assert of_spark["tags"] == properties["tags"]
    assert yaml.safe_load(properties["condaFile"]) == yaml.safe_load(environments.conda_yaml(environments.ONLINE))
    assert submission.publish(client, Platform(image="img")) == published
