"""Step: the chosen candidate fitted again on every row that may be learned, the newest ones included."""

from __future__ import annotations

import traceback
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from model_training.data.rows import Prepared, encode_columns
from model_training.estimators.candidates import FitPlan, Recipe, exported
from model_training.estimators.families import fit_recipe
from model_training.export.parity import Parity, compare
from model_training.runtime.json_files import read_json, write_json
from model_training.runtime.memory import trim
from model_training.search import candidate_ranking
from model_training.steps import prepare, train
from model_training.steps.command import start
from model_training.steps.context import StepContext
from model_training.steps.prepare import contract_of
from shared.core.errors import Fault
from shared.core.wording import counted
from shared.training.input_contract import InputContract

NAME = "refit"
NEEDS = ("prepare", "train")
GRAPH, FACTS = "refit.onnx", "facts.json"


@dataclass(frozen=True, slots=True)
class Refit:
    """The graph with the contract of its own rows; without bytes, `problem` says why there is none."""

    onnx: bytes
    contract: InputContract
    parity: Parity | None
    problem: str = ""

    def to_json(self) -> dict[str, Any]:
        """Everything but the graph, as the step writes it."""
        parity = asdict(self.parity) if self.parity else None
        return {"contract": self.contract.to_json(), "parity": parity, "problem": self.problem}

    @classmethod
    def from_json(cls, stored: Mapping[str, Any], onnx: bytes) -> Refit:
        """The refit of these bytes that `to_json` wrote."""
        parity = Parity(**stored["parity"]) if stored["parity"] else None
        return cls(onnx, InputContract.from_json(stored["contract"]), parity, stored["problem"])


def run_step(context: StepContext) -> None:
    """Write `facts.json` and, when the fit succeeded, `refit.onnx`."""
    prepared = prepare.load(context.inputs["prepare"], context.spec.scenario)
    best = train.best_deployable(candidate_ranking.load(context.inputs["train"]))
    context.report(f"fitting {best.name} again on {counted(len(learnable(prepared)), 'row')}", 0.1)
    refit = refit_best(prepared, best.recipe, context.plan.quiet())
    if refit.onnx == best.onnx:
        refit = replace(refit, onnx=b"", problem="Fitted again, it is the judged fit byte for byte.")
    if refit.onnx:
        (context.out / GRAPH).write_bytes(refit.onnx)
    write_json(context.out / FACTS, refit.to_json())
    context.report(refit.problem or f"fitted {best.name} again", 1.0)


def load(folder: Path) -> Refit:
    """The refit that `run_step` wrote."""
    graph = folder / GRAPH
    return Refit.from_json(read_json(folder / FACTS), graph.read_bytes() if graph.exists() else b"")


def learnable(prepared: Prepared) -> np.ndarray:
    """The rows a refit learns, by number: of a time split all, which judge no longer, else all but judging rows."""
    parts = prepared.parts
    if parts.kind == "time":
        return np.arange(len(prepared.y))
    return np.sort(np.concatenate([parts.train, parts.validation]))


def refit_best(prepared: Prepared, recipe: Recipe, plan: FitPlan) -> Refit:
    """The recipe fitted on all learnable rows, with the same parameters; whatever fails becomes its `problem`."""
    try:
        return _fitted(prepared, recipe, plan)
    except Fault as fault:
        return Refit(b"", prepared.contract, None, fault.reason)
    except Exception as error:  # noqa: BLE001 - without a refit the judged fit serves; no failure may end the run
        traceback.print_exc()
        return Refit(b"", prepared.contract, None, f"The fit ended with {type(error).__name__}: {error}")


def _fitted(prepared: Prepared, recipe: Recipe, plan: FitPlan) -> Refit:
    rows = learnable(prepared)
    names = prepared.contract.names
    contract = contract_of(prepared.raw, prepared.scenario, replace(prepared.parts, train=rows), names)
    source = prepared.source if contract == prepared.contract else encode_columns(prepared.raw, contract)
    everything = replace(prepared.rows, source=source, contract=contract)
    candidate = fit_recipe(recipe, everything.take(rows), plan)
    onnx, problem = exported(candidate)
    trim()
    if problem:
        return Refit(b"", contract, None, problem)
    test_X = everything.take(prepared.parts.test).X
    parity = compare(candidate.predict(test_X), onnx, test_X, everything.task)
    return Refit(b"" if parity.problem else onnx, contract, parity, parity.problem)


if __name__ == "__main__":
    start(NAME, NEEDS, run_step)
