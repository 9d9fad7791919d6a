"""What competes: anything fitted that has a name, answers rows, and can become one ONNX graph."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from model_training.estimators.estimator import Parameters
from model_training.export.graph import average, run
from shared.core.errors import Fault

# (what happens, share of the step that is done, facts: candidate, of, best, seconds_left)
Report = Callable[..., None]
ENSEMBLE = "ensemble"


class Candidate(Protocol):
    """A fitted model."""

    @property
    def name(self) -> str:
        """Its kind: equal names are fitted in the same way."""
        ...

    @property
    def seconds(self) -> float:
        """How long its fit took."""
        ...

    def predict(self, X: np.ndarray) -> np.ndarray:
        """X (rows, features) to answers (rows, columns), one column for each label of the contract."""
        ...

    def to_onnx(self) -> bytes:
        """The whole way from X to the answers as one graph; an error's sentence says why it cannot be one."""
        ...


@dataclass(frozen=True, slots=True)
class Plan:
    """How candidates are fitted: how much is spent, the seed, and who hears of it."""

    profile: str
    seed: int
    report: Report


@dataclass(frozen=True, slots=True)
class Recipe:
    """How a candidate is made: fitted under its name, or as the mean of `members` that are."""

    name: str
    members: tuple[str, ...] = ()
    parameters: Mapping[str, Parameters] = field(default_factory=dict)

    @property
    def fits(self) -> tuple[str, ...]:
        """What has to be fitted."""
        return self.members or (self.name,)


@dataclass(frozen=True, slots=True)
class Graph:
    """A candidate that has become its graph."""

    name: str
    onnx: bytes
    seconds: float = 0.0

    def predict(self, X: np.ndarray) -> np.ndarray:
        """X (rows, features) to float32 answers (rows, columns)."""
        return run(self.onnx, X)

    def to_onnx(self) -> bytes:
        """The graph."""
        return self.onnx


@dataclass(frozen=True, slots=True)
class Ensemble:
    """Soft voting: the mean of what its members answer."""

    members: Sequence[Candidate]
    name: str = ENSEMBLE

    @property
    def seconds(self) -> float:
        """Its members' fits together."""
        return sum(member.seconds for member in self.members)

    def predict(self, X: np.ndarray) -> np.ndarray:
        """X (rows, features) to the mean of the members' answers (rows, columns)."""
        return np.mean([member.predict(X) for member in self.members], axis=0)

    def to_onnx(self) -> bytes:
        """All members' graphs and their mean in one."""
        return average([member.to_onnx() for member in self.members])


def exported(candidate: Candidate) -> tuple[bytes, str]:
    """The candidate's graph; or nothing, and the sentence that says why it has none."""
    try:
        return candidate.to_onnx(), ""
    except Fault as fault:
        return b"", fault.reason
    except Exception as error:  # noqa: BLE001 - converters raise errors of every kind; each is a reason, none ends the run
        return b"", f"{candidate.name} cannot become ONNX: {type(error).__name__}: {error}"
