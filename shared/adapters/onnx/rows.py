"""Prediction rows as Arrow columns, exactly those of `prediction_columns`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shared.adapters.onnx.row_numbers import number_texts
from shared.core.scenario import Kind, Task
from shared.serving.prediction_rows import (
    join_labels,
    label_columns,
    label_kind,
    predicted_probability,
    prediction_columns,
    to_predictions,
)

if TYPE_CHECKING:
    from shared.serving.ports import BatchJob, LoadedModel

_TYPES: Mapping[Kind, pa.DataType] = {
    "int": pa.int64(),
    "float": pa.float64(),
    "text": pa.string(),
    "time": pa.timestamp("us", "UTC"),
}
# Text with few distinct values, all known before the first row: written as positions, never hashed.
_CODED = pa.dictionary(pa.int32(), pa.string())


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one job, prepared once: their types, and the values that are the same in every row."""

    job: BatchJob
    schema: pa.Schema
    constants: Mapping[str, pa.Array]
    report: Mapping[str, str]
    labels: pa.Array
    each: Mapping[str, int]
    thresholds: tuple[float, ...]

    @property
    def task(self) -> Task:
        """What the model's answers mean."""
        return self.job.scenario.task

    def block(self, table: pa.Table, start: int, kept: np.ndarray, probabilities: np.ndarray) -> pa.Table:
        """The varying columns for the rows `kept` of `table`, whose first row is row `start` of the window (from 0).

        `kept` are int64 row positions in order; `probabilities` has shape (len(kept), labels).
        """
        whole, first = len(kept) == table.num_rows, self.job.first_id + start
        ids = np.arange(first, first + len(kept)) if whole else kept + first
        entity = self._entity(table, start + 1)
        if not whole:
            table, entity = table.take(kept), entity.take(pa.array(kept))
        chosen = to_predictions(self.task, self.thresholds, probabilities)
        made: dict[str, Any] = {
            "prediction_id": pa.array(ids),
            "entity_key": entity,
            "prediction": self._labelled(chosen),
            "probability": self._probability(probabilities, chosen),
        }
        made |= {name: _doubles(probabilities[:, position]) for name, position in self.each.items()}
        made |= {name: self._reported(name, table) for name in self.report}
        return pa.table(made)

    def repeated(self, rows: int) -> Mapping[str, pa.Array]:
        """The constant columns of so many rows."""
        return {name: _repeated(value, rows) for name, value in self.constants.items()}

    @property
    def dictionaries(self) -> list[str]:
        """Return the names of the columns with few distinct values, for which a dictionary pays."""
        coded = [field.name for field in self.schema if field.type == _CODED]
        text = [name for name in ("prediction", *self.report) if self.schema.field(name).type == pa.string()]
        return [*coded, *text]

    def _probability(self, answers: np.ndarray, predictions: np.ndarray) -> pa.Array:
        probabilities = predicted_probability(self.task, answers, predictions)
        return pa.nulls(len(answers), pa.float64()) if probabilities is None else _doubles(probabilities)

    def _labelled(self, chosen: np.ndarray) -> pa.Array:
        if self.task == "regression":
            return _doubles(chosen)
        if self.task == "multilabel":
            return _combined(chosen, self.labels.to_pylist())
        coded = pa.DictionaryArray.from_arrays(chosen, self.labels, safe=False)
        return coded if self.schema.field("prediction").type == _CODED else coded.dictionary_decode()

    def _reported(self, name: str, table: pa.Table) -> pa.Array | pa.ChunkedArray:
        kind, source = self.schema.field(name).type, self.report[name]
        if source not in table.schema.names:
            return pa.nulls(table.num_rows, kind)
        return table.column(source).cast(kind)

    def _entity(self, table: pa.Table, first: int) -> pa.Array | pa.ChunkedArray:
        """The entity columns as text joined with a bar; without any, the rows' numbers in the window, from `first`."""
        names = self.job.scenario.entity
        if not names:
            return number_texts(first, table.num_rows)
        parts = [table.column(name).cast(pa.string()) for name in names]
        return pc.binary_join_element_wise(*parts, "|", null_handling="replace", null_replacement="")


def _doubles(values: np.ndarray) -> pa.Array:
    return pa.array(values.astype(np.float64))


def _combined(predicted: np.ndarray, labels: Sequence[str]) -> pa.Array:
    """The names of the predicted labels of each row, bool (rows, labels); each combination is spelled once."""
    packed = np.packbits(predicted, axis=1)
    keys = packed.view(np.dtype((np.void, packed.shape[1])))[:, 0]
    _, firsts, codes = np.unique(keys, return_index=True, return_inverse=True)
    names = pa.array([join_labels(labels, predicted[first]) for first in firsts], pa.string())
    return names.take(pa.array(codes))


def _repeated(constant: pa.Array, rows: int) -> pa.Array:
    if pa.types.is_string(constant.type):
        return pa.DictionaryArray.from_arrays(np.zeros(rows, dtype=np.int32), constant, safe=False)
    return pa.repeat(constant[0], rows)


def layout(job: BatchJob, model: LoadedModel) -> Layout:
    """The layout of the job's prediction rows."""
    columns = prediction_columns(job.scenario)
    origin = job.provenance
    constants: dict[str, Any] = {
        "window": job.window,
        "run_id": origin.run_id,
        "model": origin.model,
        "model_sha256": origin.model_sha256,
        "dataset": origin.dataset,
        "scored_at": origin.scored_at,
    }
    kinds = {column.name: column.kind for column in columns}
    # The combinations of labels are not known before the rows: they are written as plain text.
    few = constants if job.scenario.task == "multilabel" else (*constants, "prediction")
    coded = {name for name in few if kinds[name] == "text"}
    types = {name: _CODED if name in coded else _TYPES[kind] for name, kind in kinds.items()}
    each = _probability_columns(job, model)
    report = {column.name: column.source for column in columns if column.source and column.name not in each}
    empty = {*report, "probability"} if job.scenario.task == "regression" else {*report}
    return Layout(
        job=job,
        # The other columns are never empty, so they are written without a validity mark per row.
        schema=pa.schema([pa.field(name, kind, nullable=name in empty) for name, kind in types.items()]),
        constants={name: pa.array([value], _TYPES[kinds[name]]) for name, value in constants.items()},
        report=report,
        labels=_labels(job, model),
        each=each,
        thresholds=model.thresholds,
    )


def _labels(job: BatchJob, model: LoadedModel) -> pa.Array:
    """The labels in the kind of the prediction column; the name of a number stays a name."""
    kind = label_kind(job.scenario) if job.scenario.task != "regression" else "text"
    return pa.array(model.contract.labels, pa.string()).cast(_TYPES[kind])


def _probability_columns(job: BatchJob, model: LoadedModel) -> Mapping[str, int]:
    """Of several labels at once: the column of each, and its position in the model's answer."""
    if job.scenario.task != "multilabel":
        return {}
    positions = {label: position for position, label in enumerate(model.contract.labels)}
    names = label_columns(job.scenario)
    return {column.name: positions[column.source] for column in names}
