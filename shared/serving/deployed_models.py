"""The model that answers now: loaded from bytes, checked, and kept warm together with the one before it.

While a rollout goes on, its candidate answers a share of the requests, or all of them in the shadow of the champion.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal

from msgspec import Struct

from shared.core.errors import Corrupt, Fault, Missing, Permanent
from shared.serving.deployment import Deployment
from shared.serving.metrics import Meter
from shared.serving.ports import LoadedModel
from shared.serving.rollout import Rollout
from shared.training.model import Model
from shared.training.stored_models import read_model

if TYPE_CHECKING:
    import numpy as np

    from shared.serving.ports import ServingPorts

Rows = Sequence[Mapping[str, Any]]
# How long a process may answer with a generation that has just been replaced.
POINTER_SECONDS = 1.0
KEEP = 3
# Of a large request the shadow answers so many rows: it may cost its caller time, but not any amount.
SHADOW_ROWS = 100


class Serving(Struct, frozen=True):
    """A loaded model and the generation it answers for; a canary answers for the generation it is tried beside.

    A dataclass takes five times as long to make, and every request makes one.
    """

    deployment: Deployment
    model: Model
    loaded: LoadedModel
    manifest: Mapping[str, Any]
    role: Literal["champion", "canary"] = "champion"


@dataclass(frozen=True, slots=True)
class _View:
    """What answers for a scenario, as it was read at `at`."""

    at: float
    champion: Serving
    rollout: Rollout | None
    candidate: Serving | None


class Servers:
    """What serves each scenario in one environment; asks for the deployment pointer at most once a second."""

    def __init__(
        self, ports: ServingPorts, environment: str | None = None, pointer_seconds: float = POINTER_SECONDS
    ) -> None:
        """Without an environment: the last one of each scenario."""
        self._ports = ports
        self._environment = environment
        self._pointer_seconds = pointer_seconds
        self._lock = Lock()
        self._views: dict[str, _View] = {}
        self._warm: dict[tuple[str, str], Serving] = {}
        self._meter = Meter(ports)

    def current(self, scenario: str) -> Serving:
        """What serves the scenario; Missing when nothing is deployed.

        When the current generation cannot be loaded, the newest earlier one that can goes on serving.
        """
        return self._view(scenario).champion

    def choose(self, scenario: str, key: str = "") -> Serving:
        """The champion, or a canary for its share of the keys; the same key gets the same one while a step lasts.

        A key that a small share has stays with the canary when the share grows. Without a key: the champion.
        """
        view = self._view(scenario)
        rollout, canary = view.rollout, view.candidate
        if key and rollout and canary and rollout.state == "canary" and place(rollout.sha256, key) < rollout.share:
            return canary
        return view.champion

    def observe(
        self, serving: Serving, rows: Rows, answers: np.ndarray | None, seconds: float, error: str = ""
    ) -> None:
        """Count what a chosen model did with a request: answers (rows, labels), or `error` when it could not.

        A request that was refused for its content says nothing about the model and is not observed. While a shadow is
        tried, what the champion answered is answered by the shadow as well, and counted for it.
        """
        if error or answers is None:
            self._meter.failed(serving.deployment, serving.role)
            return
        self._meter.answered(serving.deployment, serving.role, serving.loaded.task, answers, seconds)
        view = self._views.get(serving.deployment.scenario)
        if view and view.rollout and view.rollout.state == "shadow" and view.candidate and serving.role == "champion":
            self._shadow(view.candidate, rows[:SHADOW_ROWS])

    def answered[T](self, scenario: str, key: str, act: Callable[[Serving], T]) -> tuple[Serving, T]:
        """Choose, act and observe; when a canary fails, the champion answers, and the failure is the canary's."""
        serving = self.choose(scenario, key)
        try:
            return serving, self._watched(serving, act)
        except Permanent:
            raise
        except Exception:
            if serving.role == "champion":
                raise
        champion = self.current(scenario)
        return champion, self._watched(champion, act)

    def flush(self) -> None:
        """Store what was counted."""
        self._meter.flush()

    def _watched[T](self, serving: Serving, act: Callable[[Serving], T]) -> T:
        seen = _Recorded(serving.loaded)
        started = time.perf_counter()
        try:
            value = act(Serving(serving.deployment, serving.model, seen, serving.manifest, serving.role))
        except Permanent:
            # What the caller sent, not what the model did with it.
            raise
        except Exception as fault:
            self.observe(serving, (), None, time.perf_counter() - started, type(fault).__name__)
            raise
        if seen.answers is not None:
            self.observe(serving, seen.asked, seen.answers, time.perf_counter() - started)
        return value

    def _shadow(self, candidate: Serving, rows: Rows) -> None:
        fields = self._ports.core.scenarios[candidate.deployment.scenario].request_fields
        started = time.perf_counter()
        try:
            answers = candidate.loaded.rows(rows, allowed=fields)
        except Exception:  # noqa: BLE001 -- whatever a shadow does, its caller has an answer already
            self._meter.failed(candidate.deployment, "shadow")
            return
        seconds = time.perf_counter() - started
        self._meter.answered(candidate.deployment, "shadow", candidate.loaded.task, answers, seconds)

    def _view(self, scenario: str) -> _View:
        cached = self._views.get(scenario)
        if cached is not None and time.monotonic() - cached.at < self._pointer_seconds:
            return cached
        with self._lock:
            champion = self._newest_that_loads(scenario, cached.champion if cached else None)
            rollout = self._going_on(champion.deployment)
            candidate = self._candidate(champion.deployment, rollout) if rollout else None
            view = _View(time.monotonic(), champion, rollout, candidate)
            self._views[scenario] = view
            return view

    def _going_on(self, champion: Deployment) -> Rollout | None:
        rollout = self._ports.serving.rollouts.current(champion.scenario, champion.environment)
        return rollout if rollout and rollout.going_on and rollout.base == champion.generation else None

    def _candidate(self, champion: Deployment, rollout: Rollout) -> Serving | None:
        deployment = replace(
            champion,
            version=rollout.version,
            sha256=rollout.sha256,
            at=rollout.at,
            by=rollout.by,
            reason=f"{rollout.state} beside generation {champion.generation}",
        )
        try:
            found = self._load(deployment)
            return Serving(found.deployment, found.model, found.loaded, found.manifest, "canary")
        except (Corrupt, Missing) as fault:
            self._ports.core.ledger.note("serving", f"{rollout.model}/{rollout.environment}", "failed", fault.reason)
            self._meter.failed(deployment, "canary" if rollout.state == "canary" else "shadow")
            return None

    def _newest_that_loads(self, scenario: str, cached: Serving | None) -> Serving:
        current = self._ports.serving.deployments.current(scenario, self._environment)
        if current is None:
            raise Missing(f"No model is deployed for {scenario}.")
        if cached is not None and cached.deployment == current:
            return cached
        return self._first_that_loads(scenario, current)

    def _first_that_loads(self, scenario: str, current: Deployment) -> Serving:
        broken: Fault | None = None
        earlier = self._ports.serving.deployments.list(scenario, current.environment)
        for deployment in (current, *reversed(earlier)):
            try:
                return self._load(deployment)
            except (Corrupt, Missing) as fault:
                broken = broken or fault
                self._ports.core.ledger.note("serving", f"{scenario}/{deployment.generation}", "failed", fault.reason)
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


class _Recorded:
    """A model that remembers the rows of a request and what it answered."""

    __slots__ = ("_loaded", "answers", "asked", "contract", "task", "thresholds")

    def __init__(self, loaded: LoadedModel) -> None:
        self._loaded = loaded
        self.contract = loaded.contract
        self.task = loaded.task
        self.thresholds = loaded.thresholds
        self.asked: Rows = ()
        self.answers: np.ndarray | None = None

    def matrix(self, values: np.ndarray) -> np.ndarray:
        """Like the model's."""
        self.answers = self._loaded.matrix(values)
        return self.answers

    def encode(self, table: Any) -> np.ndarray:
        """Like the model's."""
        return self._loaded.encode(table)

    def rows(self, rows: Rows, allowed: Collection[str] = (), first: int = 1) -> np.ndarray:
        """Like the model's."""
        self.asked, self.answers = rows, self._loaded.rows(rows, allowed, first)
        return self.answers


def place(sha256: str, key: str) -> float:
    """Where a key lies between 0 and 100, always the same for one candidate and evenly over many keys."""
    digest = hashlib.sha256(f"{sha256}\0{key}".encode(errors="surrogatepass")).digest()
    return int.from_bytes(digest[:4]) / (1 << 32) * 100


def load_deployed(ports: ServingPorts, deployment: Deployment) -> Serving:
    """Load the deployment's model; Missing or Corrupt when it is not what was deployed."""
    model = ports.training.registry.find(deployment.model, deployment.version)
    if model is None or model.sha256 != deployment.sha256:
        raise Missing(f"{deployment.model_id} is not in the registry as it was deployed.")
    onnx, manifest = read_model(ports, model)
    return Serving(deployment, model, ports.serving.scoring.load(onnx, manifest), manifest)
