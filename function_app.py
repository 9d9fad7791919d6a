"""Entry point of the function app."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from functions.app import create_app

if TYPE_CHECKING:
    from shared.ports import Ports


@cache
def ports() -> Ports:
    """The process's ports, built by the first event that needs them."""
    from model_training.azureml.maker import make_job, make_shards_job, online_environment
    from model_training.scenarios import SCENARIOS
    from shared.bootstrap import build_ports

    return build_ports(
        os.environ, SCENARIOS, make_job=make_job, code=online_environment, make_shards_job=make_shards_job
    )


app = create_app(ports)
