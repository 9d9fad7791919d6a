"""A candidate's search space as Azure ML's distributions, and how the service samples it."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Any

from model_training.azureml.parameters import Parameter, parameters_of
from shared.core.errors import BadInput
from shared.core.wording import counted
from shared.training.options.run_options import RunOptions

# Bayesian sampling has no logarithmic distributions, which these spaces need, and no early termination, which a
# network needs.
SAMPLINGS = ("random", "sobol")


@dataclass(frozen=True, slots=True)
class Sweep:
    """The budget of one candidate's sweep; a trial below the median of the others is ended early.

    `concurrent` trials run at a time; the service counts whole minutes; the first `grace` reports are not compared.
    """

    trials: int = 24
    concurrent: int = 5
    minutes: int = 120
    trial_minutes: int = 30
    grace: int = 2
    sampling: str = "random"

    def __post_init__(self) -> None:
        if self.sampling not in SAMPLINGS:
            raise BadInput(f"Sampling {self.sampling!r} is not known; accepted: {', '.join(SAMPLINGS)}.")
        if not 1 <= self.concurrent <= self.trials:
            raise BadInput(
                f"{counted(self.concurrent, 'trial')} at a time of {self.trials}; accepted: from 1 up to all of them."
            )

    def within(self, options: RunOptions) -> Sweep:
        """The same sweep with the limits of the options."""
        trials = options.trials or self.trials
        minutes = self.minutes if options.minutes is None else math.ceil(options.minutes)
        concurrent = min(options.concurrency or self.concurrent, trials)
        return replace(
            self, trials=trials, concurrent=concurrent, minutes=minutes, trial_minutes=min(self.trial_minutes, minutes)
        )


def search_space(candidate: str) -> dict[str, Any]:
    """A distribution for each parameter of the candidate."""
    return {name: _distribution(parameter) for name, parameter in parameters_of(candidate).items()}


def algorithm(sweep: Sweep, seed: int) -> Any:
    """The sampling algorithm; equal seeds give equal trials."""
    from azure.ai.ml.sweep import RandomSamplingAlgorithm

    # The service takes seeds of 31 bits.
    return RandomSamplingAlgorithm(rule=sweep.sampling, seed=seed & 0x7FFFFFFF)


def _distribution(parameter: Parameter) -> Any:
    from azure.ai.ml import sweep

    if parameter.choices:
        return sweep.Choice(values=list(parameter.choices))
    low, high = parameter.low, parameter.high
    if not parameter.log:
        return sweep.QUniform(min_value=low, max_value=high, q=1) if parameter.whole else sweep.Uniform(low, high)
    # Bounds of logarithmic distributions are exponents of e.
    bounds = {"min_value": round(math.log(low), 6), "max_value": round(math.log(high), 6)}
    return sweep.QLogUniform(**bounds, q=1) if parameter.whole else sweep.LogUniform(**bounds)
