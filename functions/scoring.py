"""Scoring for all routes: the router chooses the model, the request is counted, and a sample of them is logged."""

from __future__ import annotations

from contextlib import suppress
from functools import cached_property
from time import perf_counter
from typing import TYPE_CHECKING, Any

import msgspec

from shared.core.errors import Fault, Missing, Permanent
from shared.core.scenario import find_scenario
from shared.datasets.accepted_contracts import known_scenario, renew_scenario
from shared.serving.answers import answer
from shared.serving.inference import JSON_LENGTH
from shared.serving.model_router import ModelRouter
from shared.serving.request_ids import HEADER, request_id
from shared.serving.strange_values import NOTHING, strange_headers

if TYPE_CHECKING:
    from collections.abc import Callable

    from functions.openapi.scoring import Described
    from shared.core.scenario import Live, Scenario
    from shared.ports import Ports
    from shared.serving.deployed_model import DeployedModel
    from shared.serving.reading import Reading
    from shared.serving.scored_request import ScoredRequest
    from shared.serving.stateful_scoring import StatefulScorer


class Scorer:
    """Answers scoring requests with the deployed models; one per process."""

    def __init__(self, ports: Ports) -> None:
        self._ports = ports
        self._router = ModelRouter(ports)
        # Asked for with each request.
        self._scenarios = ports.core.scenarios
        self._record = ports.core.observer.request
        self._should_sample = ports.serving.log.should_sample

    def score(self, name: str, body: bytes, key: str, sent: str = "") -> tuple[bytes, dict[str, str]]:
        """The answer in the form of the request, and the headers that name model and request (`sent`: its own id)."""
        scenario = self.scenario(name)
        if scenario.live is not None:
            readings = self._readings(scenario, scenario.live, body)
            if readings:
                return self._respond(
                    scenario,
                    key or readings[0].entity,
                    lambda model: self._stateful.answer(scenario, model, readings),
                    sent,
                    size=len(body),
                )
        return self._respond(scenario, key, lambda model: answer(scenario, model, body), sent, size=len(body))

    def infer(
        self, name: str, body: bytes, key: str, sent: str = "", json_length: str = ""
    ) -> tuple[bytes, dict[str, str]]:
        """The answer of the Open Inference Protocol; `json_length`: how much of the body is JSON, empty for all."""
        from shared.serving.inference.open_inference import infer

        scenario = self.scenario(name)
        return self._respond(
            scenario, key, lambda model: infer(scenario, model, body, json_length), sent, size=len(body)
        )

    def scenario(self, name: str) -> Scenario:
        """The scenario; Missing lists the known ones."""
        return find_scenario(self._scenarios, name)

    def at_hand(self, name: str) -> tuple[DeployedModel | None, float]:
        """The model that answers alone, and until when (monotonic) nothing has to be read before it does; else None."""
        scenario, until = known_scenario(self._scenarios, name)
        if scenario is None or scenario.live is not None:
            return None, 0.0
        model, also = self._router.at_hand(name)
        return model, min(until, also)

    def known_until(self, name: str) -> float:
        """Until when (monotonic) the scenario is known without a look into the lake."""
        return known_scenario(self._scenarios, name)[1]

    def renew(self, name: str) -> None:
        """Read again what `at_hand` tells, before it is too old."""
        renew_scenario(self._scenarios, name)
        self._router.renew(name)

    def has_counts_due(self) -> bool:
        """Whether what was counted waits for more than a second to be stored."""
        return self._router.has_counts_due()

    def store_counts(self) -> bool:
        """Store what was counted of requests, unless somebody does; whether it was stored."""
        return self._router.store_counts()

    def champion(self, name: str) -> DeployedModel:
        """The model that serves the scenario now; Missing when nothing is deployed."""
        return self._router.current(self.scenario(name).name)

    def check(self) -> None:
        """Raises a fault when this process cannot answer: no state, no deployed model, or timers that do not fire."""
        from shared.monitoring.timer_watch import check_own_timers

        for name in self._ports.core.scenarios:
            if self._ports.release.deployments.current(name) is not None:
                self._check_model(name)
        check_own_timers(self._ports)

    def _check_model(self, name: str) -> None:
        # One scenario's damaged model must not take the others out of service: it is told where it is asked for.
        with suppress(Permanent):
            self._router.current(name)

    def described(self) -> list[Described]:
        """Every scenario by name: with the inputs of its deployed model, or as declared while none is deployed."""
        return [self._described(scenario) for _, scenario in sorted(self._ports.core.scenarios.items())]

    def _described(self, scenario: Scenario) -> Described:
        from functions.openapi.scoring import Described

        try:
            champion = self._router.current(scenario.name)
        except Missing:
            return Described(scenario, [(name, _kind(scenario, name)) for name in scenario.features])
        inputs = [(feature.name, feature.kind) for feature in champion.loaded.contract.features]
        rows = champion.manifest.get("golden", {}).get("rows") or [None]
        return Described(scenario, inputs, rows[0])

    def _respond(
        self, scenario: Scenario, key: str, score: Callable[[DeployedModel], ScoredRequest], sent: str, *, size: int
    ) -> tuple[bytes, dict[str, str]]:
        """Let `score` answer with the model that the router chooses; count the request, and log a sample."""
        started, record = perf_counter(), self._record
        try:
            deployed, scored = self._router.answer(scenario.name, key, score)
        except Fault as fault:
            record(scenario.name, "", "refused" if fault.permanent else "failed", perf_counter() - started, 0)
            raise
        headers = {**deployed.headers, HEADER: request_id(sent)}
        rows = 0
        if scored.answers is not None:
            rows = len(scored.answers)
            if self._should_sample():
                self._log(scenario, deployed, scored, key=key, request=headers[HEADER], size=size)
        record(scenario.name, headers["x-model"], "answered", perf_counter() - started, rows)
        if scored.strange is not NOTHING:
            headers |= strange_headers(scored.strange)
        if isinstance(scored.response, tuple):
            content, length = scored.response
            return content, {**headers, JSON_LENGTH: str(length)}
        return msgspec.json.encode(scored.response), headers

    def _readings(self, scenario: Scenario, live: Live, body: bytes) -> list[Reading] | None:
        from shared.serving.stateful_scoring import readings_of

        return readings_of(scenario, live, body)

    @cached_property
    def _stateful(self) -> StatefulScorer:
        from shared.serving.stateful_scoring import StatefulScorer

        return StatefulScorer(self._ports)

    def _log(self, scenario: Scenario, deployed: DeployedModel, scored: ScoredRequest, **facts: Any) -> None:
        from shared.serving.prediction_log import logged_request

        assert scored.answers is not None  # noqa: S101 - who asks has looked
        at = self._ports.core.clock()
        logged = logged_request(scenario, deployed, scored.rows, scored.answers, at=at, **facts)
        self._ports.serving.log.add(logged)


def _kind(scenario: Scenario, name: str) -> str:
    return "number" if name in scenario.numeric else "text" if name == scenario.text else "category"
