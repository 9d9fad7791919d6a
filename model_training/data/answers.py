"""The answers of a feature table as numbers."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from model_training.data.split import Answers
from shared.core.errors import Quarantined
from shared.core.scenario import Scenario
from shared.datasets.feature_frame import given_roles, hours_of
from shared.training.fingerprints import fingerprints


def answers_of(frame: pa.Table, scenario: Scenario) -> Answers:
    """The answers of these rows; Quarantined names the column and row of an answer that is not accepted."""
    if scenario.task == "regression":
        values = _numbers(frame, scenario.target)
    elif scenario.task == "multilabel":
        values = np.column_stack([_positions(frame, name, ("0", "1")) for name in scenario.labels])
    else:
        values = _positions(frame, scenario.target, scenario.labels)
    identity = fingerprints(scenario, frame).identity
    hours, test = hours_of(frame, scenario), given_roles(frame, scenario)
    return Answers(scenario.task, scenario.labels, values, identity, hours, test)


def _positions(frame: pa.Table, name: str, labels: tuple[str, ...]) -> np.ndarray:
    positions = pc.index_in(frame[name].cast(pa.string()), value_set=pa.array(labels))
    if positions.null_count:
        row = pc.index(pc.is_null(positions), True).as_py()
        value, accepted = frame[name][row].as_py(), " or ".join(map(repr, labels))
        sentence = f"Column {name!r}, row {row + 1}: {value!r} is not a label; accepted: {accepted}."
        raise Quarantined("unknown_label", sentence, column=name, row=row + 1)
    return np.asarray(positions.to_numpy(), dtype=np.int64)


def _numbers(frame: pa.Table, name: str) -> np.ndarray:
    if not (pa.types.is_integer(frame[name].type) or pa.types.is_floating(frame[name].type)):
        sentence = f"Column {name!r} holds {frame[name].type}; a number is to be predicted."
        raise Quarantined("wrong_type", sentence, column=name)
    values = np.asarray(frame[name].to_numpy(), dtype=np.float64)
    # The model answers in float32.
    wrong = np.flatnonzero(~(np.abs(values) <= np.finfo(np.float32).max))
    if len(wrong):
        row = int(wrong[0])
        where = f"Column {name!r}, row {row + 1}"
        sentence = f"{where}: {float(values[row])!r} is not accepted; accepted: a finite float32 number."
        raise Quarantined("not_finite", sentence, column=name, row=row + 1)
    return values
