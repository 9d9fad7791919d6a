"""The prepared rows between steps: Parquet, npy, npz and JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from model_training.data.path_rows import PathRows
from model_training.data.rows import Prepared
from model_training.data.split import Parts
from model_training.runtime.json_files import read_json, write_json
from shared.core.scenario import Scenario
from shared.training.input_contract import InputContract

_PARTS = ("train", "validation", "test")
# So many parts of a matrix are read one after the other.
_PIECES = 16


@dataclass(frozen=True, slots=True)
class FileColumns:
    """Columns in a Parquet file: while a model is fitted they are not in memory."""

    path: Path

    @property
    def names(self) -> tuple[str, ...]:
        """The names of all columns."""
        return tuple(pq.read_schema(self.path).names)

    @property
    def rows(self) -> PathRows:
        """The same, block by block."""
        return PathRows.of(self.path)

    def read(self, names: Sequence[str] | None = None) -> pa.Table:
        """These columns; page checksums are verified."""
        wanted = None if names is None else list(names)
        return pq.read_table(self.path, columns=wanted, page_checksum_verification=True, pre_buffer=False)


@dataclass(frozen=True, slots=True)
class FileMatrix:
    """A float32 matrix in an npy file: while a model is fitted it is not in memory."""

    path: Path

    def read(self, rows: np.ndarray | None = None) -> np.ndarray:
        """These rows of it, by row number, or all; a part of the file is in memory besides."""
        if rows is None:
            whole: np.ndarray = np.load(self.path, allow_pickle=False)
            return whole
        mapped = np.load(self.path, mmap_mode="r", allow_pickle=False)
        height, width = mapped.shape
        found: np.ndarray = np.empty((len(rows), width), np.float32)
        size = -(-height // _PIECES)
        for start in range(0, height, size):
            place = mapped.offset + start * width * found.itemsize
            piece = np.fromfile(self.path, np.float32, size * width, offset=place).reshape(-1, width)
            inside = (rows >= start) & (rows < start + size)
            found[inside] = piece[rows[inside] - start]
        return found


def save_prepared(prepared: Prepared, folder: Path) -> None:
    """Write `frame.parquet`, `arrays.npz`, `prepared.json` and `X.npy` or, for texts, `texts.parquet`."""
    pq.write_table(prepared.frame.replace_schema_metadata(None), folder / "frame.parquet", write_page_checksum=True)
    arrays, X = {"y": prepared.y, "learn_only": prepared.learn_only}, prepared.X
    if X.dtype == object:
        texts = pa.table({"text": pa.array(X[:, 0], pa.string())})
        pq.write_table(texts, folder / "texts.parquet", write_page_checksum=True)
    else:
        np.save(folder / "X.npy", X, allow_pickle=False)
    for kind, parts in (("declared", prepared.parts), ("other", prepared.other)):
        if parts is not None:
            arrays |= {f"{kind}_{name}": getattr(parts, name) for name in _PARTS}
    arrays |= {f"half_{name}": rows for name, rows in prepared.halves.items()}
    np.savez(folder / "arrays.npz", allow_pickle=False, **arrays)
    kinds = {"declared": prepared.parts.kind, "other": prepared.other.kind if prepared.other else ""}
    write_json(folder / "prepared.json", {"contract": prepared.contract.to_json(), "split": kinds})


def load_prepared(folder: Path, scenario: Scenario) -> Prepared:
    """The rows that `save_prepared` wrote."""
    description = read_json(folder / "prepared.json")
    with np.load(folder / "arrays.npz", allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    matrix = folder / "X.npy"
    source = FileMatrix(matrix) if matrix.exists() else _texts(folder / "texts.parquet")
    halves = {name: arrays[f"half_{name}"] for name in ("train", "test")}
    parts, other = (_parts(arrays, kind, description["split"][kind]) for kind in ("declared", "other"))
    assert parts is not None  # noqa: S101 - the declared parts are always written
    contract, learners = InputContract.from_json(description["contract"]), arrays["learn_only"]
    raw = FileColumns(folder / "frame.parquet")
    return Prepared(scenario, raw, contract, source, arrays["y"], parts, other, halves, learners)


def _texts(path: Path) -> np.ndarray:
    column = pq.read_table(path, page_checksum_verification=True)["text"]
    return np.array(column.to_pylist(), dtype=object).reshape(-1, 1)


def _parts(arrays: dict[str, np.ndarray], prefix: str, kind: Any) -> Parts | None:
    return Parts(kind, *(arrays[f"{prefix}_{name}"] for name in _PARTS)) if kind else None
