"""One trial of a sweep: a candidate with given parameters, its score told to MLflow as Azure ML's sweeps expect.

`python -m model_training.azureml.trial --prepare FOLDER --candidate NAME --<parameter> NUMBER … --out FOLDER`
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from model_training.azureml.parameters import Parameter, parameters_of
from model_training.estimators.candidates import Plan
from model_training.estimators.estimator import Parameters
from model_training.runtime.json_files import read_json, write_json
from model_training.search.search import Trial
from model_training.search.spaces import SPACES
from model_training.steps import prepare, tune
from model_training.steps.context import Order
from shared.core.errors import BadInput, Fault, Missing
from shared.core.scenario import Scenario

NAME = "trial"
FILE = "trial.json"
# Hears a metric's name, its value and the step it was reached at.
Tell = Callable[[str, float, int], None]


@dataclass(frozen=True, slots=True)
class Tried:
    """A candidate's trial."""

    candidate: str
    trial: Trial


def main(
    arguments: Sequence[str] | None = None,
    tell: Tell | None = None,
    scenarios: Mapping[str, Scenario] | None = None,
) -> int:
    """Run the trial: 0 well, 1 with a sentence, 75 try again."""
    from model_training.scenarios import SCENARIOS
    from model_training.steps.step_cache import order_of

    chosen = parser().parse_args(arguments)
    try:
        parameters = _parameters(chosen)
        order = order_of(chosen.prepare, scenarios or SCENARIOS)
        chosen.out.mkdir(parents=True, exist_ok=True)
        tried = Tried(chosen.candidate, _try(chosen.candidate, parameters, chosen.prepare, order, tell or _to_mlflow))
        write_json(chosen.out / FILE, asdict(tried))
    except Fault as fault:
        print(fault.reason, file=sys.stderr)  # noqa: T201 - the trial's log
        return 1 if fault.permanent else 75
    return 0


def load(folder: Path) -> Tried:
    """What a trial has left; Missing when there is none."""
    if not (folder / FILE).exists():
        raise Missing(f"{folder} holds no {FILE}: no trial of the sweep has completed.")
    told = read_json(folder / FILE)
    return Tried(told["candidate"], Trial(**told["trial"]))


def parser() -> argparse.ArgumentParser:
    """The arguments of a trial; each parameter of any candidate is one, and optional."""
    made = argparse.ArgumentParser(prog=f"python -m model_training.azureml.{NAME}", description=__doc__)
    made.add_argument("--prepare", required=True, type=Path, metavar="FOLDER", help="what prepare has written")
    made.add_argument("--candidate", required=True, choices=sorted(SPACES))
    for name, of in _known().items():
        made.add_argument(f"--{name}", type=float, metavar="NUMBER", help=f"of {', '.join(of)}")
    made.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where to write the trial")
    return made


def _known() -> dict[str, list[str]]:
    """Every parameter, and the candidates that have it."""
    known: dict[str, list[str]] = {}
    for candidate in SPACES:
        for name in parameters_of(candidate):
            known.setdefault(name, []).append(candidate)
    return known


def _parameters(chosen: argparse.Namespace) -> Parameters:
    given = {name: getattr(chosen, name) for name in _known() if getattr(chosen, name) is not None}
    wanted = parameters_of(chosen.candidate)
    if given.keys() != wanted.keys():
        accepted = ", ".join(f"--{name}" for name in wanted)
        problem = ", ".join(f"--{name}" for name in given) or "no parameters"
        raise BadInput(f"Candidate {chosen.candidate!r} was given {problem}; accepted: {accepted}.")
    return {name: _number(name, value, wanted[name]) for name, value in given.items()}


def _number(name: str, value: float, wanted: Parameter) -> float | int:
    """A sweep hands whole numbers over as 50 or 50.0."""
    if not wanted.whole:
        return value
    if not value.is_integer():
        raise BadInput(f"--{name} is {value}; accepted: a whole number.")
    return int(value)


def _try(candidate: str, parameters: Parameters, folder: Path, order: Order, tell: Tell) -> Trial:
    prepared = prepare.load(folder, order.scenario)
    metric, started = order.scenario.metric, time.perf_counter()
    steps = 0

    def watch(step: int, score: float) -> None:
        nonlocal steps
        steps = step + 1
        tell(metric, score, step)

    plan = Plan(order.profile, order.seed, _say)
    value = tune.objective_of(candidate, prepared, plan)(parameters, watch)
    # The last value told is the one that the sweep compares.
    tell(metric, value, steps)
    return Trial(0, parameters, value, "complete", round(time.perf_counter() - started, 3))


def _say(text: str, *_done: float, **_facts: object) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - the trial's log


def _to_mlflow(metric: str, score: float, step: int) -> None:
    import mlflow

    mlflow.log_metric(metric, score, step=step)


if __name__ == "__main__":
    sys.exit(main())
