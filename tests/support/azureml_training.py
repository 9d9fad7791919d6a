"""What training needs of a workspace: a published component, a job of it, and code that was uploaded before."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from azureml_double import ROOT, AzureMl

from model_training.azureml import components

if TYPE_CHECKING:
    from azure.ai.ml import MLClient

_TINY = {
    "name": "tiny",
    "version": "1",
    "type": "command",
    "inputs": {"tables": {"type": "uri_folder"}},
    "outputs": {"out": {"type": "uri_folder"}},
    "command": "train ${{inputs.tables}} ${{outputs.out}}",
    "code": f"azureml:{ROOT}/codes/c/versions/1",
    "environment": f"azureml:{ROOT}/environments/e/versions/1",
}


def publish_tiny(service: AzureMl) -> None:
    """Let the one component of `tiny_job` be there."""
    service.put("/components/tiny/versions/1", {"properties": {"componentSpec": _TINY}})


def tiny_job(client: MLClient, tables: str, model: str) -> Any:
    """A pipeline of one published component."""
    from azure.ai.ml import Input, Output, dsl

    component = client.components.get("tiny", "1")

    @dsl.pipeline(default_compute="cpu-cluster")
    def train() -> Any:
        return {"model": component(tables=Input(type="uri_folder", path=tables)).outputs.out}

    job = train()
    job.outputs["model"] = Output(type="uri_folder", path=model, mode="upload")
    return job


def code_digest() -> str:
    """By which the workspace knows the code of this repository."""
    from azure.ai.ml._utils._asset_utils import get_content_hash, get_ignore_file

    with components.code_folder() as folder:
        return str(get_content_hash(folder, get_ignore_file(folder)))


def upload_code(service: AzureMl, digest: str) -> None:
    """Let that code be there, so that publishing uploads nothing."""
    properties = {"codeUri": "https://x", "properties": {"hash_sha256": digest}}
    service.put("/codes/snapshot/versions/1", {"properties": properties})
