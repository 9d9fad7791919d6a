"""One client for each workspace."""

from __future__ import annotations

import pytest

from shared.bootstrap.workspaces import Workspaces
from shared.core.errors import Misconfigured


def test_all_ports_of_a_workspace_share_its_client() -> None:
    """Whichever setting names it; another workspace has another."""
    workspaces = Workspaces("default")
    ours = [workspaces.client(key, "azureml:1/group/ours") for key in ("TRAINER_URL", "REGISTRY_URL", "SERVING_URL")]
    assert len({id(one) for one in ours}) == 1
    assert workspaces.client("SCORER_URL", "azureml:1/group/other") is not ours[0]


def test_a_workspace_that_cannot_be_meant_is_named_by_its_setting() -> None:
    """At its first use."""
    with pytest.raises(Misconfigured, match="TRAINER_URL"):
        Workspaces("default").client("TRAINER_URL", "azureml:ours")()
