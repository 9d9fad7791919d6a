"""Counting distinct values when not all of them can be kept: the k smallest hashes (Bar-Yossef et al., 2002)."""

from __future__ import annotations

import zlib

import numpy as np
import pyarrow as pa

SIZE = 4096
# The estimate's relative standard error.
ERROR = 1 / float(SIZE - 2) ** 0.5
_SHIFTS = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB))


def hash_numbers(values: np.ndarray) -> np.ndarray:
    """64-bit hashes of int64 or float64 values, the SIZE smallest, ascending; equal values have equal hashes."""
    same_zero = values + 0 if values.dtype.kind == "f" else values
    return _smallest(_mix(same_zero.view(np.uint64)))


def hash_texts(values: pa.Array) -> np.ndarray:
    """The same for texts, through their CRC-32."""
    checksums = [zlib.crc32(value) for value in values.cast(pa.binary()).to_pylist()]
    return _smallest(_mix(np.array(checksums, dtype=np.uint64)))


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
    return np.unique(hashes)[:SIZE]
