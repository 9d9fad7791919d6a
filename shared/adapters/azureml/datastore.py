"""The lake as Azure ML names it: the workspace's datastore on its container, which holds no credential."""

from __future__ import annotations

# Made by infra/modules/workspace.bicep.
NAME = "mlops"
FOLDER = f"azureml://datastores/{NAME}/paths/"


def in_datastore(path: str) -> str:
    """The address of a path of the lake; the service takes no URL of Blob Storage."""
    return FOLDER + path.lstrip("/")
