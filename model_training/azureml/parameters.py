"""The search spaces of the candidates as plain values, recorded from the functions that Optuna calls."""

from __future__ import annotations

from dataclasses import dataclass, field

from model_training.search.spaces import SPACES


@dataclass(frozen=True, slots=True)
class Parameter:
    """A number from `low` to `high`, uniform or log-uniform; or one of `choices`."""

    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    log: bool = False
    choices: tuple[float, ...] = ()


def parameters_of(candidate: str) -> dict[str, Parameter]:
    """The candidate's parameters by name; KeyError for a candidate without any."""
    recorder = _Recorder()
    SPACES[candidate](recorder)
    return recorder.parameters


@dataclass(frozen=True, slots=True)
class _Recorder:
    """Takes the place of a trial: records each parameter and suggests its lower bound."""

    parameters: dict[str, Parameter] = field(default_factory=dict)

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        self.parameters[name] = Parameter(low, high, whole=True, log=log)
        return low

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        self.parameters[name] = Parameter(low, high, log=log)
        return low

    def suggest_categorical(self, name: str, choices: tuple[float, ...]) -> float:
        whole = all(isinstance(choice, int) for choice in choices)
        self.parameters[name] = Parameter(whole=whole, choices=tuple(choices))
        return choices[0]
