"""One trial of a sweep: a candidate with given parameters, whose score MLflow receives as Azure ML's sweeps expect.

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
from model_training.estimators.candidates import FitPlan
from model_training.estimators.estimator import Parameters
from model_training.runtime.json_files import read_json, write_json
from model_training.scenarios import SCENARIOS
from model_training.search.search import Trial
from model_training.search.spaces import SPACES
from model_training.steps import prepare, tune
from model_training.steps.context import RunSpec
from model_training.steps.step_cache import read_spec
from shared.core.errors import BadInput, Fault, Missing
from shared.core.scenario import Scenario

NAME = "trial"
FILE = "trial.json"
# Receives a metric's name, its value and its step.
LogMetric = Callable[[str, float, int], None]


@dataclass(frozen=True, slots=True)
class CandidateTrial:
    """A trial and the candidate it belongs to."""

    candidate: str
    trial: Trial


def main(
    arguments: Sequence[str] | None = None,
    log_metric: LogMetric | None = None,
    scenarios: Mapping[str, Scenario] | None = None,
) -> int:
    """Run the trial: 0 done, 1 failed with a sentence, 75 try again."""
    options = parser().parse_args(arguments)
    try:
        parameters = _parameters(options)
        spec = read_spec(options.prepare, scenarios or SCENARIOS)
        options.out.mkdir(parents=True, exist_ok=True)
        trial = _run_trial(options.candidate, parameters, options.prepare, spec, log_metric or _log_to_mlflow)
        write_json(options.out / FILE, asdict(CandidateTrial(options.candidate, trial)))
    except Fault as fault:
        print(fault.reason, file=sys.stderr)  # noqa: T201 - the trial's log
        return 1 if fault.permanent else 75
    return 0


def load(folder: Path) -> CandidateTrial:
    """The trial that `main` wrote; Missing when there is none."""
    if not (folder / FILE).exists():
        raise Missing(f"{folder} holds no {FILE}: no trial of the sweep has completed.")
    stored = read_json(folder / FILE)
    return CandidateTrial(stored["candidate"], Trial(**stored["trial"]))


def parser() -> argparse.ArgumentParser:
    """The arguments of a trial; each parameter of every candidate is an optional argument."""
    result = argparse.ArgumentParser(prog=f"python -m model_training.azureml.{NAME}", description=__doc__)
    result.add_argument("--prepare", required=True, type=Path, metavar="FOLDER", help="what prepare has written")
    result.add_argument("--candidate", required=True, choices=sorted(SPACES))
    for name, candidates in _known().items():
        result.add_argument(f"--{name}", type=float, metavar="NUMBER", help=f"of {', '.join(candidates)}")
    result.add_argument("--out", required=True, type=Path, metavar="FOLDER", help="where to write the trial")
    return result


def _known() -> dict[str, list[str]]:
    """The candidates of every parameter."""
    known: dict[str, list[str]] = {}
    for candidate in SPACES:
        for name in parameters_of(candidate):
            known.setdefault(name, []).append(candidate)
    return known


def _parameters(options: argparse.Namespace) -> Parameters:
    given = {name: getattr(options, name) for name in _known() if getattr(options, name) is not None}
    declared = parameters_of(options.candidate)
    if given.keys() != declared.keys():
        accepted = ", ".join(f"--{name}" for name in declared)
        problem = ", ".join(f"--{name}" for name in given) or "no parameters"
        raise BadInput(f"Candidate {options.candidate!r} was given {problem}; accepted: {accepted}.")
    return {name: _number(name, value, declared[name]) for name, value in given.items()}


def _number(name: str, value: float, parameter: Parameter) -> float | int:
    """The value as the parameter declares it: a sweep passes whole numbers as 50 or 50.0."""
    if not parameter.whole:
        return value
    if not value.is_integer():
        raise BadInput(f"--{name} is {value}; accepted: a whole number.")
    return int(value)


def _run_trial(candidate: str, parameters: Parameters, folder: Path, spec: RunSpec, log_metric: LogMetric) -> Trial:
    prepared = prepare.load(folder, spec.scenario)
    metric, started = spec.scenario.metric, time.perf_counter()
    steps = 0

    def watch(step: int, score: float) -> None:
        nonlocal steps
        steps = step + 1
        log_metric(metric, score, step)

    plan = FitPlan(spec.profile, spec.seed, _print_progress)
    value = tune.objective_of(candidate, prepared, plan)(parameters, watch)
    # The sweep compares the value that is logged last.
    log_metric(metric, value, steps)
    return Trial(0, parameters, value, "complete", round(time.perf_counter() - started, 3))


def _print_progress(text: str, *_done: float, **_facts: object) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201 - the trial's log


def _log_to_mlflow(metric: str, score: float, step: int) -> None:
    import mlflow

    mlflow.log_metric(metric, score, step=step)


if __name__ == "__main__":
    sys.exit(main())
