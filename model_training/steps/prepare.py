"""Step: tables become what every candidate sees: rows in time order, the input contract, one matrix, the parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pyarrow as pa

from model_training.data.answers import answered, answers_of
from model_training.data.selection import select
from model_training.data.split import Answers, Parts, half, split_rows
from model_training.estimators.candidates import Rows
from model_training.steps import define_dataset
from model_training.steps.command import start
from model_training.steps.work import Work, write_json
from shared.core.errors import Quarantined
from shared.core.scenario import Scenario, Split
from shared.training.encoding import categories_of, encode
from shared.training.fingerprints import fingerprints
from shared.training.input_contract import Feature, InputContract

NAME = "prepare"
NEEDS = ("define_dataset", "validate")
SELECTION = "selection.json"


@dataclass(frozen=True, slots=True)
class Prepared:
    """Labelled rows in time order: raw columns, matrix X (rows, features), answers y, declared parts.

    `other` are the parts of the other kind of split; None when that split cannot be made of these rows. `halves` are
    50 % of the train and of the test rows: candidates are explored and tuned on the first.
    """

    scenario: Scenario
    frame: pa.Table
    contract: InputContract
    X: np.ndarray
    y: np.ndarray
    parts: Parts
    other: Parts | None
    halves: Mapping[str, np.ndarray]

    @property
    def answers(self) -> Answers:
        """What is true of every row."""
        return answers_of(self.frame, self.scenario)

    @property
    def rows(self) -> Rows:
        """All rows as a candidate takes them."""
        return Rows(self.X, self.y, self.contract, self.scenario.task)


def work(job: Work) -> None:
    """Write `frame.parquet`, `arrays.npz`, `prepared.json`, `datasets.json` and `selection.json`."""
    from model_training.steps.files import save_prepared

    tables = define_dataset.load(job.inputs["define_dataset"])
    prepared = prepare(tables, job.order.scenario, job.order.seed)
    save_prepared(prepared, job.out)
    write_json(job.out / "datasets.json", describe(prepared))
    write_json(job.out / SELECTION, selection_of(prepared))
    job.report(f"prepared {len(prepared.y)} rows, {len(prepared.parts.train)} of them to train on", 1.0)


def load(folder: Any, scenario: Scenario) -> Prepared:
    """What `work` wrote."""
    from model_training.steps.files import load_prepared

    return load_prepared(folder, scenario)


def prepare(tables: Mapping[str, pa.Table], scenario: Scenario, seed: int) -> Prepared:
    """Everything training needs; Quarantined when these rows cannot teach or judge a model."""
    frame = _ordered(answered(_assembled(tables, scenario), scenario), scenario)
    answers = answers_of(frame, scenario)
    _check_differs(frame, scenario)
    parts = split_rows(answers, scenario.split, seed)
    contract = contract_of(frame, scenario, parts, scenario.features)
    X = encode(frame, contract)
    _check_varies(X[parts.train], scenario)
    halves = {name: half(answers, rows, seed) for name, rows in (("train", parts.train), ("test", parts.test))}
    return Prepared(scenario, frame, contract, X, answers.values, parts, _other(answers, scenario, seed), halves)


def contract_of(frame: pa.Table, scenario: Scenario, parts: Parts, names: tuple[str, ...]) -> InputContract:
    """The input contract of these features; a category knows the values of the training rows only."""
    absent = [name for name in names if name not in frame.column_names]
    if absent:
        sentence = f"Column {absent[0]!r} is missing; scenario {scenario.name!r} declares it as an input."
        raise Quarantined("missing_column", sentence, column=absent[0])
    seen = frame.take(pa.array(parts.train))
    return InputContract(tuple(_feature(seen, scenario, name) for name in names), scenario.labels)


def describe(prepared: Prepared) -> dict[str, Any]:
    """The four datasets of this version: rows, and the mean of each answer in them."""
    parts = {"train": prepared.parts.train, "test": prepared.parts.test}
    parts |= {f"{name}_half": rows for name, rows in prepared.halves.items()}
    return {name: {"rows": len(rows), "answers": _shares(prepared, rows)} for name, rows in parts.items()}


def selection_of(prepared: Prepared) -> dict[str, Any]:
    """What the scenario's rule would choose from its training rows; empty without a rule."""
    scenario = prepared.scenario
    if scenario.selection is None:
        return {}
    train = prepared.parts.train
    return select(prepared.frame.take(pa.array(train)), prepared.y[train], scenario.selection, scenario.numeric)


def _shares(prepared: Prepared, rows: np.ndarray) -> dict[str, float]:
    y, labels, task = prepared.y[rows], prepared.scenario.labels, prepared.scenario.task
    if task in ("multilabel", "regression"):
        means = y.reshape(len(rows), -1).mean(axis=0)
        return dict(zip(labels, means.tolist(), strict=True))
    return {label: float((y == position).mean()) for position, label in enumerate(labels)}


def _feature(seen: pa.Table, scenario: Scenario, name: str) -> Feature:
    if name == scenario.text:
        from model_training.text.vocabulary import stop_words

        return Feature(name, "text", stop_words())
    if name in scenario.categorical:
        return Feature(name, "category", categories_of(seen[name]))
    return Feature(name, "number")


def _assembled(tables: Mapping[str, pa.Table], scenario: Scenario) -> pa.Table:
    if scenario.assemble is None:
        return tables[scenario.label_table]
    frame = scenario.assemble({name: table.to_pandas() for name, table in tables.items()})
    return pa.Table.from_pandas(frame, preserve_index=False)


def _ordered(frame: pa.Table, scenario: Scenario) -> pa.Table:
    if scenario.time not in frame.column_names:
        return frame
    # Stable: rows of the same moment keep the order in which they came.
    times = frame[scenario.time].to_numpy()
    return frame.take(pa.array(np.argsort(times, kind="stable")))


def _check_differs(frame: pa.Table, scenario: Scenario) -> None:
    """Rows that are all alike have one role together; what is wrong with them is said before that."""
    inputs = fingerprints(scenario, frame).inputs
    if len(inputs) and (inputs == inputs[0]).all():
        raise _constant(scenario, f"{len(inputs)} rows")


def _constant(scenario: Scenario, rows: str) -> Quarantined:
    sentence = f"Every input of scenario {scenario.name!r} is constant in {rows}: nothing to learn."
    return Quarantined("constant_features", sentence)


def _check_varies(X: np.ndarray, scenario: Scenario) -> None:
    first = X[:1]
    same = first == X
    if X.dtype != object:
        same = same | (np.isnan(first) & np.isnan(X))
    if bool(same.all()):
        raise _constant(scenario, f"{len(X)} training rows")


def _other(answers: Answers, scenario: Scenario, seed: int) -> Parts | None:
    declared = scenario.split
    kind: Any = "time" if declared.kind == "random" else "random"
    split = Split(kind, declared.validation, declared.test)
    try:
        return split_rows(replace(answers, test=None), split, seed)
    except Quarantined:
        return None


if __name__ == "__main__":
    start(NAME, NEEDS, work)
