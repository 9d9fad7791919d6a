"""Counting distinct values when not all of them can be kept: the k smallest hashes (Bar-Yossef et al., 2002)."""

from __future__ import annotations

import zlib

import numpy as np
import pyarrow as pa

SIZE = 4096
# The estimate's relative standard error.
ERROR = 1 / float(SIZE - 2) ** 0.5
# Texts that are Python objects at once.
_PIECE = 1 << 16
_ENOUGH = 4 * SIZE
_WHOLE = {"i": np.int64, "u": np.uint64}
_SHIFTS = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


def hash_numbers(values: np.ndarray) -> np.ndarray:
    """64-bit hashes of numbers, the SIZE smallest, ascending; equal values of one type have equal hashes."""
    wide = values + np.float64(0) if values.dtype.kind == "f" else values.astype(_WHOLE[values.dtype.kind], copy=False)
    return _smallest(_mix(wide.view(np.uint64)))


def hash_texts(values: pa.Array) -> np.ndarray:
    """The same for texts, through their CRC-32."""
    found = np.empty(0, np.uint64)
    for start in range(0, len(values), _PIECE):
        piece = values.slice(start, _PIECE).cast(pa.binary()).to_pylist()
        found = union(found, _mix(np.array([zlib.crc32(value) for value in piece], dtype=np.uint64)))
    return found


def union(*sketches: np.ndarray) -> np.ndarray:
    """The sketch of all values that were hashed into any of them."""
    return _smallest(np.concatenate(sketches))


def estimate(sketch: np.ndarray) -> int:
    """How many distinct values were hashed: exact below SIZE, else within ERROR (one standard deviation)."""
    if len(sketch) < SIZE:
        return len(sketch)
    return round((SIZE - 1) * 2.0**64 / float(sketch[-1]))


def _mix(words: np.ndarray) -> np.ndarray:
    """The finaliser of SplitMix64: every bit of the input changes half of the bits of the output."""
    mixed = words + np.uint64(0x9E3779B97F4A7C15)
    for shift, factor in _SHIFTS:
        mixed ^= mixed >> np.uint64(shift)
        mixed *= np.uint64(factor)
    mixed ^= mixed >> np.uint64(31)
    return mixed


def _smallest(hashes: np.ndarray) -> np.ndarray:
    # Of many the small ones are enough, unless nearly all of these are equal.
    few = np.unique(np.partition(hashes, _ENOUGH)[:_ENOUGH])[:SIZE] if len(hashes) > _ENOUGH else ()
    return np.asarray(few) if len(few) == SIZE else np.unique(hashes)[:SIZE]
