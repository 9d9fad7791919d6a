"""Serving by the function app itself: every instance reads the pointer and the rollout, which define the traffic."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from shared.core.errors import Corrupt
from shared.core.ports import Lake
from shared.release.traffic import Traffic
from shared.training.model import Model

# (scenario, environment) -> the traffic that the pointer and the rollout define.
ReadTraffic = Callable[[str, str], Traffic]


class FunctionsServing:
    """Port `ServingTarget`: instances need no notice; a version whose file is missing or damaged is refused."""

    def __init__(self, lake: Lake, traffic: ReadTraffic) -> None:
        self._lake = lake
        self._traffic = traffic

    def deploy(self, environment: str, model: Model) -> None:  # noqa: ARG002 -- one lake serves all environments
        """Check that the lake has the bytes that were registered; Missing or Corrupt otherwise."""
        with self._lake.open(model.onnx_path) as source:
            found = hashlib.sha256(source.read()).hexdigest()
        if found != model.sha256:
            raise Corrupt(f"{model.onnx_path} is not the file that was registered as {model.id}.")

    def route(self, scenario: str, environment: str, traffic: Traffic) -> None:
        """Do nothing: instances follow the state by themselves within a second."""

    def state(self, scenario: str, environment: str) -> Traffic:
        """Return the traffic of the instances: the pointer's version and a rollout in progress."""
        return self._traffic(scenario, environment)

    def retire(self, scenario: str, environment: str, kept: frozenset[int]) -> None:
        """Do nothing: instances keep the last few versions loaded and drop older ones by themselves."""
