"""What a table looks like, column by column, as JSON values: one sort per column of numbers, columns in parallel."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

QUANTILES = (0, 1, 5, 25, 50, 75, 95, 99, 100)
_DECILES = np.arange(1, 10) / 10
_TOP = 20


def profile(table: pa.Table) -> Mapping[str, Any]:
    """`{"rows": n, "columns": {name: {"kind", "count", "nulls", "distinct", …}}}`; count + nulls = rows.

    Numbers add min, max, mean, std (of the population), quantiles (linear interpolation, keyed by percent) and a
    histogram; text adds the most frequent values and the mean length in characters; times add first and last.
    """
    with ThreadPoolExecutor(max_workers=os.process_cpu_count() or 1) as pool:
        described = list(pool.map(_describe, table.columns))
    return {"rows": table.num_rows, "columns": dict(zip(table.column_names, described, strict=True))}


def _describe(column: pa.ChunkedArray) -> Mapping[str, Any]:
    kind = column.type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind):
        return _numbers(column)
    if pa.types.is_timestamp(kind):
        return _times(column)
    return _text(column)


def _numbers(column: pa.ChunkedArray) -> Mapping[str, Any]:
    values = column.drop_null().to_numpy()
    values = np.sort(values[np.isfinite(values)] if values.dtype.kind == "f" else values)
    kind = "float" if values.dtype.kind == "f" else "int"
    head = {"kind": kind, "count": len(values), "nulls": len(column) - len(values), "distinct": _distinct(values)}
    if not len(values):
        return head
    quantiles = _quantiles(values, np.array(QUANTILES) / 100)
    return head | {
        "min": values[0].item(),
        "max": values[-1].item(),
        **_moments(values),
        "quantiles": {str(percent): float(at) for percent, at in zip(QUANTILES, quantiles, strict=True)},
        "histogram": _histogram(values),
    }


def _distinct(ordered: np.ndarray) -> int:
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + bool(len(ordered))


def _moments(values: np.ndarray) -> Mapping[str, float | None]:
    # A sum of squares may leave the range of doubles; JSON has no infinity, so that moment is null.
    with np.errstate(over="ignore", invalid="ignore"):
        moments = {"mean": float(values.mean()), "std": float(values.std())}
    return {name: value if math.isfinite(value) else None for name, value in moments.items()}


def _quantiles(ordered: np.ndarray, shares: np.ndarray) -> np.ndarray:
    at = shares * (len(ordered) - 1)
    below = np.floor(at).astype(np.intp)
    above = np.minimum(below + 1, len(ordered) - 1)
    weight = at - below
    # Weighted sum, not a difference: the distance of two doubles may be infinite.
    mixed: np.ndarray = ordered[below] * (1 - weight) + ordered[above] * weight
    return mixed


def _histogram(ordered: np.ndarray) -> Mapping[str, Any]:
    """Counts between the distinct deciles: bin i holds edges[i-1] < x <= edges[i], open at both ends."""
    edges = np.unique(_quantiles(ordered, _DECILES))
    ends = np.searchsorted(ordered, edges, side="right")
    counts = np.diff(ends, prepend=0, append=len(ordered))
    return {"edges": edges.tolist(), "counts": counts.tolist()}


def _text(column: pa.ChunkedArray) -> Mapping[str, Any]:
    encoded = column if pa.types.is_dictionary(column.type) else column.cast(pa.string()).dictionary_encode()
    whole = encoded.unify_dictionaries().combine_chunks()
    dictionary, indices = whole.dictionary, whole.indices.drop_null().to_numpy()
    counts = np.bincount(indices, minlength=len(dictionary))
    head = {"kind": "text", "count": len(indices), "nulls": len(column) - len(indices)}
    head["distinct"] = int(np.count_nonzero(counts))
    if not len(indices):
        return head
    lengths = pc.utf8_length(dictionary).to_numpy()
    mean_length = float((lengths * counts).sum() / len(indices))
    return head | {"mean_length": mean_length, "top": _top(dictionary, counts)}


def _top(dictionary: pa.Array, counts: np.ndarray) -> list[list[Any]]:
    """[value, count] of the most frequent values, most frequent first, equal counts by value."""
    least = np.partition(counts, -_TOP)[-_TOP] if len(counts) > _TOP else 1
    frequent = np.flatnonzero(counts >= max(int(least), 1))
    pairs = [[dictionary[place].as_py(), int(counts[place])] for place in frequent.tolist()]
    return sorted(pairs, key=lambda pair: (-pair[1], pair[0]))[:_TOP]


def _times(column: pa.ChunkedArray) -> Mapping[str, Any]:
    present = column.drop_null()
    head = {"kind": "time", "count": len(present), "nulls": column.null_count}
    head["distinct"] = pc.count_distinct(present).as_py()
    if not len(present):
        return head
    ends = pc.min_max(present).as_py()
    return head | {"first": ends["min"].isoformat(), "last": ends["max"].isoformat()}
