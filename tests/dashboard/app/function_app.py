"""The function app on the small world's scenarios, for tests in a browser."""

from __future__ import annotations

import os
from functools import cache
from typing import TYPE_CHECKING

from functions.app import create_app

if TYPE_CHECKING:
    from shared.ports import Ports


@cache
def ports() -> Ports:
    """Ports on the home that the test has filled."""
    from crowded_world import ALL

    from shared.bootstrap import build_ports

    return build_ports(os.environ, ALL)


app = create_app(ports)
