"""Which model answers a request: the champion, a canary for its share of the requests, and a shadow beside.

Models are kept warm together with the ones before them.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING

from shared.core.errors import Corrupt, Fault, Missing, Permanent, Transient
from shared.core.ledger import Kind, State
from shared.serving.deployed_model import DeployedModel, load_deployed
from shared.serving.deployment import Deployment
from shared.serving.generation_line import line_of
from shared.serving.metrics import ServingMetrics
from shared.serving.rollout import Rollout
from shared.serving.scored_request import Rows, ScoredRequest

if TYPE_CHECKING:
    import numpy as np

    from shared.serving.ports import ServingPorts

# How long a process may answer with a generation that has just been replaced.
POINTER_SECONDS = 1.0
# In the last part of this time nothing is at hand: it could be over before the answer.
_AT_HAND = 0.95
WARM_MODELS = 3
# A shadow scores at most this many rows of a request, so that the caller waits a bounded time for it.
SHADOW_ROWS = 100


@dataclass(frozen=True, slots=True)
class _View:
    """What answers for a scenario, as it was read at `at`."""

    at: float
    champion: DeployedModel
    rollout: Rollout | None
    candidate: DeployedModel | None


class ModelRouter:
    """Routes requests to the models of one environment; reads the deployment pointer at most once a second."""

    def __init__(
        self, ports: ServingPorts, environment: str | None = None, pointer_seconds: float = POINTER_SECONDS
    ) -> None:
        """Without an environment: the last one of each scenario."""
        self._ports = ports
        self._environment = environment
        self._pointer_seconds = pointer_seconds
        self._lock = Lock()
        self._views: dict[str, _View] = {}
        self._warm: dict[tuple[str, int, str], DeployedModel] = {}
        self._metrics = ServingMetrics(ports)

    def current(self, scenario: str) -> DeployedModel:
        """The champion of the scenario; Missing when nothing is deployed.

        When the current generation cannot be loaded, the newest earlier one that can goes on serving.
        """
        return self._view(scenario).champion

    def choose(self, scenario: str, key: str = "") -> DeployedModel:
        """The champion, or a canary for its share of the keys; a key gets the same model throughout a step.

        A key that has the canary keeps it when the share grows. Without a key: the champion.
        """
        view = self._view(scenario)
        rollout, canary = view.rollout, view.candidate
        if key and rollout and canary and rollout.state == "canary":
            return canary if hash_percent(rollout.sha256, key) < rollout.share else view.champion
        return view.champion

    def answer(
        self, scenario: str, key: str, score: Callable[[DeployedModel], ScoredRequest]
    ) -> tuple[DeployedModel, ScoredRequest]:
        """Choose a model, let `score` answer with it, and count the result.

        When a canary fails, the champion answers, and the failure counts for the canary.
        """
        deployed = self.choose(scenario, key)
        try:
            return deployed, self._score(deployed, score)
        except Permanent:
            raise
        except Exception:
            if deployed.role == "champion":
                raise
        champion = self.current(scenario)
        return champion, self._score(champion, score)

    def observe(self, deployed: DeployedModel, rows: Rows, answers: np.ndarray, seconds: float) -> None:
        """Count a request that the model answered; while a shadow is tried, it answers the champion's rows as well."""
        self._metrics.record_answer(deployed.deployment, deployed.role, deployed.loaded.task, answers, seconds)
        view = self._views.get(deployed.deployment.scenario)
        # Of most scenarios no model is tried.
        if view is None or view.rollout is None:
            return
        if view.rollout.state == "shadow" and view.candidate and deployed.role == "champion":
            self._score_in_shadow(view.candidate, rows[:SHADOW_ROWS])

    def observe_failure(self, deployed: DeployedModel) -> None:
        """Count a request that the model could not answer."""
        self._metrics.record_failure(deployed.deployment, deployed.role)

    def at_hand(self, scenario: str) -> tuple[DeployedModel | None, float]:
        """The champion, and until when (monotonic) the pointer is not read again; None while another model is tried."""
        view = self._views.get(scenario)
        if view is None or view.rollout is not None:
            return None, 0.0
        return view.champion, view.at + _AT_HAND * self._pointer_seconds

    def renew(self, scenario: str) -> None:
        """Read the pointer now."""
        self._renewed(scenario, self._views.get(scenario))

    def has_counts_due(self) -> bool:
        """Whether what was counted waits for more than a second to be stored."""
        return self._metrics.is_due()

    def store_counts(self) -> bool:
        """Store what was counted, unless somebody does, and tell whether it was: a slow database keeps one thread."""
        return self._metrics.store()

    def flush(self) -> None:
        """Store what was counted."""
        self._metrics.flush()

    def _score(self, deployed: DeployedModel, score: Callable[[DeployedModel], ScoredRequest]) -> ScoredRequest:
        started = time.perf_counter()
        try:
            scored = score(deployed)
        except Permanent:
            # The request was refused for its content: that says nothing about the model.
            raise
        except Exception:
            self.observe_failure(deployed)
            raise
        if scored.answers is not None:
            self.observe(deployed, scored.rows, scored.answers, time.perf_counter() - started)
        return scored

    def _score_in_shadow(self, candidate: DeployedModel, rows: Rows) -> None:
        fields = self._ports.core.scenarios[candidate.deployment.scenario].accepted_fields
        started = time.perf_counter()
        try:
            answers = candidate.loaded.score_rows(rows, allowed=fields)
        except Exception:  # noqa: BLE001 -- whatever a shadow does, the caller already has an answer
            self._metrics.record_failure(candidate.deployment, "shadow")
            return
        seconds = time.perf_counter() - started
        self._metrics.record_answer(candidate.deployment, "shadow", candidate.loaded.task, answers, seconds)

    def _view(self, scenario: str) -> _View:
        cached = self._views.get(scenario)
        if cached is not None and time.monotonic() - cached.at < self._pointer_seconds:
            return cached
        return self._renewed(scenario, cached)

    def _renewed(self, scenario: str, cached: _View | None) -> _View:
        with self._lock:
            try:
                view = self._read_view(scenario, cached.champion if cached else None)
            except Transient:
                if cached is None:
                    raise
                # State or storage are away: what is loaded was checked, and it goes on until they are back.
                view = replace(cached, at=time.monotonic())
            self._views[scenario] = view
            return view

    def _read_view(self, scenario: str, cached: DeployedModel | None) -> _View:
        champion = self._champion(scenario, cached)
        rollout = self._active_rollout(champion.deployment)
        candidate = self._candidate(champion.deployment, rollout) if rollout else None
        return _View(time.monotonic(), champion, rollout, candidate)

    def _champion(self, scenario: str, cached: DeployedModel | None) -> DeployedModel:
        current = self._ports.serving.deployments.current(scenario, self._environment)
        if current is None:
            raise Missing(f"No model is deployed for {scenario}.")
        if cached is not None and cached.deployment == current:
            return cached
        return self._newest_that_loads(scenario, current)

    def _newest_that_loads(self, scenario: str, current: Deployment) -> DeployedModel:
        first_fault: Fault | None = None
        for deployment in self._newest_first(scenario, current):
            try:
                return self._load(deployment)
            except (Corrupt, Missing) as fault:
                first_fault = first_fault or fault
                self._ports.core.ledger.note(
                    Kind.SERVING, f"{scenario}/{deployment.generation}", State.FAILED, fault.reason
                )
        if isinstance(first_fault, Missing):
            # What is deployed was stored: the storage is away, or was emptied. The caller did nothing wrong.
            raise Transient(f"No deployed model of {scenario} can be read: {first_fault.reason}")
        raise first_fault or Missing(f"No model is deployed for {scenario}.")

    def _newest_first(self, scenario: str, current: Deployment) -> Iterator[Deployment]:
        yield current
        # Asked for only when the current one does not load. What a rollback took out answers nobody.
        yield from line_of(self._ports.serving.deployments.list(scenario, current.environment))

    def _active_rollout(self, champion: Deployment) -> Rollout | None:
        rollout = self._ports.serving.rollouts.current(champion.scenario, champion.environment)
        return rollout if rollout and rollout.is_active and rollout.base == champion.generation else None

    def _candidate(self, champion: Deployment, rollout: Rollout) -> DeployedModel | None:
        deployment = replace(
            champion,
            version=rollout.version,
            sha256=rollout.sha256,
            at=rollout.at,
            by=rollout.by,
            reason=f"{rollout.state} beside generation {champion.generation}",
        )
        try:
            warm = self._load(deployment)
            return DeployedModel(warm.deployment, warm.model, warm.loaded, warm.manifest, "canary")
        except (Corrupt, Missing) as fault:
            self._ports.core.ledger.note(
                Kind.SERVING, f"{rollout.model}/{rollout.environment}", State.FAILED, fault.reason
            )
            self._metrics.record_failure(deployment, "canary" if rollout.state == "canary" else "shadow")
            return None

    def _load(self, deployment: Deployment) -> DeployedModel:
        key = (deployment.scenario, deployment.version, deployment.sha256)
        warm = self._warm.pop(key, None) or load_deployed(self._ports, deployment)
        deployed = DeployedModel(deployment, warm.model, warm.loaded, warm.manifest)
        self._warm[key] = deployed
        of_scenario = [key for key in self._warm if key[0] == deployment.scenario]
        for oldest in of_scenario[:-WARM_MODELS]:
            del self._warm[oldest]
        return deployed


def hash_percent(sha256: str, key: str) -> float:
    """The place of a key between 0 and 100: the same for one candidate every time, and even over many keys."""
    digest = hashlib.sha256(f"{sha256}\0{key}".encode(errors="surrogatepass")).digest()
    return int.from_bytes(digest[:4]) / (1 << 32) * 100
