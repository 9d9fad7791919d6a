"""Our way in bench/automl.py, in its own process: `python automl_ours.py DATA CASE SEED SECONDS FOLDER`.

The default search of the scenario, from the tables of a drop to the refit that serves. Writes `answers.npy` for the
untouched rows and prints one line of JSON.
"""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from automl_data import Case, case_of
from automl_facts import count_own_time, fitted, peak_mb, timed

from model_training.estimators.candidates import FitPlan
from model_training.estimators.profiles import PROFILES
from model_training.export.graph import run
from model_training.runtime import threads
from model_training.search.candidate_ranking import ScoredCandidate
from model_training.steps.explore import explore_candidates
from model_training.steps.prepare import prepare_rows
from model_training.steps.refit import Refit, refit_best
from model_training.steps.train import best_deployable, train_finalists
from model_training.steps.tune import improvements, tune_candidates
from shared.training.encoding import encode
from shared.training.options.run_options import RunOptions

# The share of the time that is left after exploring which the tuning may take; finals, graph and refit need the rest.
_TUNING = 0.4


@dataclass(frozen=True, slots=True)
class Trained:
    """What the search chose, and the graph that serves."""

    chosen: ScoredCandidate
    refit: Refit
    trials: dict[str, Any]


def train(case: Case, seed: int, seconds: float, folder: Path) -> Trained:
    """Steps prepare to refit, as a run takes them."""
    started, plan = time.monotonic(), FitPlan("default", seed, _told)
    prepared = prepare_rows(case.tables, case.scenario, seed)
    explored = explore_candidates(prepared, plan)
    left = max(seconds - (time.monotonic() - started), 1.0)
    effort = PROFILES["default"].within(RunOptions(minutes=_TUNING * left / 60))
    found = tune_candidates(prepared, explored, plan, folder / "study.db", effort)
    trials = {name: result.trials for name, result in found.items()}
    finals = train_finalists(prepared, explored, improvements(prepared, explored, trials), plan)
    chosen = best_deployable(finals.candidates)
    ended = {name: f"{len(result.trials)} trials, {result.ended}" for name, result in found.items()}
    return Trained(chosen, refit_best(prepared, chosen.recipe, plan), ended)


def main(data: str, name: str, seed: str, seconds: str, folder: str) -> None:
    """Train, answer, measure."""
    count_own_time()
    threads.limit(os.environ)
    case, place = case_of(name, Path(data), int(seed)), Path(folder)
    trained, facts = fitted(lambda: train(case, int(seed), float(seconds), place))
    onnx, contract = trained.refit.onnx or trained.chosen.onnx, trained.refit.contract
    _, judged = case.parts()
    np.save(place / "answers.npy", run(onnx, encode(judged, contract)))
    recipe = trained.chosen.recipe
    served = {"model": f"{recipe.name} of {', '.join(recipe.members)}" if recipe.members else recipe.name}
    facts |= {**served, "trials": trained.trials, "peak_mb": peak_mb(), "size": len(onnx), "onnx": "whole"}
    print(json.dumps({**facts, **timed(_served(onnx, contract), judged, judged.slice(0, 1))}))


def _served(onnx: bytes, contract: Any) -> Any:
    """From a table to probabilities, in one session on one thread."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = 1
    session = ort.InferenceSession(onnx, options, providers=["CPUExecutionProvider"])
    return lambda rows: session.run(None, {"X": encode(rows, contract)})


def _told(text: str, *_done: object, **_facts: object) -> None:
    print(f"{time.monotonic():.1f} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
