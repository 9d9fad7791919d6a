"""The project's function app over the small scenarios of the tests."""

from __future__ import annotations

import os
from functools import cache

from world import SCENARIOS

from functions.app import create_app
from shared.bootstrap import build_ports
from shared.ports import Ports


@cache
def ports() -> Ports:
    """Ports on the home of the host that runs."""
    return build_ports(os.environ, SCENARIOS)


app = create_app(ports)
