"""Step: model, manifest and the files that travel with them, ready for the registry."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_training.data.rows import Prepared
from model_training.evaluation.card import CARD, EVALUATION, files_of
from model_training.runtime.json_files import read_json, write_json
from model_training.search import candidate_ranking
from model_training.search.candidate_ranking import ScoredCandidate
from model_training.steps import evaluate, prepare, refit, train
from model_training.steps.command import start
from model_training.steps.context import StepContext
from model_training.steps.manifest import (
    HOLDOUT,
    HOLDOUT_KEYS,
    METRICS,
    holdout,
    holdout_keys,
    learned,
    manifest_of,
    metrics_file,
    unseen_facts,
)
from model_training.steps.profile import VERDICTS
from model_training.steps.refit_manifest import refit_facts, refit_manifest
from model_training.steps.step_cache import step_cost
from model_training.steps.tune import TRIALS
from shared.training.decisions import unseen_answers
from shared.training.learned_rows import LEARNED, REFIT_LEARNED
from shared.training.model import MANIFEST, MODEL, REFIT, REFIT_MANIFEST
from shared.training.options.run_options import NOTHING

NAME = "register"
NEEDS = ("prepare", "explore", "tune", "train", "evaluate", "refit", "profile")
PROFILE = "profile.json"
_FILES = (HOLDOUT, HOLDOUT_KEYS, LEARNED, unseen_answers.FILE, METRICS, PROFILE, TRIALS, EVALUATION, CARD)
_OF_REFIT = (REFIT, REFIT_MANIFEST, REFIT_LEARNED)


@dataclass(frozen=True, slots=True)
class Package:
    """The ONNX bytes, the manifest, and the files that travel with them."""

    onnx: bytes
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]


def run_step(context: StepContext) -> None:
    """Write `model.onnx`, `manifest.json` and the other files of the model version."""
    inputs, out = context.inputs, context.out
    prepared = prepare.load(inputs["prepare"], context.spec.scenario)
    fitted = candidate_ranking.load(inputs["train"])
    best = train.best_deployable(fitted)
    test_rows, holdout_facts = holdout(prepared)
    (keys, key_facts), (prints, learned_facts) = holdout_keys(prepared), learned(prepared)
    unseen = (inputs["train"] / unseen_answers.FILE).read_bytes()
    again = refit.load(inputs["refit"])
    refit_files, refit_entry = refit_facts(prepared, again)
    rows = {"holdout": holdout_facts | {"keys": key_facts}, "learned": learned_facts, "refit": refit_entry}
    rows |= {"unseen_answers": unseen_facts(unseen)}
    manifest = _manifest(context, prepared, fitted, rows)
    (out / MODEL).write_bytes(best.onnx)
    (out / HOLDOUT).write_bytes(test_rows)
    (out / HOLDOUT_KEYS).write_bytes(keys)
    (out / LEARNED).write_bytes(prints)
    (out / unseen_answers.FILE).write_bytes(unseen)
    (out / METRICS).write_bytes(metrics_file(manifest))
    (out / PROFILE).write_bytes((inputs["profile"] / PROFILE).read_bytes())
    (out / TRIALS).write_bytes((inputs["tune"] / TRIALS).read_bytes())
    write_json(out / MANIFEST, manifest)
    if refit_files:
        write_json(out / REFIT_MANIFEST, refit_manifest(prepared, again, manifest))
    files = refit_files | files_of(prepared.scenario, manifest, read_json(inputs["evaluate"] / evaluate.FACTS))
    for name, data in files.items():
        (out / name).write_bytes(data)
    metric = prepared.scenario.metric
    context.report(f"{best.name}: {evaluate.score_in_words(metric, manifest['metrics'])}", 1.0)


def load(folder: Path) -> Package:
    """The package that `run_step` wrote."""
    names = (*_FILES, *(name for name in _OF_REFIT if (folder / name).exists()))
    files = {name: (folder / name).read_bytes() for name in names}
    return Package((folder / MODEL).read_bytes(), json.loads((folder / MANIFEST).read_text()), files)


def _manifest(
    context: StepContext, prepared: Prepared, fitted: Sequence[ScoredCandidate], rows: Mapping[str, Any]
) -> dict[str, Any]:
    """The manifest: what follows from data and fit, then what the other steps have written."""
    inputs = context.inputs
    explored = candidate_ranking.load(inputs["explore"])
    fitted_names = {candidate.name for candidate in fitted}
    candidates = [*fitted, *(candidate for candidate in explored if candidate.name not in fitted_names)]
    best, evaluation = train.best_deployable(fitted), evaluate.load(inputs["evaluate"])
    metric = prepared.scenario.metric
    return {
        **manifest_of(prepared, best, candidates, evaluation),
        "explored": {candidate.name: candidate.metrics[metric] for candidate in explored},
        "tuning": _tuning(inputs["tune"]),
        **rows,
        "resources": {step: step_cost(folder) for step, folder in inputs.items()},
        "verdicts": read_json(inputs["profile"] / VERDICTS),
        "selection": read_json(inputs["prepare"] / prepare.SELECTION),
        **context.spec.origin,
        **_options(context),
    }


def _options(context: StepContext) -> dict[str, Any]:
    """What the run was asked for; nothing when it was as the profile says."""
    options = context.spec.options
    return {} if options == NOTHING else {"options": options.to_json()}


def _tuning(folder: Path) -> dict[str, Any]:
    """How many trials each tuned candidate had and what ended its search; or why nothing was tuned."""
    stored = read_json(folder / TRIALS)
    searches = {
        name: {
            "trials": len(trials),
            "ended_by": stored["ended"][name],
            "scores": [trial["score"] for trial in trials],
        }
        for name, trials in sorted(stored["trials"].items())
    }
    return {"skipped": stored["skipped"], "candidates": searches}


if __name__ == "__main__":
    start(NAME, NEEDS, run_step)
