"""Tables become what every candidate sees: rows in time order, the input contract, one float32 matrix, the parts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from model_training.split import Parts, split_rows
from shared.adapters.encoding import categories_of, encode
from shared.domain.contract import Feature, InputContract
from shared.domain.scenario import Scenario, Split
from shared.errors import Quarantined, Refused


@dataclass(frozen=True, slots=True)
class Prepared:
    """Labelled rows in time order: raw columns, matrix (rows, features), label positions (rows,), declared parts.

    `other` are the parts of the other kind of split; None when that split cannot be made of these rows.
    """

    scenario: Scenario
    frame: pa.Table
    contract: InputContract
    X: np.ndarray
    y: np.ndarray
    parts: Parts
    other: Parts | None


def prepare(tables: Mapping[str, pa.Table], scenario: Scenario, seed: int) -> Prepared:
    """Everything training needs; Quarantined when these rows cannot teach or judge a model."""
    if scenario.task == "regression":
        raise Refused(f"Scenario {scenario.name!r} declares regression; training serves binary and multiclass.")
    frame = _ordered(_labelled(_assembled(tables, scenario), scenario), scenario)
    y = _positions(frame, scenario)
    parts = split_rows(y, scenario.labels, scenario.split, seed)
    contract = contract_of(frame, scenario, parts, scenario.features)
    X = encode(frame, contract)
    _check_varies(X[parts.train], scenario)
    return Prepared(scenario, frame, contract, X, y, parts, _other(y, scenario, seed))


def contract_of(frame: pa.Table, scenario: Scenario, parts: Parts, names: tuple[str, ...]) -> InputContract:
    """The input contract of these features; a category knows the values of the training rows only."""
    absent = [name for name in (*names, scenario.target) if name not in frame.column_names]
    if absent:
        sentence = f"Column {absent[0]!r} is missing; scenario {scenario.name!r} declares it as an input."
        raise Quarantined("missing_column", sentence, column=absent[0])
    seen = frame.take(pa.array(parts.train))
    return InputContract(tuple(_feature(seen, scenario, name) for name in names), scenario.labels)


def _feature(seen: pa.Table, scenario: Scenario, name: str) -> Feature:
    if name in scenario.categorical:
        return Feature(name, "category", categories_of(seen[name]))
    return Feature(name, "number")


def _assembled(tables: Mapping[str, pa.Table], scenario: Scenario) -> pa.Table:
    if scenario.assemble is None:
        return tables[scenario.label_table]
    frame = scenario.assemble({name: table.to_pandas() for name, table in tables.items()})
    return pa.Table.from_pandas(frame, preserve_index=False)


def _labelled(frame: pa.Table, scenario: Scenario) -> pa.Table:
    """The rows whose label is known. A join leaves whole-number labels as floats: they become whole again."""
    target = frame[scenario.target]
    if pa.types.is_floating(target.type):
        target = target.cast(pa.int64())
    frame = frame.set_column(frame.column_names.index(scenario.target), scenario.target, target)
    return frame.filter(pc.is_valid(target))


def _ordered(frame: pa.Table, scenario: Scenario) -> pa.Table:
    if scenario.time not in frame.column_names:
        return frame
    # Stable: rows of the same moment keep the order in which they came.
    times = frame[scenario.time].to_numpy()
    return frame.take(pa.array(np.argsort(times, kind="stable")))


def _positions(frame: pa.Table, scenario: Scenario) -> np.ndarray:
    known = pa.array(scenario.labels)
    positions = pc.index_in(frame[scenario.target].cast(pa.string()), value_set=known)
    if positions.null_count:
        row = pc.index(pc.is_null(positions), True).as_py()
        value = frame[scenario.target][row].as_py()
        accepted = " or ".join(map(repr, scenario.labels))
        sentence = f"Column {scenario.target!r}, row {row + 1}: {value!r} is not a label; accepted: {accepted}."
        raise Quarantined("unknown_label", sentence, column=scenario.target, row=row + 1)
    return np.asarray(positions.to_numpy(), dtype=np.int64)


def _check_varies(X: np.ndarray, scenario: Scenario) -> None:
    first = X[:1]
    if bool(((first == X) | (np.isnan(first) & np.isnan(X))).all()):
        sentence = f"Every input of scenario {scenario.name!r} is constant in {len(X)} training rows: nothing to learn."
        raise Quarantined("constant_features", sentence)


def _other(y: np.ndarray, scenario: Scenario, seed: int) -> Parts | None:
    kind: Literal["time", "random"] = "time" if scenario.split.kind == "random" else "random"
    split = Split(kind, scenario.split.validation, scenario.split.test)
    try:
        return split_rows(y, scenario.labels, split, seed)
    except Quarantined:
        return None
