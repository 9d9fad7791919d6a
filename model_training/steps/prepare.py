"""Step: tables become the rows every candidate sees: in time order, with input contract, matrix and parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from model_training.data.answers import answers_of
from model_training.data.rows import Columns, HeldColumns, Prepared, encode_columns
from model_training.data.selection import select_columns
from model_training.data.split import Answers, Parts, draw_half, split_rows
from model_training.runtime.json_files import write_json
from model_training.steps import define_dataset
from model_training.steps.command import start
from model_training.steps.context import StepContext
from model_training.steps.prepared_files import load_prepared, save_prepared
from shared.core.errors import Quarantined
from shared.core.scenario import Scenario, Split
from shared.core.wording import counted
from shared.datasets.feature_frame import feature_frame
from shared.datasets.rows import whole
from shared.training.encoding import categories_of
from shared.training.fingerprints import fingerprints
from shared.training.input_contract import Feature, InputContract

NAME = "prepare"
NEEDS = ("define_dataset", "validate")
SELECTION = "selection.json"


def run_step(context: StepContext) -> None:
    """Write what `save_prepared` does, `datasets.json` and `selection.json`."""
    folder, spec = context.inputs["define_dataset"], context.spec
    learn_only = define_dataset.load_learn_only(folder)
    prepared = prepare_rows(_in_memory(folder), spec.scenario, spec.seed, learn_only, spec.inputs)
    save_prepared(prepared, context.out)
    write_json(context.out / "datasets.json", describe_parts(prepared))
    write_json(context.out / SELECTION, selection_of(prepared))
    context.report(f"prepared {counted(len(prepared.y), 'row')}, {len(prepared.parts.train)} of them to train on", 1.0)


def _in_memory(folder: Path) -> dict[str, pa.Table]:
    return {name: whole(rows) for name, rows in define_dataset.load(folder).items()}


def load(folder: Path, scenario: Scenario) -> Prepared:
    """The rows that `run_step` wrote."""
    return load_prepared(folder, scenario)


def prepare_rows(
    tables: Mapping[str, pa.Table],
    scenario: Scenario,
    seed: int,
    learn_only: np.ndarray | None = None,
    inputs: tuple[str, ...] = (),
) -> Prepared:
    """The rows ready for training; `learn_only` are the identities that never judge, `inputs` those to learn from.

    Who judges hangs on all declared inputs, so that it is the same whichever of them are learned from.

    Quarantined when no model can be trained or judged on the rows.
    """
    frame = feature_frame(tables, scenario)
    # The matrix and the parts need the room.
    del tables
    answers = answers_of(frame, scenario)
    if learn_only is not None and len(learn_only):
        answers = replace(answers, learn_only=np.isin(answers.identity, learn_only))
    _check_differs(frame, scenario)
    parts = split_rows(answers, scenario.split, seed)
    raw = HeldColumns(frame)
    contract = contract_of(raw, scenario, parts, inputs or scenario.features)
    X = encode_columns(raw, contract)
    _check_varies(X[parts.train], scenario)
    halves = {name: draw_half(answers, rows, seed) for name, rows in (("train", parts.train), ("test", parts.test))}
    learners = np.flatnonzero(~answers.judging)
    other = _other_parts(answers, scenario, seed)
    return Prepared(scenario, raw, contract, X, answers.values, parts, other, halves, learners)


def contract_of(raw: Columns, scenario: Scenario, parts: Parts, names: tuple[str, ...]) -> InputContract:
    """The input contract of these features; a category has the values of the training rows only."""
    absent = [name for name in names if name not in raw.names]
    if absent:
        sentence = f"Column {absent[0]!r} is missing; scenario {scenario.name!r} declares it as an input."
        raise Quarantined("missing_column", sentence, column=absent[0])
    categories = [name for name in names if name in scenario.categorical]
    training = raw.read(categories).take(pa.array(parts.train))
    return InputContract(tuple(_feature(training, scenario, name) for name in names), scenario.labels)


def describe_parts(prepared: Prepared) -> dict[str, Any]:
    """Rows and the mean of each answer, for the train part, the test part and their halves."""
    parts = {"train": prepared.parts.train, "test": prepared.parts.test}
    parts |= {f"{name}_half": rows for name, rows in prepared.halves.items()}
    return {name: {"rows": len(rows), "answers": _shares(prepared, rows)} for name, rows in parts.items()}


def selection_of(prepared: Prepared) -> dict[str, Any]:
    """The columns that the scenario's rule would choose from its training rows; empty without a rule."""
    scenario = prepared.scenario
    if scenario.selection is None:
        return {}
    train, rule = prepared.parts.train, scenario.selection
    pool = prepared.raw.read(rule.pool).take(pa.array(train))
    return select_columns(pool, prepared.y[train], rule, scenario.numeric)


def _shares(prepared: Prepared, rows: np.ndarray) -> dict[str, float]:
    y, labels, task = prepared.y[rows], prepared.scenario.labels, prepared.scenario.task
    if task in ("multilabel", "regression"):
        means = y.reshape(len(rows), -1).mean(axis=0)
        return dict(zip(labels, means.tolist(), strict=True))
    return {label: float((y == position).mean()) for position, label in enumerate(labels)}


def _feature(training: pa.Table, scenario: Scenario, name: str) -> Feature:
    if name == scenario.text:
        from model_training.text.vocabulary import stop_words

        return Feature(name, "text", stop_words())
    if name in scenario.categorical:
        return Feature(name, "category", categories_of(training[name]))
    return Feature(name, "number")


def _check_differs(frame: pa.Table, scenario: Scenario) -> None:
    """Rows that are all alike have one role together; what is wrong with them is said before that."""
    inputs = fingerprints(scenario, frame).inputs
    if len(inputs) and (inputs == inputs[0]).all():
        raise _constant_inputs(scenario, counted(len(inputs), "row"))


def _constant_inputs(scenario: Scenario, rows: str) -> Quarantined:
    sentence = f"Every input of scenario {scenario.name!r} is constant in {rows}: nothing to learn."
    return Quarantined("constant_features", sentence)


def _check_varies(X: np.ndarray, scenario: Scenario) -> None:
    first = X[:1]
    constant = first == X
    if X.dtype != object:
        constant = constant | (np.isnan(first) & np.isnan(X))
    if bool(constant.all()):
        raise _constant_inputs(scenario, counted(len(X), "training row"))


def _other_parts(answers: Answers, scenario: Scenario, seed: int) -> Parts | None:
    declared = scenario.split
    kind: Any = "time" if declared.kind == "random" else "random"
    split = Split(kind, declared.validation, declared.test)
    try:
        return split_rows(replace(answers, test=None), split, seed)
    except Quarantined:
        return None


if __name__ == "__main__":
    start(NAME, NEEDS, run_step)
