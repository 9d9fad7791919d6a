"""Candidates are judged on the same rows, become graphs, and are ranked; steps hand the scored candidates on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cmp_to_key
from pathlib import Path
from typing import Any

import numpy as np

from model_training.data.rows import Rows
from model_training.estimators.candidates import Candidate, Graph, Recipe, exported
from model_training.evaluation.curves import curve_points
from model_training.export.graph import run
from model_training.export.parity import Parity, compare
from model_training.runtime.json_files import read_json, write_json
from model_training.runtime.memory import trim
from shared.training.metrics import better, scores

_FILE = "candidates.json"


@dataclass(frozen=True, slots=True)
class ScoredCandidate:
    """A candidate with its scores on rows it was not fitted on. `problem` says why it cannot be deployed.

    `on_folds` is the primary metric of its cross-validation, where there was one.
    """

    recipe: Recipe
    metrics: Mapping[str, float]
    seconds: float
    onnx: bytes
    parity: Parity | None
    problem: str
    fitted_rows: int
    curves: Mapping[str, Any]
    on_folds: float | None = None

    @property
    def name(self) -> str:
        """The name of its recipe."""
        return self.recipe.name

    @property
    def graph(self) -> Graph:
        """The candidate as its graph."""
        return Graph(self.name, self.onnx, self.seconds)


def score_candidate(
    candidate: Candidate, recipe: Recipe, validation: Rows, parity_X: np.ndarray, fitted_rows: int
) -> ScoredCandidate:
    """Judge the candidate on `validation`, and compare its graph with the framework on the rows `parity_X`.

    The graph's answers are judged, because the graph serves; without a graph the framework's answers are.
    """
    onnx, problem = exported(candidate)
    trim()
    parity = compare(candidate.predict(parity_X), onnx, parity_X, validation.task) if onnx else None
    if parity is not None and parity.problem:
        problem = f"{candidate.name}: {parity.problem}"
    answers = candidate.predict(validation.X) if problem else run(onnx, validation.X)
    facts = (validation.task, validation.y, answers, validation.contract.labels)
    return ScoredCandidate(
        recipe, scores(*facts), candidate.seconds, onnx, parity, problem, fitted_rows, curve_points(*facts)
    )


def ranked(candidates: Sequence[ScoredCandidate], metric: str) -> list[ScoredCandidate]:
    """Best first by the metric's direction; ties keep their order."""

    def order(left: ScoredCandidate, right: ScoredCandidate) -> int:
        a, b = left.metrics[metric], right.metrics[metric]
        return -1 if better(metric, a, b) else int(better(metric, b, a))

    return sorted(candidates, key=cmp_to_key(order))


def save(candidates: Sequence[ScoredCandidate], folder: Path) -> None:
    """Write `candidates.json` and `<name>.onnx` of each that has a graph."""
    write_json(folder / _FILE, [_to_json(candidate) for candidate in candidates])
    for candidate in candidates:
        if candidate.onnx:
            (folder / f"{candidate.name}.onnx").write_bytes(candidate.onnx)


def load(folder: Path) -> list[ScoredCandidate]:
    """The candidates that `save` wrote."""
    return [_from_json(stored, folder) for stored in read_json(folder / _FILE)]


def _to_json(candidate: ScoredCandidate) -> dict[str, Any]:
    return {
        "recipe": candidate.recipe.to_json(),
        "metrics": dict(candidate.metrics),
        "seconds": round(candidate.seconds, 3),
        "graph": bool(candidate.onnx),
        "parity": asdict(candidate.parity) if candidate.parity else None,
        "problem": candidate.problem,
        "fitted_rows": candidate.fitted_rows,
        "curves": dict(candidate.curves),
        "on_folds": candidate.on_folds,
    }


def _from_json(stored: Mapping[str, Any], folder: Path) -> ScoredCandidate:
    recipe = Recipe.from_json(stored["recipe"])
    return ScoredCandidate(
        recipe,
        stored["metrics"],
        stored["seconds"],
        (folder / f"{recipe.name}.onnx").read_bytes() if stored["graph"] else b"",
        Parity(**stored["parity"]) if stored["parity"] else None,
        stored["problem"],
        stored["fitted_rows"],
        stored["curves"],
        stored["on_folds"],
    )
