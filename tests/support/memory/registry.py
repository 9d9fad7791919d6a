"""The registry in memory: the order of the real one's writes to the lake, with rows in memory."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from memory.outbox import add_notice
from memory.store import Memory
from shared.adapters.sql.training.registry import LocalRegistry, _notice, _numbers
from shared.core.errors import BadInput, Missing
from shared.core.ports import Lake
from shared.training.model import REFIT, Artefact, Model


@dataclass(frozen=True, slots=True)
class _Place:
    """The row of a run: reserved, then registered."""

    name: str
    version: int
    sha256: str
    run: str
    dataset: str
    created_at: datetime
    state: str = "reserved"
    metrics: Mapping[str, float] | None = None
    refit_sha256: str = ""

    @property
    def folder(self) -> str:
        """Where its files lie."""
        return f"models/{self.name}/{self.version}/"

    def model(self) -> Model:
        """What everybody sees of it."""
        return Model(
            self.name, self.version, self.sha256, self.run, self.dataset, dict(self.metrics or {}), self.folder,
            self.created_at, self.state, self.refit_sha256,
        )  # fmt: skip


class MemoryRegistry(LocalRegistry):
    """Port `Registry`: the order of the real one's writes, with rows in memory."""

    def __init__(self, memory: Memory, lake: Lake, clock: Callable[[], datetime]) -> None:
        super().__init__(None, lake, clock)  # type: ignore[arg-type]
        self._memory = memory
        self._places: dict[str, _Place] = memory.rows["model"]

    def list(self, name: str | None = None) -> Sequence[Model]:
        """All model versions, oldest first."""
        with self._memory.lock:
            shown = [one for one in self._places.values() if one.state != "reserved" and name in {None, one.name}]
        return [one.model() for one in sorted(shown, key=lambda one: (one.created_at, one.name, one.version))]

    def find(self, name: str, version: int) -> Model | None:
        """The version, or None when it is not visible."""
        return next((one for one in self.list(name) if one.version == version), None)

    def judge(self, model: Model, state: str) -> None:
        """Record the state of a version."""
        if state not in {"accepted", "refused", "undecided"}:
            raise BadInput(f"A model cannot become {state!r}; accepted: accepted, refused, undecided.")
        with self._memory.lock:
            for run, one in self._places.items():
                if (one.name, one.version) == (model.name, model.version) and one.state != "reserved":
                    self._places[run] = replace(one, state=state)
                    return
        raise Missing(f"Model {model.id} is not registered.")

    def _reserve(self, artefact: Artefact, sha256: str) -> Any:
        with self._memory.lock:
            place = self._places.get(artefact.run)
            if place is None:
                place = _Place(
                    artefact.scenario, self._next(artefact.scenario), sha256, artefact.run, artefact.dataset,
                    self._clock(),
                )  # fmt: skip
            elif place.state == "reserved" and place.sha256 != sha256:
                place = replace(place, version=self._next(place.name), sha256=sha256)
            self._places[artefact.run] = place
            return place

    def _next(self, name: str) -> int:
        return 1 + max((one.version for one in self._places.values() if one.name == name), default=0)

    def _move_on(self, row: Any) -> None:
        with self._memory.lock:
            standing = self._places[row.run]
            if (standing.version, standing.state) == (row.version, "reserved"):
                self._places[row.run] = replace(standing, version=self._next(row.name), sha256=row.sha256)

    def _show(self, row: Any, artefact: Artefact, manifest: Mapping[str, Any]) -> Model | None:
        refit = self._stored_digest(f"{row.folder}{REFIT}") if REFIT in artefact.files else ""
        metrics, now = _numbers(manifest.get("metrics")), self._clock()
        with self._memory.lock:
            standing = self._places[row.run]
            if (standing.version, standing.state) != (row.version, "reserved"):
                return None
            shown = replace(standing, state="registered", metrics=metrics, created_at=now, refit_sha256=refit)
            self._places[row.run] = shown
            add_notice(self._memory, _notice(shown.model(), artefact, now))
            return shown.model()
