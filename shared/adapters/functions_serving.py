"""Serving by the function app itself: every instance reads the pointer and the rollout, so these are the traffic."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

from shared.core.errors import Corrupt
from shared.core.ports import Lake
from shared.release.traffic import Traffic
from shared.training.model import Model

# (scenario, environment) -> what the pointer and the rollout ask for.
Asked = Callable[[str, str], Traffic]


class FunctionsServing:
    """Port `ServingTarget`: nobody has to be told anything, but a version that could not be loaded is refused."""

    def __init__(self, lake: Lake, asked: Asked) -> None:
        self._lake = lake
        self._asked = asked

    def deploy(self, environment: str, model: Model) -> None:  # noqa: ARG002 -- one lake serves all environments
        """The bytes are there and are those that were registered; Missing or Corrupt otherwise."""
        with self._lake.open(f"{model.folder}model.onnx") as source:
            found = hashlib.sha256(source.read()).hexdigest()
        if found != model.sha256:
            raise Corrupt(f"{model.folder}model.onnx is not the file that was registered as {model.id}.")

    def route(self, scenario: str, environment: str, traffic: Traffic) -> None:
        """Instances follow the state by themselves, within a second: what is asked for is so already."""

    def state(self, scenario: str, environment: str) -> Traffic:
        """What instances do: the pointer's version, and beside it the rollout that goes on."""
        return self._asked(scenario, environment)

    def retire(self, scenario: str, environment: str, kept: frozenset[int]) -> None:
        """Instances keep the last few versions loaded and forget older ones by themselves."""
