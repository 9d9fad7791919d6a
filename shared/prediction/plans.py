"""Plans in the lake: whoever is first pins the plan of a window, and everybody reads that one."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import TYPE_CHECKING

from shared.core.lake_reading import read_bytes, read_json
from shared.core.paths import plan_path
from shared.prediction.window_plan import WindowPlan

if TYPE_CHECKING:
    from shared.prediction.ports import PredictionPorts


def read_plan(ports: PredictionPorts, scenario: str, window: str) -> WindowPlan:
    """The pinned plan of a window; Missing when it has none."""
    path = plan_path(scenario, window)
    return WindowPlan.from_json(read_json(ports, path), path)


def pin_plan(
    ports: PredictionPorts, scenario: str, window: str, make: Callable[[], WindowPlan]
) -> tuple[WindowPlan, str]:
    """The plan in the lake and the sha256 of its file; made now when there is none."""
    path = plan_path(scenario, window)
    if ports.core.lake.stat(path) is None:
        ports.core.lake.put(path, make().to_bytes())
    # Another worker may have been faster: the plan in the lake is the one that counts.
    content = read_bytes(ports, path)
    return WindowPlan.from_json(json.loads(content), path), hashlib.sha256(content).hexdigest()
