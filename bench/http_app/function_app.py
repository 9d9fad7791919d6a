"""The project's function app over the benchmark's scenario."""

import os
import sys
from functools import cache
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from http_data import SCENARIOS

from functions.app import create_app
from shared.bootstrap import build_ports


@cache
def ports():  # noqa: ANN201 - the ports of this home
    """Ports on the home of the host that runs."""
    return build_ports(os.environ, SCENARIOS)


app = create_app(ports)
