"""The model that answers now: loaded from bytes, checked, and kept warm together with the one before it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from threading import Lock
from typing import Any

from shared.domain.records import Deployment, Model
from shared.errors import Corrupt, Fault, Missing
from shared.ports import Ports
from shared.ports.scoring import LoadedModel
from shared.workflows.models import read_model

# How long a process may answer with a generation that has just been replaced.
POINTER_SECONDS = 1.0
KEEP = 2


@dataclass(frozen=True, slots=True)
class Serving:
    """A loaded model and the generation it answers for."""

    deployment: Deployment
    model: Model
    loaded: LoadedModel
    manifest: Mapping[str, Any]


class Servers:
    """One `Serving` per scenario; asks for the deployment pointer at most once a second."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._lock = Lock()
        self._current: dict[str, tuple[float, Serving]] = {}
        self._warm: dict[tuple[str, str], Serving] = {}

    def current(self, scenario: str) -> Serving:
        """What serves the scenario; Missing when nothing is deployed.

        When the current generation cannot be loaded, the newest earlier one that can goes on serving.
        """
        cached = self._current.get(scenario)
        if cached is not None and time.monotonic() - cached[0] < POINTER_SECONDS:
            return cached[1]
        with self._lock:
            serving = self._newest_that_loads(scenario, cached)
            self._current[scenario] = (time.monotonic(), serving)
            return serving

    def _newest_that_loads(self, scenario: str, cached: tuple[float, Serving] | None) -> Serving:
        current = self._ports.deployments.current(scenario)
        if current is None:
            raise Missing(f"No model is deployed for {scenario}.")
        if cached is not None and cached[1].deployment == current:
            return cached[1]
        return self._first_that_loads(scenario, current)

    def _first_that_loads(self, scenario: str, current: Deployment) -> Serving:
        broken: Fault | None = None
        for deployment in (current, *reversed(self._ports.deployments.list(scenario))):
            try:
                return self._load(deployment)
            except (Corrupt, Missing) as fault:
                broken = broken or fault
                self._ports.ledger.note("serving", f"{scenario}/{deployment.generation}", "failed", fault.reason)
        raise broken or Missing(f"No model is deployed for {scenario}.")

    def _load(self, deployment: Deployment) -> Serving:
        key = (deployment.scenario, deployment.sha256)
        warm = self._warm.pop(key, None) or load_deployed(self._ports, deployment)
        serving = Serving(deployment, warm.model, warm.loaded, warm.manifest)
        self._warm[key] = serving
        mine = [one for one in self._warm if one[0] == deployment.scenario]
        for old in mine[:-KEEP]:
            del self._warm[old]
        return serving


def load_deployed(ports: Ports, deployment: Deployment) -> Serving:
    """Load the deployment's model; Missing or Corrupt when it is not what was deployed."""
    model = ports.registry.find(deployment.model, deployment.version)
    if model is None or model.sha256 != deployment.sha256:
        raise Missing(f"{deployment.model}:{deployment.version} is not in the registry as it was deployed.")
    onnx, manifest = read_model(ports, model)
    return Serving(deployment, model, ports.scoring.load(onnx, manifest), manifest)
