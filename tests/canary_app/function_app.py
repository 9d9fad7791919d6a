"""The project's function app over a small scenario whose inputs tell about a person."""

from __future__ import annotations

import os
from functools import cache

from canaries import PEOPLE

from functions.app import create_app
from shared.bootstrap import build_ports
from shared.ports import Ports


@cache
def ports() -> Ports:
    """Ports on the home of the host that runs."""
    return build_ports(os.environ, PEOPLE)


app = create_app(ports)
