"""Counting small whole numbers, the fastest way numpy has."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

# Pieces of a column, none of them empty.
Parts = Sequence[np.ndarray]
# Values and their counts.
Counted = tuple[np.ndarray, np.ndarray]
# Two codes below this are counted as one number of 16 bits: half as much is widened and counted.
_PAIRED = 256
# Numbers with up to four decimals are counted: the sample that decides, the widest range in steps, the block size.
_SCALES = (1.0, 10.0, 100.0, 1_000.0, 10_000.0)
_SAMPLE = 256
_WIDEST = 1 << 17
_BLOCK = 1 << 16
# Doubles below this are whole to the last one.
_EXACT = 2.0**53


def counts_of(parts: Parts, size: int) -> np.ndarray:
    """Count each of 0 … size-1 in parts of whole numbers below `size`, as int64 (size,)."""
    rows = sum(map(len, parts))
    if size > _PAIRED or rows < _PAIRED**2:
        codes = np.concatenate(parts) if parts else np.empty(0, np.int64)
        return np.bincount(codes, minlength=size).astype(np.int64, copy=False)
    narrow = np.concatenate(parts, dtype=np.uint8, casting="unsafe")
    even = len(narrow) - len(narrow) % 2
    square = np.bincount(narrow[:even].view(np.uint16), minlength=_PAIRED**2).reshape(_PAIRED, _PAIRED)
    counts: np.ndarray = square.sum(axis=0) + square.sum(axis=1)
    counts[narrow[even:]] += 1
    return counts[:size]


def counted_whole(parts: Parts, widest: int) -> Counted | None:
    """Return the distinct whole numbers, ascending, with their counts; None for a range of `widest` or more."""
    least, most = min(int(part.min()) for part in parts), max(int(part.max()) for part in parts)
    if most - least >= widest:
        return None
    counts = np.zeros(most - least + 1, dtype=np.int64)
    for block in _blocks(parts):
        # Eight bits do not hold every difference of two numbers of eight bits.
        wide = block if block.itemsize == counts.itemsize else block.astype(np.int64)
        places = (wide - wide.dtype.type(least)) if least else wide
        counts += np.bincount(places.astype(np.int64, copy=False), minlength=len(counts))
    places = np.flatnonzero(counts)
    kind = np.uint64 if parts[0].dtype == np.uint64 else np.int64
    return places.astype(kind) + kind(least), counts[places]


def counted_decimals(parts: Parts) -> Counted | None:
    """Return the distinct numbers, ascending, with their exact counts, when all have few decimals in a narrow range.

    None otherwise, and when a number is missing or infinite: then the numbers must be sorted.
    """
    scale = _scale(parts[0][:: max(len(parts[0]) // _SAMPLE, 1)]) if parts[0].dtype == np.float64 else None
    if scale is None:
        return None
    # NaN cannot hide: numpy's minimum and maximum of anything with NaN are NaN, too.
    low, high = np.rint(np.min([p.min() for p in parts]) * scale), np.rint(np.max([p.max() for p in parts]) * scale)
    if not (abs(low) < _EXACT and abs(high) < _EXACT and high - low < _WIDEST):
        return None
    counts = np.zeros(int(high - low) + 1, dtype=np.int64)
    for block in _blocks(parts):
        whole = np.rint(block * scale)
        if not np.array_equal(whole / scale, block):
            return None
        counts += np.bincount((whole - low).astype(np.int64), minlength=len(counts))
    places = np.flatnonzero(counts)
    return (places + low) / scale, counts[places]


def _blocks(parts: Parts) -> Iterator[np.ndarray]:
    """Yield the numbers in pieces that fit in the processor's cache with their results."""
    return (part[start : start + _BLOCK] for part in parts for start in range(0, len(part), _BLOCK))


def _scale(sample: np.ndarray) -> float | None:
    """The smallest power of ten that makes every number of the sample whole, and back to what it was."""
    if not np.isfinite(sample).all():
        return None
    with np.errstate(over="ignore", invalid="ignore"):
        return next((scale for scale in _SCALES if np.array_equal(np.rint(sample * scale) / scale, sample)), None)
