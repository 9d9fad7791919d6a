"""What all scoring routes share: which model answers, and what is remembered of its answer."""

from __future__ import annotations

from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Any

import msgspec

from shared.core.errors import Fault, Missing
from shared.core.scenario import find_scenario
from shared.serving.answers import answer
from shared.serving.deployed_models import Servers

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np

    from functions.openapi_scoring import Described
    from shared.core.scenario import Live, Scenario
    from shared.ports import Ports
    from shared.serving.answers import Rows, Watch
    from shared.serving.deployed_models import Serving
    from shared.serving.stateful_scoring import LiveAnswers


class Scorer:
    """Answers scoring requests with what is deployed; one per process."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._servers = Servers(ports)

    def score(self, name: str, body: bytes, key: str) -> tuple[bytes, dict[str, str]]:
        """The answer in the shape of the request, and the headers that say which model gave it."""
        scenario = self.scenario(name)
        return self._of_readings(scenario, scenario.live, body, key) or self._answered(scenario, key, answer, body)

    def infer(self, name: str, body: bytes, key: str) -> tuple[bytes, dict[str, str]]:
        """The answer of the Open Inference Protocol."""
        from shared.serving.open_inference import infer

        return self._answered(self.scenario(name), key, infer, body)

    def scenario(self, name: str) -> Scenario:
        """The scenario; Missing names those there are."""
        return find_scenario(self._ports.core.scenarios, name)

    def serving(self, name: str) -> Serving:
        """What serves the scenario now; Missing when nothing is deployed."""
        return self._servers.current(self.scenario(name).name)

    def check(self) -> None:
        """Raises what keeps this process from answering: the state cannot be read."""
        for name in self._ports.core.scenarios:
            self._ports.release.deployments.current(name)

    def described(self) -> list[Described]:
        """Every scenario by name: as its deployed model takes it, or as it is declared while none is deployed."""
        return [self._described(scenario) for _, scenario in sorted(self._ports.core.scenarios.items())]

    def _described(self, scenario: Scenario) -> Described:
        from functions.openapi_scoring import Described

        try:
            serving = self._servers.current(scenario.name)
        except Missing:
            return Described(scenario, [(name, _kind(scenario, name)) for name in scenario.features])
        inputs = [(feature.name, feature.kind) for feature in serving.loaded.contract.features]
        rows = serving.manifest.get("golden", {}).get("rows") or [None]
        return Described(scenario, inputs, rows[0])

    def _answered[T](
        self, scenario: Scenario, key: str, how: Callable[[Scenario, Serving, T, Watch], Any], asked: T
    ) -> tuple[bytes, dict[str, str]]:
        """What `how` makes of the request with the model that is chosen; counted, and kept when it is in the sample."""
        started, count = perf_counter(), self._ports.core.observer.request
        counted = 0

        def act(serving: Serving) -> Any:
            def watch(rows: Rows, answers: np.ndarray) -> None:
                nonlocal counted
                counted += len(answers)
                if self._ports.serving.log.wanted():
                    self._keep(scenario, serving, rows, answers, key)

            return how(scenario, serving, asked, watch)

        try:
            serving, value = self._servers.answered(scenario.name, key, act)
        except Fault as fault:
            count(scenario.name, "", "refused" if fault.permanent else "failed", perf_counter() - started, 0)
            raise
        model = serving.model.id
        count(scenario.name, model, "answered", perf_counter() - started, counted)
        return msgspec.json.encode(value), {"x-model": model, "x-generation": str(serving.deployment.generation)}

    def _of_readings(
        self, scenario: Scenario, live: Live | None, body: bytes, key: str
    ) -> tuple[bytes, dict[str, str]] | None:
        """The answer to raw readings; None when it is another kind of request."""
        if live is None:
            return None
        from shared.serving.stateful_scoring import readings_of

        readings = readings_of(scenario, live, body)
        return self._answered(scenario, key or readings[0].entity, self._live.answer, readings) if readings else None

    @cached_property
    def _live(self) -> LiveAnswers:
        from shared.serving.stateful_scoring import LiveAnswers

        return LiveAnswers(self._ports)

    def _keep(self, scenario: Scenario, serving: Serving, rows: Rows, answers: np.ndarray, key: str) -> None:
        from shared.serving.prediction_log import served_rows

        at = self._ports.core.clock()
        self._ports.serving.log.add(served_rows(scenario, serving, rows, answers, at=at, key=key))


def _kind(scenario: Scenario, name: str) -> str:
    return "number" if name in scenario.numeric else "text" if name == scenario.text else "category"
