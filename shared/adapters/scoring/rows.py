"""Prediction rows as Arrow columns, exactly those of `prediction_columns`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from shared.domain.predictions import label_kind, prediction_columns
from shared.domain.scenario import Kind

if TYPE_CHECKING:
    from shared.ports.scoring import BatchJob, LoadedModel

_TYPES: Mapping[Kind, pa.DataType] = {
    "int": pa.int64(),
    "float": pa.float64(),
    "text": pa.string(),
    "time": pa.timestamp("us", "UTC"),
}
# Text with few distinct values, all known before the first row: written as positions, never hashed.
_CODED = pa.dictionary(pa.int32(), pa.string())
_BINARY = 2


@dataclass(frozen=True, slots=True)
class Layout:
    """The columns of one job, prepared once: their types, and what is the same in every row."""

    job: BatchJob
    schema: pa.Schema
    constants: Mapping[str, pa.Array]
    report: Mapping[str, str]
    labels: pa.Array
    threshold: float

    def block(self, table: pa.Table, start: int, kept: np.ndarray, probabilities: np.ndarray) -> pa.Table:
        """The varying columns for the rows `kept` of `table`, whose first row is row `start` of the window (from 0).

        `kept` are int64 row positions in order; `probabilities` has shape (len(kept), labels).
        """
        if len(kept) < table.num_rows:
            table = table.take(kept)
        chosen = self._chosen(probabilities)
        made: dict[str, Any] = {
            "prediction_id": pa.array(kept + (self.job.first_id + start)),
            "entity_key": self._entity(table, kept + (start + 1)),
            "prediction": self._labelled(chosen),
            "probability": pa.array(self._probability(probabilities, chosen).astype(np.float64)),
        }
        made |= {name: self._reported(name, table) for name in self.report}
        return pa.table(made)

    def complete(self, rows: pa.Table) -> pa.Table:
        """All columns in order: those of `rows`, and what is the same in every row."""
        columns = [
            _repeated(self.constants[name], rows.num_rows) if name in self.constants else rows.column(name)
            for name in self.schema.names
        ]
        return pa.Table.from_arrays(columns, schema=self.schema)

    @property
    def dictionaries(self) -> list[str]:
        """Names of the columns where a dictionary pays: those with few distinct values."""
        coded = [field.name for field in self.schema if field.type == _CODED]
        text = [name for name in self.report if self.schema.field(name).type == pa.string()]
        return [*coded, *text]

    @property
    def _binary(self) -> bool:
        return len(self.labels) == _BINARY

    def _chosen(self, probabilities: np.ndarray) -> np.ndarray:
        """The position of each row's label, int32 (rows,)."""
        if self._binary:
            return (probabilities[:, 1] >= self.threshold).astype(np.int32)
        return probabilities.argmax(axis=1).astype(np.int32)

    def _probability(self, probabilities: np.ndarray, chosen: np.ndarray) -> np.ndarray:
        """Of the second label for two labels, of the predicted one for more; (rows,)."""
        picked: np.ndarray = probabilities[:, 1] if self._binary else probabilities[np.arange(len(chosen)), chosen]
        return picked

    def _labelled(self, chosen: np.ndarray) -> pa.Array:
        coded = pa.DictionaryArray.from_arrays(chosen, self.labels, safe=False)
        return coded if self.schema.field("prediction").type == _CODED else coded.dictionary_decode()

    def _reported(self, name: str, table: pa.Table) -> pa.Array | pa.ChunkedArray:
        kind, source = self.schema.field(name).type, self.report[name]
        if source not in table.schema.names:
            return pa.nulls(table.num_rows, kind)
        return table.column(source).cast(kind)

    def _entity(self, table: pa.Table, numbers: np.ndarray) -> pa.Array | pa.ChunkedArray:
        """The entity columns as text joined with a bar; the row's number in the window (from 1) without any."""
        names = self.job.scenario.entity
        if not names:
            return pa.array(numbers).cast(pa.string())
        parts = [table.column(name).cast(pa.string()) for name in names]
        return pc.binary_join_element_wise(*parts, "|", null_handling="replace", null_replacement="")


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
    coded = {name for name in (*constants, "prediction") if kinds[name] == "text"}
    types = {name: _CODED if name in coded else _TYPES[kind] for name, kind in kinds.items()}
    report = {column.name: column.source for column in columns if column.source}
    return Layout(
        job=job,
        # Only a report column can be empty; the others are written without a mark per row that they are there.
        schema=pa.schema([pa.field(name, kind, nullable=name in report) for name, kind in types.items()]),
        constants={name: pa.array([value], _TYPES[kinds[name]]) for name, value in constants.items()},
        report=report,
        labels=pa.array(model.contract.labels, pa.string()).cast(_TYPES[label_kind(job.scenario)]),
        threshold=model.threshold,
    )
