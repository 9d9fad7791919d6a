"""The looks of a trial: each comparison on grown labels is written down once, in the lake."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Literal

from shared.core.lake_reading import read_json
from shared.core.paths import trial_folder

if TYPE_CHECKING:
    from shared.monitoring.ports import MonitoringPorts
    from shared.serving.deployment import Deployment

TrialVerdict = Literal["lost", "not lost"]


@dataclass(frozen=True, slots=True)
class TrialLook:
    """Look `number` (from 1) at a generation's trial, on so many labelled rows."""

    number: int
    generation: int
    rows: int
    verdict: TrialVerdict
    reason: str
    at: datetime


def read_looks(ports: MonitoringPorts, tried: Deployment) -> Sequence[TrialLook]:
    """The looks that were taken at the generation's trial, in order."""
    paths = sorted(blob.path for blob in ports.core.lake.list(_prefix(tried)))
    return [_read(read_json(ports, path)) for path in paths]


def keep_look(ports: MonitoringPorts, tried: Deployment, look: TrialLook) -> TrialLook:
    """Write the look down; returns the one that counts: whoever was first."""
    path = f"{_prefix(tried)}{look.number:02d}.json"
    ports.core.lake.put(path, json.dumps({**asdict(look), "at": look.at.isoformat()}, indent=1).encode())
    return _read(read_json(ports, path))


def _prefix(tried: Deployment) -> str:
    return f"{trial_folder(tried.scenario, tried.version)}looks-{tried.generation}/"


def _read(value: Mapping[str, Any]) -> TrialLook:
    return TrialLook(**{**value, "at": datetime.fromisoformat(value["at"])})
