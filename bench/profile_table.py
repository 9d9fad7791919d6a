"""A table of mixed or continuous columns for the profile benchmark, as Parquet."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet as pq

COLUMNS = 20


def write_table(path: Path, rows: int, kind: str, seed: int = 7) -> None:
    """20 columns: `mixed` has ten numbers (whole, rounded, continuous) and ten categories; `continuous` 20 floats."""
    random = np.random.default_rng(seed)
    columns = _mixed(rows, random) if kind == "mixed" else _continuous(rows, random, COLUMNS)
    pq.write_table(pa.table(columns), path)


def _continuous(rows: int, random: np.random.Generator, count: int) -> dict[str, np.ndarray]:
    return {f"x{place}": random.normal(place, 1 + place / 10, rows) for place in range(count)}


def _mixed(rows: int, random: np.random.Generator) -> dict[str, pa.Array | np.ndarray]:
    columns: dict[str, pa.Array | np.ndarray] = {}
    for place in range(4):
        columns[f"n{place}"] = random.integers(0, 20 * (place + 1), rows)
    for place in range(4):
        columns[f"r{place}"] = np.round(random.gamma(2.0, 2.0, rows), place)
    columns |= _continuous(rows, random, 2)
    for place in range(10):
        values = np.array([f"value {number}" for number in range(3 + 4 * place)])
        codes = random.zipf(1.6, rows) % len(values)
        columns[f"c{place}"] = pa.DictionaryArray.from_arrays(codes.astype(np.int32), pa.array(values)).cast(
            pa.string()
        )
    return columns
