"""Step: model, manifest and the files that travel with them, ready for the registry."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_training.evaluation.card import CARD, EVALUATION, files_of
from model_training.search import candidate_ranking as contest
from model_training.steps import evaluate, prepare, train
from model_training.steps.command import start
from model_training.steps.manifest import (
    HOLDOUT,
    HOLDOUT_KEYS,
    METRICS,
    holdout,
    holdout_keys,
    learned,
    manifest_of,
    metrics_file,
)
from model_training.steps.step_cache import SEAL
from model_training.steps.tune import TRIALS
from model_training.steps.work import Work, read_json, write_json
from shared.training.learned_rows import LEARNED

NAME = "register"
NEEDS = ("prepare", "explore", "tune", "train", "evaluate", "profile")
MODEL, MANIFEST, PROFILE = "model.onnx", "manifest.json", "profile.json"
_FILES = (HOLDOUT, HOLDOUT_KEYS, LEARNED, METRICS, PROFILE, TRIALS, EVALUATION, CARD)


@dataclass(frozen=True, slots=True)
class Package:
    """The ONNX bytes, the manifest, and the files that travel with them."""

    onnx: bytes
    manifest: Mapping[str, Any]
    files: Mapping[str, bytes]


def work(job: Work) -> None:
    """Write `model.onnx`, `manifest.json` and the other files of the model version."""
    prepared = prepare.load(job.inputs["prepare"], job.order.scenario)
    fitted = contest.load(job.inputs["train"])
    again = {entrant.name for entrant in fitted}
    explored = contest.load(job.inputs["explore"])
    best, judged = train.best(fitted), evaluate.load(job.inputs["evaluate"])
    rows, facts = holdout(prepared)
    keys, key_facts = holdout_keys(prepared)
    prints, learned_facts = learned(prepared)
    metric = prepared.scenario.metric
    manifest = manifest_of(prepared, best, [*fitted, *(one for one in explored if one.name not in again)], judged)
    manifest |= {"explored": {one.name: one.metrics[metric] for one in explored}}
    manifest |= {"tuning": _tuning(job.inputs["tune"]), "holdout": facts | {"keys": key_facts}}
    manifest |= {"learned": learned_facts, "resources": _resources(job.inputs)}
    manifest |= {"selection": read_json(job.inputs["prepare"] / prepare.SELECTION), **job.order.origin}
    (job.out / MODEL).write_bytes(best.onnx)
    (job.out / HOLDOUT).write_bytes(rows)
    (job.out / HOLDOUT_KEYS).write_bytes(keys)
    (job.out / LEARNED).write_bytes(prints)
    (job.out / METRICS).write_bytes(metrics_file(manifest))
    (job.out / PROFILE).write_bytes((job.inputs["profile"] / PROFILE).read_bytes())
    (job.out / TRIALS).write_bytes((job.inputs["tune"] / TRIALS).read_bytes())
    write_json(job.out / MANIFEST, manifest)
    told = files_of(prepared.scenario, manifest, read_json(job.inputs["evaluate"] / evaluate.FACTS))
    for name, data in told.items():
        (job.out / name).write_bytes(data)
    job.report(f"{best.name}: {evaluate.shown_score(metric, judged.metrics)}", 1.0)


def load(folder: Path) -> Package:
    """What `work` wrote."""
    files = {name: (folder / name).read_bytes() for name in _FILES}
    return Package((folder / MODEL).read_bytes(), json.loads((folder / MANIFEST).read_text()), files)


def _tuning(folder: Path) -> dict[str, Any]:
    """How many trials each tuned candidate had and what ended its search; or why nothing was tuned."""
    told = read_json(folder / TRIALS)
    ended = {
        name: {"trials": len(found), "ended_by": told["ended"][name], "scores": [one["score"] for one in found]}
        for name, found in sorted(told["trials"].items())
    }
    return {"skipped": told["skipped"], "candidates": ended}


def _resources(inputs: Mapping[str, Path]) -> dict[str, Any]:
    """Seconds and peak memory of each step; reused steps keep what they once cost."""
    return {step: read_json(folder / SEAL)["cost"] for step, folder in inputs.items()}


if __name__ == "__main__":
    start(NAME, NEEDS, work)
