"""One client for each Azure ML workspace, whichever ports talk to it."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from shared.core.addresses import workspace_address

if TYPE_CHECKING:
    from azure.ai.ml import MLClient


class Workspaces:
    """Makes the clients: training, models, endpoints and large windows of one workspace share one, and its token."""

    def __init__(self, credential: str) -> None:
        self._credential = credential
        self._clients: dict[str, Callable[[], MLClient]] = {}

    def client(self, key: str, url: str) -> Callable[[], MLClient]:
        """The client of the workspace that setting `key` names as `url`; the first call of it signs in."""
        return self._clients.setdefault(url, cache(lambda: self._sign_in(key, url)))

    def _sign_in(self, key: str, url: str) -> MLClient:
        from shared.adapters.azure.clients import make_credential
        from shared.adapters.azureml.client import workspace_client

        return workspace_client(workspace_address(key, url), make_credential(self._credential))
