"""Candidates are judged on the same rows, become graphs, and are ranked; the record of each travels between steps."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from functools import cmp_to_key
from pathlib import Path
from typing import Any

import numpy as np

from model_training.data.rows import Rows
from model_training.estimators.candidates import Candidate, Graph, Recipe, exported
from model_training.estimators.estimator import Parameters
from model_training.evaluation.curves import curves
from model_training.export.graph import run
from model_training.export.parity import Parity, compare
from model_training.runtime.json_files import read_json, write_json
from shared.training.metrics import better, scores

_FILE = "candidates.json"


@dataclass(frozen=True, slots=True)
class Entrant:
    """A candidate with its scores on rows it was not fitted on. `problem` says why it cannot be deployed."""

    recipe: Recipe
    metrics: Mapping[str, float]
    seconds: float
    onnx: bytes
    parity: Parity | None
    problem: str
    fitted_rows: int
    curves: Mapping[str, Any]

    @property
    def name(self) -> str:
        """The recipe's."""
        return self.recipe.name

    @property
    def graph(self) -> Graph:
        """The candidate as its graph."""
        return Graph(self.name, self.onnx, self.seconds)


def enter(candidate: Candidate, recipe: Recipe, held: Rows, tried: np.ndarray, fitted_rows: int) -> Entrant:
    """The candidate judged on `held`, and its graph compared with the framework on the rows `tried`.

    What will serve is judged: the graph's answers, where there is one.
    """
    onnx, problem = exported(candidate)
    parity = compare(candidate.predict(tried), onnx, tried, held.task) if onnx else None
    if parity is not None and parity.problem:
        problem = f"{candidate.name}: {parity.problem}"
    answers = candidate.predict(held.X) if problem else run(onnx, held.X)
    found = scores(held.task, held.y, answers, held.contract.labels)
    drawn = curves(held.task, held.y, answers, held.contract.labels)
    return Entrant(recipe, found, candidate.seconds, onnx, parity, problem, fitted_rows, drawn)


def ranked(entrants: Sequence[Entrant], metric: str) -> list[Entrant]:
    """Best first by the metric's direction; ties keep their order."""

    def compared(one: Entrant, other: Entrant) -> int:
        value, rival = one.metrics[metric], other.metrics[metric]
        return -1 if better(metric, value, rival) else int(better(metric, rival, value))

    return sorted(entrants, key=cmp_to_key(compared))


def save(entrants: Sequence[Entrant], folder: Path) -> None:
    """Write `candidates.json` and `<name>.onnx` of each that has a graph."""
    write_json(folder / _FILE, [_line(entrant) for entrant in entrants])
    for entrant in entrants:
        if entrant.onnx:
            (folder / f"{entrant.name}.onnx").write_bytes(entrant.onnx)


def load(folder: Path) -> list[Entrant]:
    """What `save` wrote."""
    return [_entrant(line, folder) for line in read_json(folder / _FILE)]


def _line(entrant: Entrant) -> dict[str, Any]:
    return {
        "recipe": {
            "name": entrant.recipe.name,
            "members": list(entrant.recipe.members),
            "parameters": {name: dict(values) for name, values in entrant.recipe.parameters.items()},
        },
        "metrics": dict(entrant.metrics),
        "seconds": round(entrant.seconds, 3),
        "graph": bool(entrant.onnx),
        "parity": asdict(entrant.parity) if entrant.parity else None,
        "problem": entrant.problem,
        "fitted_rows": entrant.fitted_rows,
        "curves": dict(entrant.curves),
    }


def _entrant(line: Mapping[str, Any], folder: Path) -> Entrant:
    told = line["recipe"]
    chosen: Mapping[str, Parameters] = told["parameters"]
    recipe = Recipe(told["name"], tuple(told["members"]), chosen)
    return Entrant(
        recipe,
        line["metrics"],
        line["seconds"],
        (folder / f"{recipe.name}.onnx").read_bytes() if line["graph"] else b"",
        Parity(**line["parity"]) if line["parity"] else None,
        line["problem"],
        line["fitted_rows"],
        line["curves"],
    )
