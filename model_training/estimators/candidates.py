"""Candidates: fitted models that have a name, answer rows, and can become one ONNX graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np

from model_training.estimators.estimator import Parameters
from model_training.export.graph import average, run
from shared.core.errors import Fault

# Receives what happens, the share of the step that is done, and facts: candidate, of, best, seconds_left.
Report = Callable[..., None]
ENSEMBLE = "ensemble"


class Candidate(Protocol):
    """A fitted model."""

    @property
    def name(self) -> str:
        """The kind of the candidate: equal names are fitted in the same way."""
        ...

    @property
    def seconds(self) -> float:
        """How long its fit took."""
        ...

    def predict(self, X: np.ndarray) -> np.ndarray:
        """X (rows, features) to answers (rows, columns), one column for each label of the contract."""
        ...

    def to_onnx(self) -> bytes:
        """One graph from X to the answers; an error's sentence says why there is none."""
        ...


@dataclass(frozen=True, slots=True)
class FitPlan:
    """How candidates are fitted: the profile says how much is spent, `report` receives the progress."""

    profile: str
    seed: int
    report: Report

    def quiet(self) -> FitPlan:
        """The same plan without progress: fits inside a comparison are not reported."""
        return replace(self, report=_ignore)


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a candidate is made: fitted under its name, or as the mean of fitted `members`."""

    name: str
    members: tuple[str, ...] = ()
    parameters: Mapping[str, Parameters] = field(default_factory=dict)

    @property
    def fits(self) -> tuple[str, ...]:
        """The candidates to fit."""
        return self.members or (self.name,)

    def to_json(self) -> dict[str, Any]:
        """The recipe as steps hand it on."""
        parameters = {name: dict(values) for name, values in self.parameters.items()}
        return {"name": self.name, "members": list(self.members), "parameters": parameters}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> Recipe:
        """The recipe that `to_json` wrote."""
        return cls(stored["name"], tuple(stored["members"]), stored["parameters"])


@dataclass(frozen=True, slots=True)
class Graph:
    """A candidate as its ONNX graph."""

    name: str
    onnx: bytes
    seconds: float = 0.0

    def predict(self, X: np.ndarray) -> np.ndarray:
        """X (rows, features) to float32 answers (rows, columns)."""
        return run(self.onnx, X)

    def to_onnx(self) -> bytes:
        """The bytes of the graph."""
        return self.onnx


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Soft voting: the mean of the members' answers."""

    members: Sequence[Candidate]
    name: str = ENSEMBLE

    @property
    def seconds(self) -> float:
        """The sum of the members' fitting times."""
        return sum(member.seconds for member in self.members)

    def predict(self, X: np.ndarray) -> np.ndarray:
        """X (rows, features) to the mean of the members' answers (rows, columns)."""
        return np.mean([member.predict(X) for member in self.members], axis=0)

    def to_onnx(self) -> bytes:
        """One graph with all members' graphs and their mean."""
        return average([member.to_onnx() for member in self.members])


def exported(candidate: Candidate) -> tuple[bytes, str]:
    """The candidate's graph and an empty text; or no bytes and the sentence that says why there is no graph."""
    try:
        return candidate.to_onnx(), ""
    except Fault as fault:
        return b"", fault.reason
    except Exception as error:  # noqa: BLE001 - converters raise errors of every kind; each is a reason, none ends the run
        return b"", f"{candidate.name} cannot become ONNX: {type(error).__name__}: {error}"


def _ignore(*_text: object, **_facts: object) -> None:
    """Report nothing."""
