"""The search spaces of the candidates as plain values, read off the functions that Optuna calls."""

from __future__ import annotations

from dataclasses import dataclass, field

from model_training.search.spaces import SPACES


@dataclass(frozen=True, slots=True)
class Parameter:
    """Numbers from `low` to `high`, evenly or by order of magnitude; or one of `choices`."""

    low: float = 0.0
    high: float = 0.0
    whole: bool = False
    log: bool = False
    choices: tuple[float, ...] = ()


def parameters_of(candidate: str) -> dict[str, Parameter]:
    """The candidate's parameters by name; KeyError for a candidate without any."""
    recorder = _Recorder()
    SPACES[candidate](recorder)
    return recorder.seen


@dataclass(frozen=True, slots=True)
class _Recorder:
    """Looks like a trial, and answers with the lower bound."""

    seen: dict[str, Parameter] = field(default_factory=dict)

    def suggest_int(self, name: str, low: int, high: int, *, log: bool = False) -> int:
        self.seen[name] = Parameter(low, high, whole=True, log=log)
        return low

    def suggest_float(self, name: str, low: float, high: float, *, log: bool = False) -> float:
        self.seen[name] = Parameter(low, high, log=log)
        return low

    def suggest_categorical(self, name: str, choices: tuple[float, ...]) -> float:
        whole = all(isinstance(choice, int) for choice in choices)
        self.seen[name] = Parameter(whole=whole, choices=tuple(choices))
        return choices[0]
